import { buffer } from 'node:stream/consumers';
import { zipStream } from '../../src/archive/write-zip.js';

/** A zip archive of texts, by their names. */
export async function zipOf(files: Record<string, string>): Promise<Buffer> {
  const members = Object.entries(files).map(([name, text]) => ({
    name,
    size: Buffer.byteLength(text),
    modified: 0,
    open: async () =>
      (async function* () {
        yield Buffer.from(text);
      })(),
  }));
  return buffer(zipStream(members));
}
