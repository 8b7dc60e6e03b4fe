import { createHmac, getHashes, timingSafeEqual } from 'node:crypto';
import { ServiceError } from '../http/service-error.js';

/** The digest under an HMAC, by the name that node:crypto gives it. */
export type SignatureAlgorithm = 'sha1' | 'sm3';

/**
 * The digest that header `encryption-type` asks for (section 1.2); SHA-1 when the header is absent.
 *
 * @throws ServiceError 400 for an unknown name, or for SM3 on a Node.js whose OpenSSL lacks it
 */
export function signatureAlgorithm(header: string | undefined): SignatureAlgorithm {
  const name = header?.trim().toUpperCase() ?? 'SHA-1';
  if (name === 'SHA-1' || name === 'SHA1') return 'sha1';
  if (name !== 'SM3') throw new ServiceError(400, `unknown encryption-type: ${name}`);
  if (!getHashes().includes('sm3')) throw new ServiceError(400, 'this build of Node.js has no SM3');
  return 'sm3';
}

/** `b64u(hmac_hex(secretKey, message))`: Base64 of the 40 (SM3: 64) hexadecimal digits, not of raw bytes. */
export function sign(algorithm: SignatureAlgorithm, secretKey: string, message: string | Uint8Array): string {
  const hex = createHmac(algorithm, secretKey).update(message).digest('hex');
  return Buffer.from(hex, 'latin1').toString('base64').replaceAll('+', '-').replaceAll('/', '_');
}

/** Compares two signatures in a time that does not depend on where they differ. */
export function signaturesEqual(expected: string, given: string): boolean {
  const left = Buffer.from(expected);
  const right = Buffer.from(given);
  return left.length === right.length && timingSafeEqual(left, right);
}
