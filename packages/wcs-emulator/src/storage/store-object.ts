import type { ObjectName, ObjectRecord } from './metadata-store.js';
import type { Digester } from './receive.js';
import { spool } from './spool.js';
import type { Storage } from './storage.js';

/**
 * Stores what the emulator itself gets or makes, over whatever has the name.
 *
 * @param check - called when all bytes are there; what it throws keeps the object from being stored
 */
export async function storeObject(
  { blobs, objects }: Storage,
  { bucket, key }: ObjectName,
  bytes: AsyncIterable<Buffer>,
  {
    mimeType,
    putTime,
    digesters = [],
    check = () => {},
  }: { mimeType: string; putTime: number; digesters?: readonly Digester[]; check?: () => void },
): Promise<ObjectRecord> {
  const { writer, size, hash } = await spool(blobs, bytes, { limit: Number.MAX_SAFE_INTEGER, digesters });
  try {
    check();
    return await objects.put({ bucket, key, overwrite: true, blobs: [writer.blob] }, async () => {
      await writer.publish();
      return { size, hash, mimeType, putTime, parts: [{ blob: writer.blob, size }] };
    });
  } finally {
    // Nothing is left to discard of what has been stored.
    await writer.discard();
  }
}
