import { urlSafeBase64Encode } from '@curve-wcs/etag';
import type { WcsCredentials } from './accounts.js';
import { sign } from './signature.js';

/**
 * The `Authorization` of a callback or of a job's notification (section 1.6): over the URL with its query, and the
 * body as it is sent, encoded once more.
 */
export function callbackAuthorization(url: string, body: string, account: WcsCredentials): string {
  return authorization(account, `${url}\n${urlSafeBase64Encode(body)}`);
}

/** The `Authorization` of a detection's notification: over the URL without its query, and the body as it is sent. */
export function detectionAuthorization(url: string, body: string, account: WcsCredentials): string {
  return authorization(account, `${url.replace(/\?.*$/s, '')}\n${body}`);
}

function authorization({ accessKey, secretKey }: WcsCredentials, message: string): string {
  return `${accessKey}:${sign('sha1', secretKey, message)}`;
}
