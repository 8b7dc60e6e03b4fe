import { ServiceError } from '../http/service-error.js';
import { playlistSegments } from '../operations/playlist-segments.js';
import { CommandFields } from './command-fields.js';
import { deleteIfPresent } from './delete-object.js';
import type { JobKind } from './job-kind.js';

/**
 * `POST /fmgr/deletem3u8` (section 2.9): deletes a playlist, and its segments unless told otherwise:
 * `bucket/<b>/key/<k>[/deletets/0|1]`. A playlist that is not there counts as deleted.
 */
export const deletePlaylist: JobKind = {
  check: command => [parse(command).bucket],

  async run(command, { storage: { objects }, signal }) {
    const { bucket, key, deleteSegments } = parse(command);
    // The playlist goes last: while it is there, what remains to be done can be told from it.
    for (const segment of deleteSegments ? await playlistSegments(objects, { bucket, key }) : []) {
      signal.throwIfAborted();
      await deleteIfPresent(objects, { bucket, key: segment });
    }
    await deleteIfPresent(objects, { bucket, key });
    return { key };
  },
};

function parse(command: string): { bucket: string; key: string; deleteSegments: boolean } {
  const fields = new CommandFields(command, ['bucket', 'key', 'deletets']);
  const key = fields.key('key');
  if (key === undefined) throw new ServiceError(400, 'key is missing');
  return { bucket: fields.required('bucket'), key, deleteSegments: fields.flag('deletets', true) };
}
