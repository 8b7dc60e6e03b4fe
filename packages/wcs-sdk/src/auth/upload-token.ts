import { urlSafeBase64Decode, urlSafeBase64Encode } from '@curve-wcs/etag';
import { requireObject, requireText } from '../check-arguments.js';
import type { PutPolicy } from './put-policy.js';
import { type PolicyStyle, serializePolicy } from './serialize-policy.js';
import { type Credentials, signature } from './signature.js';

/**
 * Makes an upload token (wcs-api §1.3). The exact text that was signed travels inside the token.
 *
 * @param credentials - the account's keys
 * @param policy - an object, serialised in the order of its members without those that are undefined; or JSON
 *   text, which is signed to the letter. {@link putPolicy} makes one that is checked.
 * @param options - how an object is written; default `compact`
 * @example
 * ```ts
 * import { uploadToken } from '@curve-wcs/wcs-sdk';
 *
 * const token = uploadToken(
 *   { accessKey: 'ak', secretKey: 'sk' },
 *   { scope: 'photos:a.jpg', deadline: Date.now() + 3_600_000, overwrite: 1 },
 * );
 * ```
 */
export function uploadToken(
  credentials: Credentials,
  policy: PutPolicy | string,
  options: { style?: PolicyStyle } = {},
): string {
  requireObject('credentials', credentials);
  requireObject('options', options);
  const json = typeof policy === 'string' ? policy : serializePolicy(policy, options.style);
  const encoded = urlSafeBase64Encode(json);
  return `${credentials.accessKey}:${signature(credentials, encoded)}:${encoded}`;
}

/** Reads the put policy inside an upload token, without checking the signature; `undefined` if there is none. */
export function policyOf(token: string): PutPolicy | undefined {
  requireText('token', token);
  const encoded = token.replace(/^UpToken\s+/i, '').split(':')[2];
  if (encoded === undefined) return undefined;
  try {
    const policy: unknown = JSON.parse(Buffer.from(urlSafeBase64Decode(encoded)).toString('utf8'));
    return typeof policy === 'object' && policy !== null ? (policy as PutPolicy) : undefined;
  } catch {
    return undefined;
  }
}
