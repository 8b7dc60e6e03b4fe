import { createHmac } from 'node:crypto';
import { urlSafeBase64Encode } from '@curve-wcs/etag';

/** A pair of keys. The secret key never leaves the process. */
export interface Credentials {
  /** Names the account's key pair; part of every token. */
  accessKey: string;
  /** Signs tokens. */
  secretKey: string;
}

/**
 * The signature that all tokens share (wcs-api §1.2): the URL-safe Base64 of the 40 lower-case hex digits of
 * HMAC-SHA1, not of its 20 raw bytes.
 */
export function signature(secretKey: string, message: string | Uint8Array): string {
  return urlSafeBase64Encode(createHmac('sha1', secretKey).update(message).digest('hex'));
}
