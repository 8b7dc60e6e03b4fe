/**
 * WCS etag, CRC-64/XZ and CRC-32 of buffers, streams and files.
 *
 * @packageDocumentation
 */
export { BLOCK_SIZE, type BlockSizeOptions } from './block-size.js';
export type { Bytes } from './bytes.js';
export { ChecksumError, type ChecksumErrorCode } from './checksum-error.js';
export { ChecksumPool, type ChecksumPoolOptions } from './checksum-pool.js';
export { crc32 } from './crc32.js';
export { crc32File } from './crc32-file.js';
export { Crc64, crc64, crc64Combine, crc64Decimal } from './crc64.js';
export { crc64File } from './crc64-file.js';
export { crc64Stream } from './crc64-stream.js';
export type { FileOptions } from './digest-file.js';
export type { Digests, WantedDigests } from './digests.js';
export { etag } from './etag.js';
export { type EtagFileOptions, etagFile } from './etag-file.js';
export { EtagHasher } from './etag-hasher.js';
export { etagOfBlocks } from './etag-of-blocks.js';
export { type EtagStreamOptions, etagStream } from './etag-stream.js';
export type { Progress, ProgressOptions } from './progress.js';
export { type StreamReader, type StreamSource, streamReader } from './stream-reader.js';
export { urlSafeBase64Decode, urlSafeBase64Encode } from './url-safe-base64.js';
