import { parseArchiveFormat } from '../archive/read-archive.js';
import { CommandFields } from '../jobs/command-fields.js';
import { unpackArchive } from '../jobs/unpack-archive.js';
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
  const unpacked = unpackArchive(task, content, { archive: task.input, format, folder });
  for await (const { key, record } of unpacked) {
    lines.push(`${JSON.stringify({ key, hash: record.hash, fsize: record.size })}\n`);
  }
  return next({
    content: textContent(content.name, lines.join('')),
    defaultKey: `${task.input.key}.list`,
  });
};
