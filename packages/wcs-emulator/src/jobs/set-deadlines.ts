import { ServiceError } from '../http/service-error.js';
import { expiryAfterDays } from '../operations/keep-for.js';
import { CommandFields } from './command-fields.js';
import { folderObjects } from './folder-objects.js';
import type { JobKind } from './job-kind.js';

/**
 * `POST /fmgr/setdeadline` (section 2.9): decides how long the objects of a folder or of a whole bucket are kept:
 * `bucket/<b>[/prefix/<p>]/deadline/<days>`, or `deleteAfterDays`.
 */
export const setDeadlines: JobKind = {
  check(command) {
    const { bucket, days } = parse(command);
    expiryAfterDays(days, 0);
    return [bucket];
  },

  async run(command, { storage: { metadata, objects }, now, signal }) {
    const { bucket, folder, days } = parse(command);
    const expiresAt = expiryAfterDays(days, now());
    for await (const { key } of folderObjects(metadata, bucket, folder, now())) {
      signal.throwIfAborted();
      // It may have been deleted meanwhile.
      await objects.setExpiry({ bucket, key }, expiresAt).catch(error => {
        if (!(error instanceof ServiceError && error.status === 404)) throw error;
      });
    }
    return folder === '' ? {} : { key: folder };
  },
};

function parse(command: string): { bucket: string; folder: string; days: string } {
  const fields = new CommandFields(command, ['bucket', 'prefix', 'deadline', 'deleteAfterDays']);
  const days = fields.plain('deadline') ?? fields.plain('deleteAfterDays');
  if (days === undefined) throw new ServiceError(400, 'deadline is missing');
  return { bucket: fields.required('bucket'), folder: fields.text('prefix') ?? '', days };
}
