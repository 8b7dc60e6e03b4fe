import { realpath } from 'node:fs/promises';
import type { Settings } from '@curve-wcs/wcs-sdk';
import type { CliIo } from '../cli-io.js';
import { LinePrompt, PromptClosed } from '../terminal/line-prompt.js';
import type { Output } from '../terminal/output.js';
import { visible } from '../terminal/visible.js';
import { type DialogueWording, OUR_WORDING, QUESTIONS, type Question } from './configure-questions.js';
import { MASK } from './dump-config.js';
import { readConfigFile } from './load-config.js';
import { settingProblem } from './setting-rules.js';
import type { WcscmdOptionValues } from './wcscmd-options.js';

/** The dialogue of `--configure`: asks for the settings, shows them, and saves them once that is confirmed. */
export async function configure(
  io: CliIo,
  out: Output,
  values: WcscmdOptionValues,
  wording: DialogueWording = OUR_WORDING,
): Promise<void> {
  const { path, settings, extra } = await readConfigFile(io, values, out);
  const showSecrets = values.has('show-secrets');
  using prompt = new LinePrompt(io, io.stdout);
  const dialogue = new Dialogue(out, prompt, settings, { showSecrets, wording });
  try {
    await dialogue.run();
  } catch (error) {
    if (!(error instanceof PromptClosed)) throw error;
    out.text('\nConfiguration aborted. Changes were NOT saved.\n');
    return;
  }
  const { writeConfig } = await import('@curve-wcs/wcs-sdk');
  // A link stays one: what it points to is replaced.
  await writeConfig({ settings, extra }, await realpath(path).catch(() => path));
  out.text(`Configuration saved to '${visible(path)}'\n`);
}

class Dialogue {
  readonly #out: Output;
  readonly #prompt: LinePrompt;
  readonly #settings: Settings;
  readonly #showSecrets: boolean;
  readonly #wording: DialogueWording;

  constructor(
    out: Output,
    prompt: LinePrompt,
    settings: Settings,
    { showSecrets, wording }: { showSecrets: boolean; wording: DialogueWording },
  ) {
    this.#out = out;
    this.#prompt = prompt;
    this.#settings = settings;
    this.#showSecrets = showSecrets;
    this.#wording = wording;
  }

  /** Ends when the settings are to be saved. */
  async run(): Promise<void> {
    for (const line of this.#wording.introduction) this.#out.text(`${line}\n`);
    for (;;) {
      for (const question of QUESTIONS) await this.#ask(question);
      this.#out.text('\nNew settings:\n');
      for (const { setting } of QUESTIONS) this.#out.text(`  ${setting}: ${this.#shown(setting)}\n`);
      this.#out.text('\n');
      if (/^y/i.test(await this.#prompt.ask('Save settings? [y/N] '))) return;
      if (/^n/i.test(await this.#prompt.ask('Retry configuration? [Y/n] ')))
        throw new PromptClosed('declined');
    }
  }

  async #ask({ setting, label, yesNo = false }: Question): Promise<void> {
    const caption = this.#wording.captions[setting];
    if (caption !== undefined) this.#out.text(`\n${caption}\n`);
    for (;;) {
      const current = yesNo ? (this.#settings[setting] === 'True' ? 'Yes' : 'No') : this.#shown(setting);
      const hidden = setting === 'secret_key' && !this.#showSecrets;
      const answer = await this.#prompt.ask(`${label}${current === '' ? '' : ` [${current}]`}: `, { hidden });
      if (answer === '') return;
      const problem = yesNo ? booleanProblem(answer) : settingProblem(setting, answer);
      if (problem === undefined) {
        this.#settings[setting] = yesNo ? (isYes(answer) ? 'True' : 'False') : answer;
        return;
      }
      this.#out.warning(`${label} must be ${problem}`);
    }
  }

  #shown(setting: keyof Settings): string {
    const value = this.#settings[setting];
    return setting === 'secret_key' && value !== '' && !this.#showSecrets ? MASK : visible(value);
  }
}

/** As in the official tool, whatever begins with y means yes. */
function isYes(answer: string): boolean {
  return /^(y.*|true|on|1)$/i.test(answer);
}

function booleanProblem(answer: string): string | undefined {
  return isYes(answer) || /^(n.*|false|off|0)$/i.test(answer) ? undefined : 'yes or no';
}
