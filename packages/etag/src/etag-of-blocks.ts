import { BlockDigests } from './block-digests.js';
import { isUint8Array } from './bytes.js';
import { ChecksumError } from './checksum-error.js';
import { describe } from './describe.js';
import { SHA1_LENGTH } from './etag-text.js';

/**
 * The etag of content whose blocks were digested elsewhere, for instance one by one while they were
 * uploaded (WCS protocol, section 3.1).
 *
 * @param blockDigests - the raw SHA-1 (20 bytes) of every block, in the order of the content. Every block but
 * the last must be full. A single digest gives the one-block form; none gives the etag of empty content.
 * @throws {@link ChecksumError} `INVALID_ARGUMENT` if a digest is not 20 bytes long
 *
 * @example
 * ```ts
 * const sha1 = (block: Uint8Array) => createHash('sha1').update(block).digest();
 * etagOfBlocks([sha1(firstFourMebibytes), sha1(rest)]);
 * ```
 */
export function etagOfBlocks(blockDigests: readonly Uint8Array[]): string {
  if (!Array.isArray(blockDigests)) {
    throw new ChecksumError(
      'INVALID_ARGUMENT',
      `blockDigests must be an array of SHA-1s, but is ${describe(blockDigests)}`,
    );
  }
  const blocks = new BlockDigests();
  for (const [index, digest] of blockDigests.entries()) {
    if (!isUint8Array(digest) || digest.length !== SHA1_LENGTH) {
      const found = isUint8Array(digest) ? `${digest.length} bytes long` : describe(digest);
      throw new ChecksumError(
        'INVALID_ARGUMENT',
        `blockDigests[${index}] must be a SHA-1 of ${SHA1_LENGTH} bytes, but is ${found}`,
      );
    }
    blocks.add(digest);
  }
  return blocks.etag();
}
