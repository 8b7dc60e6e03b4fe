import { createHmac } from 'node:crypto';
import { urlSafeBase64Encode } from '@curve-wcs/etag';
import { requireContent, requireObject, requireText } from '../check-arguments.js';
import { invalidArgument } from '../errors.js';

/** A pair of keys. The secret key never leaves the process. */
export interface Credentials {
  /** Names the account's key pair; part of every token. */
  accessKey: string;
  /** Signs tokens. */
  secretKey: string;
  /** The hash in the signature's HMAC. Default SHA-1; SM3 only for accounts that the service has set up for it. */
  algorithm?: SignatureAlgorithm;
}

/** Hashes that the service knows for signatures, by the names of the `encryption-type` header (wcs-api §1.2). */
export type SignatureAlgorithm = 'SHA-1' | 'SM3';

const DIGEST_NAMES: Record<SignatureAlgorithm, string> = { 'SHA-1': 'sha1', SM3: 'sm3' };

/**
 * The signature that all tokens share (wcs-api §1.2): the URL-safe Base64 of the lower-case hex digits of the
 * HMAC, not of its raw bytes.
 */
export function signature(
  credentials: Pick<Credentials, 'secretKey' | 'algorithm'>,
  message: string | Uint8Array,
): string {
  requireObject('credentials', credentials);
  const { secretKey, algorithm = 'SHA-1' } = credentials;
  requireText('secretKey', secretKey);
  requireContent('message', message);
  if (!Object.hasOwn(DIGEST_NAMES, algorithm)) {
    throw invalidArgument('algorithm', `one of ${Object.keys(DIGEST_NAMES).join(', ')}`, algorithm);
  }
  return urlSafeBase64Encode(createHmac(DIGEST_NAMES[algorithm], secretKey).update(message).digest('hex'));
}

/** The header that announces another hash than SHA-1. */
export function algorithmHeader(credentials: Credentials | undefined): Record<string, string> {
  return credentials?.algorithm === 'SM3' ? { 'encryption-type': 'SM3' } : {};
}
