import type { SettingName, WcsClient } from '@curve-wcs/wcs-sdk';
import { configError } from '../cli-error.js';
import { VERSION } from '../version.js';
import type { CommandContext } from './command.js';
import { requireSettings } from './load-config.js';
import { recordFolderOf } from './record-folder.js';

/**
 * Makes the client of a command.
 *
 * @param needs - the settings that the command cannot do without; others are complained about only when wrong
 */
export async function openClient(
  { config, out, io, observer }: Pick<CommandContext, 'config' | 'out' | 'io' | 'observer'>,
  needs: readonly (SettingName | 'get_url')[],
): Promise<WcsClient> {
  requireSettings(config, needs);
  const { clientOptionsOf, WcsClient, WcsError } = await import('@curve-wcs/wcs-sdk');
  const recordFolder = await recordFolderOf(config.settings.tmp_record_folder, io.cwd);
  try {
    const { recordFolder: _, defaults: __, ...options } = clientOptionsOf(config);
    if (options.verifyTls === false) out.warning('TLS certificates are not checked (isverify = False)');
    for (const name of ['uploadUrl', 'managementUrl', 'downloadUrl'] as const) {
      if (options[name]) out.detail(`${name} ${options[name]}`);
    }
    return new WcsClient({
      ...options,
      ...(recordFolder === undefined ? {} : { recordFolder }),
      userAgent: `wcscmd/${VERSION}`,
      proxyFromEnvironment: io.env,
      ...(observer?.answered ? { onAnswer: answer => observer.answered?.(answer) } : {}),
    });
  } catch (error) {
    if (!(error instanceof WcsError)) throw error;
    throw configError(`${config.path}: ${error.message}`, { cause: error });
  }
}
