import { timingSafeEqual } from 'node:crypto';
import { urlSafeBase64Encode } from '@curve-wcs/etag';
import { type Credentials, signature } from '../auth/signature.js';
import { requireContent, requireObject } from '../check-arguments.js';
import { WcsError } from '../errors.js';

/** The parts of a callback that its signature covers. */
export interface SignedCallback {
  /** The `Authorization` header as received. */
  authorization: string | undefined;
  /** The `callbackUrl` of the put policy, with its query. */
  url: string;
  /** The body as received. */
  body: string | Uint8Array;
}

/**
 * Whether a callback after an upload comes from the service (wcs-api §1.6): its header must be
 * `AK:b64u(hmac_hex(SK, callbackUrl + "\n" + b64u(body)))`. Compares in constant time, and never throws for what was
 * received.
 *
 * @param credentials - those that signed the upload token
 * @throws WcsError `INVALID_ARGUMENT` if a key is missing
 * @example
 * ```ts
 * import { verifyCallback } from '@curve-wcs/wcs-sdk';
 *
 * const genuine = verifyCallback(
 *   { accessKey: 'ak', secretKey: 'sk' },
 *   { authorization: undefined, url: 'https://app.example.com/uploaded', body: 'key=a.jpg' },
 * );
 * ```
 */
export function verifyCallback(credentials: Credentials, callback: SignedCallback): boolean {
  requireObject('credentials', credentials);
  requireObject('callback', callback);
  requireContent('body', callback.body);
  // An empty key would let anybody sign.
  if (!credentials.accessKey || !credentials.secretKey) {
    throw new WcsError('INVALID_ARGUMENT', 'verifying a callback needs accessKey and secretKey');
  }
  const message = `${callback.url}\n${urlSafeBase64Encode(callback.body)}`;
  const expected = Buffer.from(`${credentials.accessKey}:${signature(credentials, message)}`);
  const received = Buffer.from(String(callback.authorization ?? ''));
  return received.length === expected.length && timingSafeEqual(received, expected);
}
