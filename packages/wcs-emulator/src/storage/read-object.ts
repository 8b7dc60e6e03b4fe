import { readBody } from '../http/read-body.js';
import type { ObjectName } from './metadata-store.js';
import type { ObjectStore } from './object-store.js';

/**
 * Reads the text of a small object, such as a playlist or a list of keys.
 *
 * @returns nothing when there is no such object
 * @throws ServiceError 413 when it is larger than `limit` bytes
 */
export async function readObjectText(
  objects: ObjectStore,
  { bucket, key }: ObjectName,
  limit: number,
): Promise<string | undefined> {
  const object = await objects.open(bucket, key);
  if (!object) return undefined;
  try {
    return (await readBody(object.read(0, object.record.size), limit)).toString();
  } finally {
    await object.release();
  }
}
