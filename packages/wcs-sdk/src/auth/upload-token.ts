import { urlSafeBase64Decode, urlSafeBase64Encode } from '@curve-wcs/etag';
import { type Credentials, signature } from './signature.js';

/** The members of a put policy (wcs-api §1.3): what an upload token allows, and what happens after the upload. */
export interface PutPolicy {
  /** `bucket`, or `bucket:key` to allow this key only. */
  scope: string;
  /** When the token expires: **milliseconds** since the epoch. */
  deadline: number | string;
  /** Template of the stored key when the client gives none; form uploads only. */
  saveKey?: string;
  /** Largest size allowed, in bytes; 0 means no limit. */
  fsizeLimit?: number | string;
  /** 1 replaces an existing object; 0 (the default) makes the upload fail with `OBJECT_EXISTS`. */
  overwrite?: 0 | 1 | '0' | '1';
  /** A form upload is answered with 303 to this URL. */
  returnUrl?: string;
  /** Template of what the answer contains, such as `hash=$(hash)&size=$(fsize)`. */
  returnBody?: string;
  /** The service posts `callbackBody` here after storing. */
  callbackUrl?: string;
  /** Template of the callback's body. */
  callbackBody?: string;
  /** Processing commands to run after storing, separated by `;`. */
  persistentOps?: string;
  /** Receives the result of `persistentOps`. */
  persistentNotifyUrl?: string;
  /** Content moderation, such as `imagePorn`. */
  contentDetect?: string;
  /** Receives the moderation result. */
  detectNotifyURL?: string;
  /** Which moderation results to notify. */
  detectNotifyRule?: string;
  /** 1 notifies per command, 0 once for all. */
  separate?: 0 | 1 | '0' | '1';
  /** Instant-upload switch. */
  instant?: 0 | 1 | '0' | '1';
  /** Overrides the stored modification time: milliseconds since the epoch. */
  lastModifiedTime?: string;
  /** `crc64ecma` asks the service for a CRC-64. */
  hashAlgorithm?: string;
  /** Members that the service adds later. */
  [member: string]: unknown;
}

/**
 * Makes an upload token (wcs-api §1.3). The exact text that was signed travels inside the token.
 *
 * @param credentials - the account's keys
 * @param policy - an object, serialised compactly in the order of its members without those that are
 *   undefined; or JSON text, which is signed to the letter
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
export function uploadToken(credentials: Credentials, policy: PutPolicy | string): string {
  const encoded = urlSafeBase64Encode(typeof policy === 'string' ? policy : JSON.stringify(policy));
  return `${credentials.accessKey}:${signature(credentials, encoded)}:${encoded}`;
}

/** Reads the put policy inside an upload token, without checking the signature; `undefined` if there is none. */
export function policyOf(token: string): PutPolicy | undefined {
  const encoded = token.replace(/^UpToken\s+/i, '').split(':')[2];
  if (encoded === undefined) return undefined;
  try {
    const policy: unknown = JSON.parse(Buffer.from(urlSafeBase64Decode(encoded)).toString('utf8'));
    return typeof policy === 'object' && policy !== null ? (policy as PutPolicy) : undefined;
  } catch {
    return undefined;
  }
}
