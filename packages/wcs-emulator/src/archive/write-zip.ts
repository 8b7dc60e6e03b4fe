import { Readable } from 'node:stream';
import { ZipFile } from 'yazl';

/** A file on its way into an archive. */
export interface ZipMember {
  /** Any key; what no zip archive could hold of it is percent-encoded. */
  name: string;
  /** In bytes. */
  size: number;
  /** In milliseconds since the epoch. */
  modified: number;
  /** Asked for when it is the file's turn; read to its end, or given up. */
  open(): Promise<AsyncIterable<Buffer>>;
}

/** The bytes of a zip archive of these files, in their order. An error of a file is an error of the stream. */
export async function* zipStream(members: readonly ZipMember[]): AsyncIterable<Buffer> {
  const zip = new ZipFile();
  const output = zip.outputStream as Readable;
  const fail = (error: Error) => {
    output.destroy(error);
  };
  let current: Readable | undefined;
  zip.on('error', fail);
  for (const { name, size, modified, open } of members) {
    const mtime = new Date(Math.max(0, modified));
    zip.addReadStreamLazy(entryName(name), { size, mtime }, callback => {
      open().then(
        bytes => {
          current = Readable.from(bytes, { objectMode: false }).on('error', fail);
          callback(null, current);
        },
        error => callback(error, Readable.from([])),
      );
    });
  }
  zip.end();
  try {
    yield* output as AsyncIterable<Buffer>;
  } finally {
    current?.destroy();
    output.destroy();
  }
}

/** A name in an archive takes `\` for a slash, and `c:` for a drive. */
function entryName(key: string): string {
  return key.replaceAll('\\', '%5C').replace(/^([A-Za-z]):/, '$1%3A');
}
