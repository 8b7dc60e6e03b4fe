import { ServiceError } from '../http/service-error.js';
import { parseEntry } from '../operations/object-entry.js';
import type { ObjectName } from '../storage/metadata-store.js';
import { readObjectText } from '../storage/read-object.js';
import { storeObject } from '../storage/store-object.js';
import { CommandFields } from './command-fields.js';
import { deleteIfPresent } from './delete-object.js';
import { folderObjects } from './folder-objects.js';
import type { JobKind, JobTask } from './job-kind.js';
import { storedResult } from './stored-result.js';

/** What a command of this kind is about. */
interface FolderDeletion {
  bucket: string;
  folder: string;
  output: ObjectName | undefined;
}

/**
 * `POST /fmgr/deletePrefix` (section 2.9): deletes a folder: `bucket/<b>/prefix/<p>[/output/<entry>]`. A folder
 * without objects counts as deleted. `output` becomes a list of the keys, one a line; it is there before they are
 * deleted, so that it is complete also when the process ends in between.
 */
export const deleteFolder: JobKind = {
  check(command) {
    const { bucket, output } = parse(command);
    return output ? [bucket, output.bucket] : [bucket];
  },

  async run(command, task) {
    const { bucket, folder, output } = parse(command);
    const { storage, now, signal, url } = task;
    const keys: string[] = [];
    for await (const { key } of folderObjects(storage.metadata, bucket, folder, now())) {
      if (bucket !== output?.bucket || key !== output.key) keys.push(key);
    }
    const list = output && (await writeList(task, output, keys));
    for (const key of keys) {
      signal.throwIfAborted();
      await deleteIfPresent(storage.objects, { bucket, key });
    }
    return output && list ? storedResult(url, output, list) : { key: folder };
  },
};

function parse(command: string): FolderDeletion {
  const fields = new CommandFields(command, ['bucket', 'prefix', 'output']);
  const output = fields.plain('output');
  const folder = fields.required('prefix');
  if (/^\/*$/.test(folder)) throw new ServiceError(400, 'prefix is not a folder');
  return { bucket: fields.required('bucket'), folder, output: output ? parseEntry(output) : undefined };
}

async function writeList({ storage, now, repeated }: JobTask, output: ObjectName, keys: readonly string[]) {
  // What was deleted before the process ended is in the list that it left.
  const before = repeated
    ? await readObjectText(storage.objects, output, Number.POSITIVE_INFINITY)
    : undefined;
  const lines = new Set([...(before ?? '').split('\n').filter(line => line !== ''), ...keys]);
  const text = [...lines].map(key => `${key}\n`).join('');
  const bytes = (async function* () {
    yield Buffer.from(text);
  })();
  return storeObject(storage, output, bytes, { mimeType: 'text/plain', putTime: now() });
}
