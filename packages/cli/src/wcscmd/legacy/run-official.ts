import { HintedFailure, usageError } from '../../cli-error.js';
import type { CliIo } from '../../cli-io.js';
import { describeFailure } from '../../describe-failure.js';
import type { OfficialLog } from '../../python/official-log.js';
import { pythonInt } from '../../python/python-integer.js';
import { pythonQuote } from '../../python/python-quote.js';
import type { Output } from '../../terminal/output.js';
import type { WcscmdCommand } from '../command.js';
import { type LoadedConfig, loadConfig, requireSettings } from '../load-config.js';
import { settingProblem } from '../setting-rules.js';
import { describeWcsError } from '../wcs-failure.js';
import {
  applyOptions,
  WCSCMD_OPTIONS,
  type WcscmdOptionName,
  type WcscmdOptionValues,
} from '../wcscmd-options.js';
import { WrongSetting } from '../wrong-setting.js';
import { OFFICIAL_COMMANDS } from './official-commands.js';
import { OfficialFailure } from './official-failure.js';
import { readAsOfficial } from './official-settings.js';
import { ResultOutput } from './result-output.js';
import { uncaughtBy } from './uncaught.js';

/** What the official tool is asked to do. */
export interface OfficialRun {
  io: CliIo;
  log: OfficialLog;
  /** Takes what the official tool prints on stdout. */
  out: Output;
  /** The command as it was called, and its arguments. */
  words: readonly string[];
  /** Our command of that name, if there is one. */
  command: WcscmdCommand | undefined;
  options: WcscmdOptionValues;
}

/**
 * Has our command do the work, and tells of it as the official tool does, in the order in which that looks at things.
 *
 * @throws whatever our command fails with, once it is told
 */
export async function runOfficial(run: OfficialRun): Promise<void> {
  try {
    await perform(run);
  } catch (error) {
    await tellFailure(run, error);
    throw error instanceof OfficialFailure ? error.cause : error;
  }
}

async function perform({ io, log, out, words, command, options }: OfficialRun): Promise<void> {
  const silent = new ResultOutput(io, text => log.warning(text));
  const config = await officialConfig(io, options, silent, out);
  const [name = '', ...given] = words;
  const official = OFFICIAL_COMMANDS[command?.name ?? ''];
  if (!command || !official) {
    throw new OfficialFailure(usageError(`there is no command ${name}`), `Invalid command: ${name}`);
  }
  log.debug(`Command: ${name}`);
  const [minimum, maximum] = official.operands;
  const wrong = given.length < minimum ? 'Not enough' : given.length > maximum ? 'Too much' : undefined;
  if (wrong) {
    const count = usageError(`${name} takes another number of arguments`);
    throw new OfficialFailure(count, `${wrong} parameters for command '${name}'`);
  }
  const { SETTING_DEFAULTS: defaults } = await import('@curve-wcs/wcs-sdk');
  readAsOfficial(config.settings, command.name, { defaults, log });
  const context = {
    io,
    out: silent,
    config,
    options: quietly(options),
    operands: official.adapted?.(given) ?? given,
    formPart: (key: string) => ({ fileName: pythonQuote(key), contentType: 'text/plain' }),
  };
  const narrator = await official.tell({ log, context, name: command.name });
  try {
    await command.run({ ...context, observer: narrator });
  } catch (error) {
    if (io.signal.aborted || uncaughtBy(words, error)) throw error;
    narrator.failed(error instanceof HintedFailure ? error.cause : error);
    throw new OfficialFailure(error);
  }
  narrator.done(silent.given);
}

/** The configuration, with the complaints of the official tool, and no others. */
async function officialConfig(
  io: CliIo,
  options: WcscmdOptionValues,
  silent: Output,
  out: Output,
): Promise<LoadedConfig> {
  // Of what options say it checks at once no more than these.
  const first = new Map([...options].filter(([name]) => !hasSetting(name) || READ_FIRST.has(name)));
  const config = await loadConfig(io, first, silent);
  applyOptions(config.settings, options);
  requireSettings(config, ['access_key', 'secret_key']);
  for (const [setting, title] of [
    ['block_size', 'Block'],
    ['bput_size', 'Bput'],
  ] as const) {
    const size = config.settings[setting];
    const number = pythonInt(size);
    if (number === undefined) throw WrongSetting.of(setting, size, config.path);
    if (settingProblem(setting, size)) out.line(`${title} size ${number} B is not available`);
  }
  return config;
}

const READ_FIRST: ReadonlySet<WcscmdOptionName> = new Set(['deadline', 'traffic_limit']);

function hasSetting(name: WcscmdOptionName): boolean {
  return WCSCMD_OPTIONS.some(option => option.long === name && 'setting' in option);
}

/** Without a progress bar, and with listings as the official tool writes them. */
function quietly(options: WcscmdOptionValues): WcscmdOptionValues {
  return new Map<WcscmdOptionName, string | true>([['format', 'python'], ...options, ['no-progress', true]]);
}

/** Tells of a failure: what the official tool does not catch ends with the last line of a traceback. */
export async function tellFailure(
  { io, log, words }: Pick<OfficialRun, 'io' | 'log' | 'words'>,
  error: unknown,
): Promise<void> {
  if (error instanceof OfficialFailure) return log.error(...error.lines);
  const { message, hints } = await describeFailure(error, io, describeWcsError);
  const type = io.signal.aborted ? 'KeyboardInterrupt' : uncaughtBy(words, error);
  if (type === undefined) {
    return log.error(
      message.startsWith('expected wcs://') ? 'Invalid arguments' : [message, ...hints].join('; '),
    );
  }
  if (type === 'ValueError' && words[0] === 'put') log.error('Sorry ! Please input a existing file');
  log.uncaught(type, [message, ...hints].join('; '));
}
