import { hash } from 'node:crypto';
import { type BlockSizeOptions, blockSizeOf } from './block-size.js';
import { type Bytes, bytesOf } from './bytes.js';
import { EtagHasher } from './etag-hasher.js';
import { singleBlockEtag } from './etag-text.js';

/**
 * The WCS etag of bytes in memory: the `hash` that the service reports for an object (WCS protocol,
 * section 3.1). It is always 28 characters: `F…` for content of at most one block, `l…` for more.
 *
 * The work is done on the calling thread; for large buffers on a busy server see {@link ChecksumPool}.
 *
 * @param data - the content; a string is taken as UTF-8
 * @throws {@link ChecksumError} `INVALID_ARGUMENT` if `data` is not bytes or the block size is not a positive
 * integer
 *
 * @example
 * ```ts
 * etag(''); // 'Fto5o-5ea0sNMlW_75VgGJCv2AcJ'
 * ```
 */
export function etag(data: Bytes, options?: BlockSizeOptions): string {
  const bytes = bytesOf(data);
  return bytes.length <= blockSizeOf(options)
    ? singleBlockEtag(hash('sha1', bytes, 'buffer'))
    : new EtagHasher(options).update(bytes).digest();
}
