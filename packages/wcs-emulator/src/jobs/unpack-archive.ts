import type { ArchiveSource } from '../archive/archive-file.js';
import { entryKey } from '../archive/entry-key.js';
import { type ArchiveFormat, readArchive } from '../archive/read-archive.js';
import { ServiceError } from '../http/service-error.js';
import { typeOfKey, unknownType } from '../operations/content-type.js';
import type { ObjectName, ObjectRecord } from '../storage/metadata-store.js';
import { storeObject } from '../storage/store-object.js';
import type { JobTask } from './job-kind.js';

/**
 * Stores the files of an archive in the bucket it lies in, over whatever is there, and tells each as it is stored.
 *
 * @param archive - the name of the archive itself
 * @param folder - stands before the keys of its files; empty for none
 * @throws ServiceError as `readArchive`; 400 also when a file would replace the archive
 */
export async function* unpackArchive(
  { storage, now, signal, maxUnpackedBytes }: JobTask,
  source: ArchiveSource,
  { archive, format, folder }: { archive: ObjectName; format: ArchiveFormat; folder: string },
): AsyncIterable<{ key: string; record: ObjectRecord }> {
  const limits = { name: archive.key, maxBytes: maxUnpackedBytes };
  for await (const { name, bytes } of readArchive(source, format, limits)) {
    signal.throwIfAborted();
    const key = entryKey(folder, name);
    if (key === archive.key) throw new ServiceError(400, `the archive would replace itself: ${key}`);
    const mimeType = (await typeOfKey(key)) ?? unknownType;
    const record = await storeObject(storage, { bucket: archive.bucket, key }, bytes, {
      mimeType,
      putTime: now(),
    });
    yield { key, record };
  }
}
