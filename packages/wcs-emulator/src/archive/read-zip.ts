import { Readable } from 'node:stream';
import { crc32 } from '@curve-wcs/etag';
import yauzl, { type Entry } from 'yauzl';
import { ServiceError } from '../http/service-error.js';
import type { ArchivedFile, ArchiveSource } from './archive-file.js';

/**
 * The files of a zip archive in the order of its directory. Only what is asked for is read.
 *
 * @throws ServiceError 400 when it is not one, is damaged, encrypted, or compressed in an unusual way
 */
export async function* readZip(source: ArchiveSource): AsyncGenerator<ArchivedFile> {
  const zip = await yauzl
    .fromRandomAccessReaderPromise(new SourceReader(source), source.size, {
      decodeStrings: false,
      autoClose: false,
    })
    .catch(error => {
      throw damaged(error);
    });
  const entries = zip.eachEntry();
  for (;;) {
    const { value: entry, done } = await entries.next().catch(error => {
      throw damaged(error);
    });
    if (done) return;
    const name = nameOf(entry);
    if (name.endsWith('/')) continue;
    if (!entry.canDecodeFileData()) {
      throw new ServiceError(400, `the zip archive holds ${name} in a way that cannot be read`);
    }
    yield { name, bytes: contentOf(entry, () => zip.openReadStreamPromise(entry)) };
  }
}

async function* contentOf(entry: Entry, open: () => Promise<Readable>): AsyncIterable<Buffer> {
  let checksum = 0;
  let stream: AsyncIterator<Buffer> | undefined;
  try {
    stream = (await open())[Symbol.asyncIterator]();
    for (;;) {
      const { value, done } = await stream.next();
      if (done) break;
      checksum = crc32(value, checksum);
      yield value;
    }
  } catch (error) {
    throw damaged(error);
  } finally {
    await stream?.return?.();
  }
  if (checksum !== entry.crc32) throw damaged(new Error(`the checksum of ${nameOf(entry)} does not match`));
}

function nameOf(entry: Entry): string {
  return yauzl.getFileNameLowLevel(entry.generalPurposeBitFlag, entry.fileNameRaw, entry.extraFields, false);
}

function damaged(error: unknown): Error {
  if (error instanceof ServiceError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new ServiceError(400, `the zip archive cannot be read: ${reason}`, { cause: error });
}

/** Lets yauzl read from an archive's source. */
class SourceReader extends yauzl.RandomAccessReader {
  readonly #source: ArchiveSource;

  constructor(source: ArchiveSource) {
    super();
    this.#source = source;
  }

  override _readStreamForRange(start: number, end: number): Readable {
    return Readable.from(this.#source.read(start, end), { objectMode: false });
  }
}
