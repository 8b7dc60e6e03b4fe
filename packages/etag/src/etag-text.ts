import { urlSafeBase64Encode } from './url-safe-base64.js';

/** Bytes in a SHA-1. */
export const SHA1_LENGTH = 20;

/** The etag of content of at most one block, from the content's SHA-1. */
export function singleBlockEtag(sha1: Uint8Array): string {
  return etagText(0x16, sha1);
}

/** The etag of content of several blocks, from the SHA-1 over the blocks' SHA-1s. */
export function multiBlockEtag(sha1: Uint8Array): string {
  return etagText(0x96, sha1);
}

function etagText(kind: number, sha1: Uint8Array): string {
  const bytes = new Uint8Array(1 + SHA1_LENGTH);
  bytes[0] = kind;
  bytes.set(sha1, 1);
  return urlSafeBase64Encode(bytes);
}
