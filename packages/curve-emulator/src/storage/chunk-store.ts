import { mkdirSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ChunkFile, holdsChunk } from './chunk-file.js';
import type { ChunkSizes } from './kept-version.js';
import { isMissing } from './positioned-io.js';

/** How many chunks stay open. */
const maxOpenChunks = 256;

/** Names a chunk. */
export interface ChunkKey {
  poolId: number;
  copysetId: number;
  chunkId: bigint;
}

/**
 * Chunks, each in files of its own. The members of a copyset share them. All is synchronous: it goes to the page cache
 * and back, and nothing else of the process can come between.
 */
export class ChunkStore {
  readonly #folder: string;
  readonly #sizes: ChunkSizes;
  /** In the order of their last use. */
  readonly #open = new Map<string, ChunkFile>();

  constructor(folder: string, sizes: ChunkSizes) {
    this.#folder = folder;
    this.#sizes = sizes;
  }

  /** A chunk, to be used at once; undefined when there is none. */
  find(key: ChunkKey): ChunkFile | undefined {
    const path = this.#path(key);
    const known = this.#open.get(path);
    if (known) {
      this.#open.delete(path);
      this.#open.set(path, known);
      return known;
    }
    try {
      const chunk = ChunkFile.open(path, this.#sizes);
      return chunk && this.#keep(path, chunk);
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  /** Makes a chunk, where there is none. */
  create(key: ChunkKey, first: Parameters<typeof ChunkFile.create>[2]): ChunkFile {
    const path = this.#path(key);
    mkdirSync(dirname(path), { recursive: true });
    return this.#keep(path, ChunkFile.create(path, this.#sizes, first));
  }

  /** Removes a chunk, if there is one. */
  remove(key: ChunkKey): void {
    const path = this.#path(key);
    this.#close(path);
    ChunkFile.remove(path);
  }

  /** How many chunks each copyset has that has any; one of which an older version is kept counts twice. */
  counts(): [poolId: number, copysetId: number, chunks: number][] {
    const entries = (folder: string) => {
      try {
        return readdirSync(folder);
      } catch (error) {
        if (isMissing(error)) return [];
        throw error;
      }
    };
    return entries(this.#folder).map(name => {
      const [poolId, copysetId] = name.split('-').map(Number);
      return [poolId ?? 0, copysetId ?? 0, entries(join(this.#folder, name)).filter(holdsChunk).length];
    });
  }

  /** Closes all files. */
  close(): void {
    for (const path of this.#open.keys()) this.#close(path);
  }

  #path({ poolId, copysetId, chunkId }: ChunkKey): string {
    return join(this.#folder, `${poolId}-${copysetId}`, String(chunkId));
  }

  #keep(path: string, chunk: ChunkFile): ChunkFile {
    this.#open.set(path, chunk);
    if (this.#open.size > maxOpenChunks) {
      const [oldest] = this.#open.keys();
      if (oldest !== undefined) this.#close(oldest);
    }
    return chunk;
  }

  #close(path: string): void {
    const chunk = this.#open.get(path);
    if (!chunk) return;
    this.#open.delete(path);
    chunk.close();
  }
}
