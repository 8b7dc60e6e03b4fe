import type { SettingName, Settings, WcsClient } from '@curve-wcs/wcs-sdk';
import { configError, usageError } from '../cli-error.js';
import { parseSize } from '../options/parse-size.js';
import { VERSION } from '../version.js';
import type { CommandContext } from './command.js';
import { type LoadedConfig, requireSettings } from './load-config.js';
import { recordFolderOf } from './record-folder.js';
import { settingProblem } from './setting-rules.js';

/**
 * Makes the client of a command.
 *
 * @param needs - the settings that the command cannot do without; others are complained about only when wrong
 */
export async function openClient(
  {
    config,
    out,
    io,
    observer,
    options: given,
  }: Pick<CommandContext, 'config' | 'out' | 'io' | 'observer' | 'options'>,
  needs: readonly (SettingName | 'get_url')[],
): Promise<WcsClient> {
  requireSettings(config, needs);
  const { clientOptionsOf, SETTING_DEFAULTS, WcsClient, WcsError } = await import('@curve-wcs/wcs-sdk');
  const maxRate = rateOf(given.get('limit-rate'));
  const used = needs.includes('put_url') ? config : withoutUploads(config, SETTING_DEFAULTS);
  const recordFolder = await recordFolderOf(config.settings.tmp_record_folder, io.cwd);
  try {
    const { recordFolder: _, defaults: __, ...options } = clientOptionsOf(used);
    if (options.verifyTls === false) out.warning('TLS certificates are not checked (isverify = False)');
    for (const name of ['uploadUrl', 'managementUrl', 'downloadUrl'] as const) {
      if (options[name]) out.detail(`${name} ${options[name]}`);
    }
    return new WcsClient({
      ...options,
      ...(maxRate === undefined ? {} : { maxRate }),
      ...(recordFolder === undefined ? {} : { recordFolder }),
      userAgent: `wcscmd/${VERSION}`,
      proxyFromEnvironment: true,
      ...(observer?.answered ? { onAnswer: answer => observer.answered?.(answer) } : {}),
    });
  } catch (error) {
    if (!(error instanceof WcsError)) throw error;
    throw configError(`${config.path}: ${error.message}`, { cause: error });
  }
}

/** The slowest that the client can be told to be. */
const SLOWEST = 4096;

function rateOf(text: string | true | undefined): number | undefined {
  if (typeof text !== 'string' || text === '') return undefined;
  const rate = parseSize(text);
  if (rate !== undefined && rate >= SLOWEST) return rate;
  throw usageError(
    `--limit-rate must be bytes a second, 4K or more, such as 500K; it is ${JSON.stringify(text)}`,
  );
}

/** Settings that nothing but uploads looks at. */
const OF_UPLOADS = [
  'block_size',
  'bput_size',
  'mkblk_retries',
  'bput_retries',
  'mkfile_retries',
  'deadline',
] as const satisfies readonly SettingName[];

/** The configuration for a command that uploads nothing: it is not to fail for what it does not use. */
function withoutUploads(config: LoadedConfig, defaults: Readonly<Settings>): LoadedConfig {
  const settings = { ...config.settings };
  for (const name of OF_UPLOADS) {
    if (settingProblem(name, settings[name]) !== undefined) settings[name] = defaults[name];
  }
  return { ...config, settings };
}
