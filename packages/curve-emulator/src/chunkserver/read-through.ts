import type { ChunkFile } from '../storage/chunk-file.js';

/** Where clone chunks read what they lack. */
export interface Sources {
  /** Bytes of a chunk, `offset` within it; undefined where there is nothing at that location. */
  read(location: string, offset: number, size: number): Buffer | undefined;
}

/** What a chunk has, and what it lacks from its origin; undefined where that cannot be read. */
export function readThrough(
  chunk: ChunkFile,
  sources: Sources,
  offset: number,
  size: number,
): Buffer | undefined {
  const bytes = chunk.read(offset, size);
  for (const [at, length] of chunk.missing(offset, size)) {
    const missing = sources.read(chunk.location ?? '', at, length);
    if (!missing) return undefined;
    missing.copy(bytes, at - offset);
  }
  return bytes;
}
