import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { ArchiveSource } from '../archive/archive-file.js';

/** Bytes on their way through a pipeline of commands. */
export interface Content extends ArchiveSource {
  /** The key of the object that they come from, or one like it. */
  name: string;
  /** What they are stored as when the target's name does not say. */
  mimeType: string;
}

/** Text that a command made. */
export function textContent(name: string, text: string): Content {
  const bytes = Buffer.from(text);
  return {
    name,
    mimeType: 'application/json',
    size: bytes.length,
    async *read(start, end) {
      yield bytes.subarray(start, end);
    },
  };
}

/** A file that a command made. */
export async function fileContent(name: string, path: string, mimeType: string): Promise<Content> {
  const { size } = await stat(path);
  return {
    name,
    mimeType,
    size,
    async *read(start, end) {
      if (start < end) yield* createReadStream(path, { start, end: end - 1 }) as AsyncIterable<Buffer>;
    },
  };
}
