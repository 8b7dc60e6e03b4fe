/*
 * Archives, read and written as streams: nothing is ever whole in memory, and nothing touches the file system.
 *
 *   const format = parseArchiveFormat('zip');
 *   for await (const { name, bytes } of readArchive(object, format, { name: key, maxBytes })) …
 *
 * `unpackArchive` in jobs/unpack-archive.ts stores the files too, and `zipStream` in write-zip.ts goes the other way.
 * What is wrong with an archive is a ServiceError 400, and 413 when it unpacks to more than it may.
 */
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { ServiceError } from '../http/service-error.js';
import type { ArchivedFile, ArchiveSource } from './archive-file.js';
import { readTar } from './read-tar.js';
import { readZip } from './read-zip.js';

/** The formats that can be unpacked; `gzip` is of one file, or of a tar archive. */
export type ArchiveFormat = 'zip' | 'tar' | 'gzip';

const formats: Readonly<Record<string, ArchiveFormat>> = {
  zip: 'zip',
  tar: 'tar',
  gzip: 'gzip',
  gz: 'gzip',
  tgz: 'gzip',
  'tar.gz': 'gzip',
};

/** The most files that an archive may hold. */
const maxFiles = 100_000;

/** Where the mark of a tar archive is in its first block. */
const tarMark = { start: 257, text: 'ustar', block: 512 };

/** @throws ServiceError 400 for a format that is not known */
export function parseArchiveFormat(text: string): ArchiveFormat {
  const name = text.toLowerCase();
  const format = Object.hasOwn(formats, name) ? formats[name] : undefined;
  if (!format) {
    throw new ServiceError(400, `${text} is none of the formats ${Object.keys(formats).join(', ')}`);
  }
  return format;
}

/**
 * The files of an archive, one after the other; folders are left out.
 *
 * @param name - of the archive, after which the one file of a `gzip` is named
 * @param maxBytes - how much all files together may come to, so that a small archive cannot fill the disk
 * @throws ServiceError 400 when it cannot be read; 413 when it holds too much
 */
export async function* readArchive(
  source: ArchiveSource,
  format: ArchiveFormat,
  { name, maxBytes }: { name: string; maxBytes: number },
): AsyncGenerator<ArchivedFile> {
  const budget = new Budget(maxBytes);
  let files = 0;
  for await (const file of filesOf(source, format, name, budget)) {
    files += 1;
    if (files > maxFiles) throw new ServiceError(413, `the archive holds more than ${maxFiles} files`);
    yield file;
  }
}

function filesOf(
  source: ArchiveSource,
  format: ArchiveFormat,
  name: string,
  budget: Budget,
): AsyncIterable<ArchivedFile> {
  const whole = () => source.read(0, source.size);
  switch (format) {
    case 'zip':
      return withinBudget(readZip(source), budget);
    case 'tar':
      return readTar(budget.spend(whole()));
    case 'gzip':
      return readGzip(budget.spend(gunzip(whole())), name);
  }
}

async function* withinBudget(
  files: AsyncIterable<ArchivedFile>,
  budget: Budget,
): AsyncIterable<ArchivedFile> {
  for await (const file of files) yield { ...file, bytes: budget.spend(file.bytes) };
}

async function* readGzip(content: AsyncIterable<Buffer>, name: string): AsyncIterable<ArchivedFile> {
  const iterator = content[Symbol.asyncIterator]();
  const head = await readHead(iterator, tarMark.block);
  const bytes = resume(head, iterator);
  const mark = head.toString('latin1', tarMark.start, tarMark.start + tarMark.text.length);
  if (mark === tarMark.text) yield* readTar(bytes);
  else yield { name: name.replace(/^.*\//, '').replace(/\.gz(ip)?$/i, ''), bytes };
}

async function* gunzip(bytes: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  const input = Readable.from(bytes, { objectMode: false });
  const output = createGunzip();
  input.on('error', error => output.destroy(error));
  try {
    yield* input.pipe(output) as AsyncIterable<Buffer>;
  } catch (error) {
    if (error instanceof ServiceError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new ServiceError(400, `the gzip file cannot be read: ${reason}`, { cause: error });
  } finally {
    input.destroy();
    output.destroy();
  }
}

/** The first bytes of a stream, and what came in the same chunk; fewer only when there are no more. */
async function readHead(iterator: AsyncIterator<Buffer>, length: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  while (size < length) {
    const { value, done } = await iterator.next();
    if (done) break;
    chunks.push(value);
    size += value.length;
  }
  return Buffer.concat(chunks);
}

async function* resume(head: Buffer, rest: AsyncIterator<Buffer>): AsyncIterable<Buffer> {
  try {
    if (head.length > 0) yield head;
    for (;;) {
      const { value, done } = await rest.next();
      if (done) return;
      yield value;
    }
  } finally {
    await rest.return?.();
  }
}

/** Counts bytes down, over several streams. */
class Budget {
  readonly #maxBytes: number;
  #left: number;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
    this.#left = maxBytes;
  }

  async *spend(bytes: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
    for await (const chunk of bytes) {
      this.#left -= chunk.length;
      if (this.#left < 0) {
        throw new ServiceError(413, `the archive unpacks to more than ${this.#maxBytes} bytes`);
      }
      yield chunk;
    }
  }
}
