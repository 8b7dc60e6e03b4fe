import { ServiceError } from '../http/service-error.js';
import type { ObjectName, ObjectRecord } from '../storage/metadata-store.js';
import type { ObjectStore } from '../storage/object-store.js';
import type { JobKind } from './job-kind.js';
import { parseRelocation } from './relocation.js';
import { storedResult } from './stored-result.js';

/** `POST /fmgr/move` (section 2.9): renames an object, over whatever has the target's name. */
export const moveObject: JobKind = {
  check(command) {
    const { source, target } = parseRelocation(command);
    return [source.bucket, target.bucket];
  },

  async run(command, { storage: { objects }, url, repeated }) {
    const { source, target } = parseRelocation(command);
    const record = await objects.move(source, target).catch(async error => {
      const moved = repeated ? await alreadyMoved(objects, target, error) : undefined;
      if (!moved) throw error;
      return moved;
    });
    return storedResult(url, target, record);
  },
};

/** When the process ended between the move and the note of its success, only the target is there now. */
async function alreadyMoved(
  objects: ObjectStore,
  { bucket, key }: ObjectName,
  error: unknown,
): Promise<ObjectRecord | undefined> {
  return error instanceof ServiceError && error.status === 404 ? objects.find(bucket, key) : undefined;
}
