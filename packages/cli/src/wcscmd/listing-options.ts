import type { ListObjectsOptions } from '@curve-wcs/wcs-sdk';
import type { CommandContext } from './command.js';
import { checkSettings } from './load-config.js';

/** How a bucket is to be listed: `--limit`, `--prefix`, `--mode` and `--marker`. */
export function listingOptions({ config, io }: CommandContext): ListObjectsOptions {
  checkSettings(config, ['limit', 'mode']);
  const { limit, mode, prefix, marker } = config.settings;
  return {
    // Zero leaves it to the service.
    ...(limit === '0' ? {} : { pageSize: Number(limit) }),
    signal: io.signal,
    ...(prefix ? { prefix } : {}),
    ...(marker ? { marker } : {}),
    // Any other mode means none, such as the default of 3.
    ...(mode === '0' || mode === '1' ? { mode: mode === '0' ? 0 : 1 } : {}),
  };
}
