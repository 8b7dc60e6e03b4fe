import type { SettingName, Settings } from '@curve-wcs/wcs-sdk';
import { usageError } from '../../cli-error.js';
import { ExitCode } from '../../exit-code.js';
import type { OfficialLog } from '../../python/official-log.js';
import { pythonInt } from '../../python/python-integer.js';
import { pythonRepr } from '../../python/python-repr.js';
import { plainNumbers, settingProblem } from '../setting-rules.js';
import { WrongSetting } from '../wrong-setting.js';
import { OfficialFailure } from './official-failure.js';

/** What a wrong value does: the tool ends with a traceback, or says a word and ends, or goes on with the default. */
type Reaction = 'ends' | 'tells' | 'goes on';

const reactions = (reaction: Reaction, ...commands: string[]) =>
  Object.fromEntries(commands.map(command => [command, reaction]));

const ASKING = ['list', 'listall', 'listbucket', 'stat', 'bucketstat', 'fopsStatus', 'fmgrStatus'];
const CHANGING = ['del', 'mv', 'cp', 'setdeadline', 'deletePrefix', 'fops'];

/** Which settings the commands of the official tool look at, and what becomes of values that are none. */
const REACTIONS: Partial<Record<SettingName, Record<string, Reaction>>> = {
  connection_timeout: {
    ...reactions('ends', ...ASKING, ...CHANGING, 'multiput'),
    ...reactions('tells', 'list', 'listall'),
  },
  connection_retries: reactions('ends', ...CHANGING, 'put', 'multiput'),
  mkblk_retries: reactions('goes on', 'multiput'),
  bput_retries: reactions('goes on', 'multiput'),
  mkfile_retries: reactions('goes on', 'multiput'),
  concurrency: reactions('tells', 'multiput'),
  deadline: reactions('ends', 'put', 'multiput'),
  traffic_limit: { ...reactions('ends', 'put', 'multiput'), ...reactions('tells', 'get') },
  overwrite: reactions('ends', 'put', 'multiput'),
  force: { ...reactions('ends', 'fops'), ...reactions('goes on', 'deletePrefix') },
  separate: { ...reactions('ends', 'fops'), ...reactions('goes on', 'deletePrefix') },
  limit: reactions('tells', 'list', 'listall'),
  mode: reactions('tells', 'list', 'listall'),
};

/** Options that are read before any command is looked at. */
const READ_FIRST: readonly SettingName[] = ['deadline', 'traffic_limit'];

/** Python's name of the error that ends the official tool for a wrong setting; undefined if none does. */
export function uncaughtSetting(command: string | undefined, error: WrongSetting): string | undefined {
  const { setting, exitCode } = error;
  if (exitCode === ExitCode.usage && READ_FIRST.includes(setting))
    return 'wcs.commons.error_deal.ParameterError';
  // Both are read as numbers for every command, and then complained about without an end.
  if (setting === 'block_size' || setting === 'bput_size') return error.isNumber ? undefined : 'ValueError';
  return REACTIONS[setting]?.[command ?? ''] === 'ends' ? 'ValueError' : undefined;
}

/**
 * Brings settings to what the official tool makes of them: wrong ones that a command does not look at are as if they
 * were not there.
 *
 * @throws WrongSetting for one that ends it; OfficialFailure for one that it tells of
 */
export function readAsOfficial(
  settings: Settings,
  command: string,
  { defaults, log }: { defaults: Readonly<Settings>; log: OfficialLog },
): void {
  plainNumbers(settings);
  for (const name of ['overwrite', 'force', 'separate'] as const) {
    const value = pythonInt(settings[name]);
    if (value !== undefined) settings[name] = value === 1 ? '1' : '0';
  }
  for (const [name, byCommand] of Object.entries(REACTIONS) as [SettingName, Record<string, Reaction>][]) {
    const value = settings[name];
    if (settingProblem(name, value) === undefined) continue;
    const reaction = byCommand[command];
    if (reaction === 'ends') throw WrongSetting.of(name, value);
    // A limit that is a number gets words of its own.
    if (reaction === 'tells' && pythonInt(value) === undefined) {
      throw new OfficialFailure(
        usageError(`${name} must not be ${JSON.stringify(value)}`),
        wordsFor(name, value),
      );
    }
    if (reaction === 'tells') continue;
    settings[name] = defaults[name];
    if (name.endsWith('_retries') && reaction === 'goes on')
      log.warning(`parameter ${name} is invalid, so use default value 3`);
  }
  for (const name of ['block_size', 'bput_size'] as const) {
    if (command !== 'multiput' && settingProblem(name, settings[name])) settings[name] = defaults[name];
  }
}

function wordsFor(name: SettingName, value: string): string {
  if (name === 'concurrency') return 'Invalid value,please check .wcscfg file';
  if (name === 'connection_timeout') return `could not convert string to float: ${pythonRepr(value)}`;
  if (name === 'traffic_limit') return `Download Fail:traffic_limit parameter configuration error：${value}`;
  return `invalid literal for int() with base 10: ${pythonRepr(value)}`;
}
