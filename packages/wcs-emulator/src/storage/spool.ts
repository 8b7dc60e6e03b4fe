import { etagOfBlocks } from '@curve-wcs/etag';
import type { BlobStore, BlobWriter } from './blob-store.js';
import { type Digester, receive } from './receive.js';
import { SliceHasher } from './slice-hasher.js';

/** Bytes that have arrived but belong to nobody yet. Whoever gets them publishes or discards them. */
export interface SpooledBytes {
  writer: BlobWriter;
  /** In bytes. */
  size: number;
  /** The wcs-etag. */
  hash: string;
  /** The SHA-1 of each 4 MiB, in hexadecimal. */
  sha1s: string[];
}

/**
 * Takes a stream to the disk, as the content of an object to be. When anything fails, nothing of it is left.
 *
 * @param limit - the most bytes to take
 * @param digesters - see the bytes too
 * @throws ServiceError 413 when there are more
 */
export async function spool(
  blobs: BlobStore,
  bytes: AsyncIterable<Buffer>,
  { limit, digesters = [] }: { limit: number; digesters?: readonly Digester[] },
): Promise<SpooledBytes> {
  const hasher = new SliceHasher();
  const writer = await blobs.create();
  const size = await receive(bytes, writer, { limit, digesters: [hasher, ...digesters] });
  const sha1s = hasher.digest();
  return { writer, size, hash: etagOfBlocks(sha1s.map(sha1 => Buffer.from(sha1, 'hex'))), sha1s };
}
