import { requireContent, requireObject, requireText } from '../check-arguments.js';
import { type Credentials, signature } from './signature.js';

/**
 * Makes the `Authorization` value of a management call (wcs-api §1.4).
 *
 * The path, the query and the body are signed exactly as they go on the wire. There is no timestamp in it:
 * the token for a given path and body never expires, so treat it as a secret.
 *
 * @param credentials - the account's keys
 * @param target - path and query as sent, such as `/stat/YjphLnR4dA==`; a whole URL is cut down to that
 * @param body - the request body as sent
 * @example
 * ```ts
 * import { managementToken } from '@curve-wcs/wcs-sdk';
 *
 * const headers = { Authorization: managementToken({ accessKey: 'ak', secretKey: 'sk' }, '/bucket/list') };
 * ```
 */
export function managementToken(
  credentials: Credentials,
  target: string,
  body: string | Uint8Array = '',
): string {
  requireObject('credentials', credentials);
  requireText('target', target);
  requireContent('body', body);
  const path = target.replace(/^https?:\/\/[^/?]*/i, '');
  const message = Buffer.concat([Buffer.from(`${path}\n`), Buffer.from(body)]);
  return `${credentials.accessKey}:${signature(credentials, message)}`;
}
