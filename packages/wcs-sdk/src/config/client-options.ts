import { requireObject } from '../check-arguments.js';
import type { WcsClientOptions } from '../client-options.js';
import { WcsError } from '../errors.js';
import { callDefaultsOf } from './call-defaults.js';
import { parseBoolean, parseInteger, type SettingName, type Settings } from './settings.js';
import type { WcsConfig } from './wcscfg.js';

/** Turns the settings of a `.wcscfg` into the options of a client. */
export function clientOptionsOf(config: Pick<WcsConfig, 'settings' | 'extra'>): WcsClientOptions {
  requireObject('config', config);
  const { settings, extra } = config;
  requireObject('settings', settings);
  requireObject('extra', extra);
  const number = (name: SettingName) => numberOf(settings, name);
  const downloadUrl = extra['get_url'];
  return {
    ...(settings.access_key ? { accessKey: settings.access_key } : {}),
    ...(settings.secret_key ? { secretKey: settings.secret_key } : {}),
    ...(settings.put_url ? { uploadUrl: settings.put_url } : {}),
    ...(settings.mgr_url ? { managementUrl: settings.mgr_url } : {}),
    ...(downloadUrl ? { downloadUrl } : {}),
    https: parseBoolean(settings.ishttps) ?? false,
    verifyTls: parseBoolean(settings.isverify) ?? true,
    // The official tool has a limit per kind of request; the most patient of them serves for all.
    retry: {
      limit: Math.max(
        number('mkblk_retries'),
        number('bput_retries'),
        number('mkfile_retries'),
        number('connection_retries'),
      ),
    },
    timeouts: { idle: Math.ceil(secondsOf(settings.connection_timeout) * 1000) },
    tokenLifetime: number('deadline'),
    blockSize: number('block_size'),
    chunkSize: Math.min(number('bput_size'), number('block_size')),
    // Zero means "one after the other" to the official tool.
    concurrency: Math.max(1, number('concurrency')),
    trafficLimit: number('traffic_limit'),
    recordFolder: settings.tmp_record_folder,
    defaults: callDefaultsOf(settings),
  };
}

function numberOf(settings: Settings, name: SettingName): number {
  const number = parseInteger(settings[name]);
  if (number !== undefined && number >= 0) return number;
  throw new WcsError('CONFIG', `${name} must be a whole number; got ${JSON.stringify(settings[name])}`);
}

/** Seconds may have a fraction, as for Python's `float`. */
function secondsOf(text: string): number {
  if (/^\s*\+?(\d+\.?\d*|\.\d+)\s*$/.test(text)) return Number(text);
  throw new WcsError('CONFIG', `connection_timeout must be a number of seconds; got ${JSON.stringify(text)}`);
}
