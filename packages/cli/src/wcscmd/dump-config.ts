import type { Output } from '../terminal/output.js';
import type { LoadedConfig } from './load-config.js';
import { requireSettings } from './load-config.js';

/** What stands for a secret where it must not be seen. */
export const MASK = '********';

/** Prints the settings in force in the form of the file. */
export async function dumpConfig(
  out: Output,
  config: LoadedConfig,
  { showSecrets }: { showSecrets: boolean },
): Promise<void> {
  if (config.missing) requireSettings(config, ['access_key']);
  const { formatConfig } = await import('@curve-wcs/wcs-sdk');
  const { get_url: downloadUrl } = config.extra;
  const secret = config.settings.secret_key;
  const settings = { ...config.settings, secret_key: showSecrets || secret === '' ? secret : MASK };
  const extra = downloadUrl === undefined ? {} : { get_url: downloadUrl };
  if (out.json) return out.value({ ...settings, ...extra });
  const text = formatConfig({ settings, extra });
  for (const line of text.split('\n').slice(0, -1)) out.line(line);
}
