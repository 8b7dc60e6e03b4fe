import { bytesOf } from './bytes.js';
import { consume } from './consume.js';
import { Crc64 } from './crc64.js';
import type { ProgressOptions } from './progress.js';
import type { StreamSource } from './stream-reader.js';

/**
 * The CRC-64/XZ of everything a stream or an iterable gives (WCS protocol, section 3.2), in constant memory.
 * Reads the source to its end; a computation that ends early cancels or destroys it.
 *
 * @throws {@link ChecksumError} `INVALID_ARGUMENT` if the source is none, was already read, is locked, decodes
 * to something other than UTF-8, or gives a piece that is not bytes. Errors of the source are passed on, and
 * so is the signal's reason.
 *
 * @example
 * ```ts
 * await crc64Stream(['12345', '6789']); // 11051210869376104954n
 * ```
 */
export async function crc64Stream(source: StreamSource, options: ProgressOptions = {}): Promise<bigint> {
  const crc = new Crc64();
  await consume(source, options, piece => {
    const bytes = bytesOf(piece);
    crc.update(bytes);
    return bytes.length;
  });
  return crc.digest();
}
