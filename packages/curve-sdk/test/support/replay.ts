import { setTimeout as delay } from 'node:timers/promises';
import { CBDClient, type CurveConfig, UserInfo_t } from '../../src/index.js';
import type { CallForm } from '../../src/script/calls.js';
import { Command } from '../../src/script/command.js';
import { ScriptRunner } from '../../src/script/runner.js';
import { commandOf } from './transcript.js';

/** Waits of the recorded runs, shortened; the keys below make what they wait for happen sooner. */
const LONGEST_SLEEP = 1500;

/** Keys that shorten what only takes time. */
export const SHORT_WAITS = {
  'mds.maxRetryMS': 500,
  'mds.rpcRetryIntervalUS': 20_000,
  'chunkserver.opRetryIntervalUS': 20_000,
  'discard.taskDelayMs': 100,
};

/** A cluster to replay on. */
export interface ReplayTarget {
  readonly config: CurveConfig;
  readonly rootPassword: string;
  /** What is to be done to the cluster where the transcript has a comment. */
  readonly onComment?: (comment: string) => Promise<void>;
}

/** Runs the commands of a transcript on a client, and gives the lines it prints. */
export async function replay(
  lines: readonly string[],
  target: ReplayTarget,
  form: CallForm,
): Promise<string[]> {
  const printed: string[] = [];
  const client = new CBDClient();
  const entries = new RecycledNames(target);
  const runner = new ScriptRunner(client, {
    print: line => printed.push(line),
    config: word => (word === 'client.conf' ? target.config : word),
    form,
    sleep: milliseconds => delay(Math.min(milliseconds, LONGEST_SLEEP)),
  });
  try {
    for (const line of lines) {
      if (line.startsWith('#')) await target.onComment?.(line);
      const command = commandOf(line);
      if (command !== undefined) await runner.execute(new Command(await entries.translate(command)));
    }
  } finally {
    await client.UnInitAsync();
    await entries.close();
  }
  return printed;
}

/** Names of entries in the recycle bin hold ids and times: those of the recorded run become those of this one. */
class RecycledNames {
  readonly #known = new Map<string, string>();
  readonly #target: ReplayTarget;
  readonly #client = new CBDClient();

  constructor(target: ReplayTarget) {
    this.#target = target;
  }

  async translate(command: string): Promise<string> {
    const recorded = /\/RecycleBin\/((\S+)-\d+-\d{10})/.exec(command);
    const [, name, stem] = recorded ?? [];
    if (name === undefined || stem === undefined) return command;
    const actual = this.#known.get(name) ?? (await this.#find(stem));
    this.#known.set(name, actual);
    return command.replace(name, actual);
  }

  async close(): Promise<void> {
    await this.#client.UnInitAsync();
  }

  async #find(stem: string): Promise<string> {
    await this.#client.InitAsync(this.#target.config);
    const root = new UserInfo_t('root', this.#target.rootPassword);
    const names = await this.#client.ListdirAsync('/RecycleBin', root);
    const found = names.find(name => name.startsWith(`${stem}-`));
    if (found === undefined) throw new Error(`no ${stem} in the recycle bin`);
    return found;
  }
}
