import type { MetadataStore, ObjectEntry } from '../storage/metadata-store.js';
import { isExpired } from '../storage/object-store.js';

/**
 * The objects in a folder and below, in the order of their keys. A folder is no mere prefix: `test` has nothing to do
 * with `test123` (section 2.9).
 *
 * @param folder - with or without its final slash; empty for the whole bucket
 */
export async function* folderObjects(
  metadata: MetadataStore,
  bucket: string,
  folder: string,
  now: number,
): AsyncIterable<ObjectEntry> {
  const prefix = folder === '' || folder.endsWith('/') ? folder : `${folder}/`;
  const cursor = metadata.openCursor(bucket, { prefix });
  try {
    for (let entry = await cursor.next(); entry; entry = await cursor.next()) {
      if (!isExpired(entry.record, now)) yield entry;
    }
  } finally {
    await cursor.close();
  }
}
