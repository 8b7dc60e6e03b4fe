import { ServiceError } from '../http/service-error.js';
import type { ObjectName } from '../storage/metadata-store.js';
import type { ObjectStore } from '../storage/object-store.js';
import { CommandFields } from './command-fields.js';
import type { JobKind } from './job-kind.js';

/** `POST /fmgr/delete` (section 2.9): `bucket/<b>/key/<k>`. An object that is not there counts as deleted. */
export const deleteObject: JobKind = {
  check: command => [parse(command).bucket],

  async run(command, { storage }) {
    const { bucket, key } = parse(command);
    await deleteIfPresent(storage.objects, { bucket, key });
    return { key };
  },
};

function parse(command: string): ObjectName {
  const fields = new CommandFields(command, ['bucket', 'key']);
  const key = fields.key('key');
  if (key === undefined) throw new ServiceError(400, 'key is missing');
  return { bucket: fields.required('bucket'), key };
}

/** Deletes an object, unless somebody else did. @returns whether it was there */
export async function deleteIfPresent(objects: ObjectStore, { bucket, key }: ObjectName): Promise<boolean> {
  try {
    await objects.delete(bucket, key);
    return true;
  } catch (error) {
    if (error instanceof ServiceError && error.status === 404) return false;
    throw error;
  }
}
