/**
 * The same checksums through Web Crypto, for browsers and other runtimes without Node's modules.
 *
 * @packageDocumentation
 */
export { BLOCK_SIZE, type BlockSizeOptions } from './block-size.js';
export { type BlobOptions, etag, etagBlob } from './browser/etag-blob.js';
export type { Bytes } from './bytes.js';
export { ChecksumError, type ChecksumErrorCode } from './checksum-error.js';
export { Crc64, crc64, crc64Combine, crc64Decimal } from './crc64.js';
export type { Progress, ProgressOptions } from './progress.js';
export { urlSafeBase64Decode, urlSafeBase64Encode } from './url-safe-base64.js';
