import type { BlockSizeOptions } from './block-size.js';
import { bytesOf } from './bytes.js';
import { consume } from './consume.js';
import { EtagHasher } from './etag-hasher.js';
import type { ProgressOptions } from './progress.js';
import type { StreamSource } from './stream-reader.js';

/** Options of {@link etagStream}. */
export interface EtagStreamOptions extends BlockSizeOptions, ProgressOptions {}

/**
 * The WCS etag of everything a stream or an iterable gives (WCS protocol, section 3.1), in constant memory.
 * Reads the source to its end; a computation that ends early cancels or destroys it.
 *
 * @throws {@link ChecksumError} `INVALID_ARGUMENT` if the source is none, was already read, is locked, decodes its
 * bytes, or gives a piece that is neither bytes nor text, or if the block size is not a positive
 * integer. Errors of the source are passed on, and so is the signal's reason.
 *
 * @example
 * ```ts
 * const response = await fetch(url);
 * if (response.body) console.log(await etagStream(response.body));
 * ```
 */
export async function etagStream(source: StreamSource, options: EtagStreamOptions = {}): Promise<string> {
  const hasher = new EtagHasher(options);
  await consume(source, options, piece => {
    const bytes = bytesOf(piece);
    hasher.update(bytes);
    return bytes.length;
  });
  return hasher.digest();
}
