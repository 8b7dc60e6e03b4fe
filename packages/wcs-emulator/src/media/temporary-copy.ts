import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';

/**
 * Gives a program a folder of its own for as long as it works, with the input in it as one file: an object may
 * consist of several.
 *
 * @param parent - where the folder is made
 * @param key - only its extension becomes part of the file's name
 */
export async function withTemporaryCopy<T>(
  { parent, key, bytes }: { parent: string; key: string; bytes: AsyncIterable<Buffer> },
  work: (input: string, folder: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(parent, 'media-'));
  try {
    const extension = /^\.\w{1,8}$/.exec(extname(key))?.[0] ?? '';
    const input = join(folder, `input${extension}`);
    await pipeline(bytes, createWriteStream(input));
    return await work(input, folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
