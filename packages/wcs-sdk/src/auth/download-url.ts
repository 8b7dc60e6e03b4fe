import { invalidArgument, WcsError } from '../errors.js';
import { wholeNumber } from '../number-options.js';
import { type Credentials, signature } from './signature.js';

/** How long a signed download URL is good for. */
export interface DownloadUrlOptions {
  /** Lifetime in seconds. Default 3,600. */
  expiresIn?: number;
  /** When it ends, in place of `expiresIn`. */
  expires?: Date;
}

/**
 * Signs a download URL (wcs-api §1.5): `e` (seconds since the epoch) and `token` are added to its query. Only the C
 * client has this, and whether the service asks for it depends on the account; most protect downloads at their domain.
 *
 * @param url - of the object, with its query; sent as it is written
 * @throws WcsError `INVALID_ARGUMENT`
 * @example
 * ```ts
 * import { signDownloadUrl } from '@curve-wcs/wcs-sdk';
 *
 * const keys = { accessKey: 'ak', secretKey: 'sk' };
 * const url = signDownloadUrl(keys, 'https://photos.example.com/a.jpg', { expiresIn: 600 });
 * ```
 */
export function signDownloadUrl(
  credentials: Credentials,
  url: string | URL,
  options: DownloadUrlOptions = {},
): string {
  const address = String(url);
  if (!URL.canParse(address) || !/^https?:$/.test(new URL(address).protocol) || address.includes('#')) {
    throw invalidArgument('url', 'an http:// or https:// URL without a fragment', address);
  }
  if (/[?&](e|token)=/.test(address)) {
    throw invalidArgument('url', 'without e and token in its query', address.replace(/\?.*/, '?…'));
  }
  const withEnd = `${address}${address.includes('?') ? '&' : '?'}e=${endOf(options)}`;
  return `${withEnd}&token=${credentials.accessKey}:${signature(credentials, withEnd)}`;
}

function endOf({ expiresIn, expires }: DownloadUrlOptions): number {
  if (expires === undefined) {
    return Math.floor(Date.now() / 1000) + wholeNumber('expiresIn', expiresIn ?? 3600, { minimum: 1 });
  }
  if (expiresIn !== undefined) {
    throw new WcsError('INVALID_ARGUMENT', 'give expires or expiresIn, not both');
  }
  const end = expires instanceof Date ? Math.floor(expires.getTime() / 1000) : Number.NaN;
  if (!Number.isSafeInteger(end)) throw invalidArgument('expires', 'a date', expires);
  return end;
}
