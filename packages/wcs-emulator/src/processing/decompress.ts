import { entryKey } from '../archive/entry-key.js';
import { parseArchiveFormat, readArchive } from '../archive/read-archive.js';
import { ServiceError } from '../http/service-error.js';
import { CommandFields } from '../jobs/command-fields.js';
import { typeOfKey, unknownType } from '../operations/content-type.js';
import { storeObject } from '../storage/store-object.js';
import { textContent } from './content.js';
import type { Processor } from './processor.js';

/**
 * `decompression/<format>[/dir/<folder>]`: unpacks an archive into the bucket it lies in, over whatever is there. It
 * makes a list of what it has stored: one JSON object a line.
 */
export const decompress: Processor = async (parameters, content, task, next) => {
  const [formatName = '', ...rest] = parameters;
  const format = parseArchiveFormat(formatName);
  const folder = rest.length > 0 ? (new CommandFields(rest.join('/'), ['dir']).text('dir') ?? '') : '';
  const lines: string[] = [];
  const { bucket } = task.input;
  const { maxUnpackedBytes } = task;
  const files = readArchive(content, format, { name: content.name, maxBytes: maxUnpackedBytes });
  for await (const { name, bytes } of files) {
    task.signal.throwIfAborted();
    const key = entryKey(folder, name);
    if (key === task.input.key) throw new ServiceError(400, `the archive would replace itself: ${key}`);
    const mimeType = (await typeOfKey(key)) ?? unknownType;
    const target = { bucket, key };
    const record = await storeObject(task.storage, target, bytes, { mimeType, putTime: task.now() });
    lines.push(`${JSON.stringify({ key, hash: record.hash, fsize: record.size })}\n`);
  }
  return next({
    content: textContent(content.name, lines.join('')),
    defaultKey: `${task.input.key}.list`,
  });
};
