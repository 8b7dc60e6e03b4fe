import { ServiceError } from '../http/service-error.js';
import type { BlobWriter } from './blob-store.js';

/** Something computed over passing bytes. */
export interface Digester {
  update(chunk: Uint8Array): unknown;
}

/**
 * Takes a stream into a blob and brings it to the disk; it is not yet published. When anything fails,
 * nothing of it is left.
 *
 * @param limit - the most bytes to take
 * @returns how many bytes arrived
 * @throws ServiceError 413 when there are more, as built by `onTooLarge` if given
 */
export async function receive(
  source: AsyncIterable<Buffer>,
  writer: BlobWriter,
  {
    limit,
    digesters,
    onTooLarge = () => new ServiceError(413, `more than ${limit} bytes`),
  }: { limit: number; digesters: readonly Digester[]; onTooLarge?: () => ServiceError },
): Promise<number> {
  let size = 0;
  try {
    for await (const chunk of source) {
      size += chunk.length;
      if (size > limit) throw onTooLarge();
      const written = writer.write(chunk);
      for (const digester of digesters) digester.update(chunk);
      await written;
    }
    await writer.finish();
    return size;
  } catch (error) {
    await writer.discard();
    throw error;
  }
}
