import {
  closeSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

/** What precedes the data of a chunk in its file, in bytes. */
const headerSize = 4096;
const headerMagic = Buffer.from('CURVECK1');
/** How many files stay open. */
const maxOpenFiles = 256;

/** Names a chunk. */
export interface ChunkKey {
  poolId: number;
  copysetId: number;
  chunkId: bigint;
}

/** The versions that a chunk has. */
export interface ChunkVersions {
  current: bigint;
  /** The one that a write of a newer version left behind; its data are not kept. */
  snapshot: bigint | undefined;
}

interface OpenChunk {
  fd: number;
  versions: ChunkVersions;
}

/**
 * The bytes of chunks, each in a sparse file of its own. The members of a copyset share them. All is synchronous:
 * it goes to the page cache and back, and nothing else of the process can come between.
 */
export class ChunkStore {
  readonly #folder: string;
  /** In the order of their last use. */
  readonly #open = new Map<string, OpenChunk>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The versions of a chunk; undefined when there is none. */
  versions(key: ChunkKey): ChunkVersions | undefined {
    return this.#find(key)?.versions;
  }

  /** Reads from a chunk; what was never written is zeros. Undefined when there is no such chunk. */
  read(key: ChunkKey, offset: number, size: number): Buffer | undefined {
    const chunk = this.#find(key);
    if (!chunk) return undefined;
    const bytes = Buffer.allocUnsafe(size);
    let done = 0;
    while (done < size) {
      const count = readSync(chunk.fd, bytes, done, size - done, headerSize + offset + done);
      if (count === 0) break;
      done += count;
    }
    // Beyond the end of the file nothing was written yet.
    bytes.fill(0, done);
    return bytes;
  }

  /** Writes into a chunk, which is made if there is none, and gives it the version `sn`. */
  write(key: ChunkKey, offset: number, bytes: Uint8Array, sn: bigint): void {
    const chunk = this.#find(key) ?? this.#create(key, sn);
    const { current } = chunk.versions;
    if (current !== sn) this.#setVersions(chunk, { current: sn, snapshot: current });
    let done = 0;
    while (done < bytes.length) {
      done += writeSync(chunk.fd, bytes, done, bytes.length - done, headerSize + offset + done);
    }
  }

  /** Removes a chunk, if there is one. */
  remove(key: ChunkKey): void {
    const path = this.#path(key);
    this.#close(path);
    try {
      unlinkSync(path);
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }

  /** How many chunks each copyset has that has any. */
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
      return [poolId ?? 0, copysetId ?? 0, entries(join(this.#folder, name)).length];
    });
  }

  /** Closes all files. */
  close(): void {
    for (const path of this.#open.keys()) this.#close(path);
  }

  #path({ poolId, copysetId, chunkId }: ChunkKey): string {
    return join(this.#folder, `${poolId}-${copysetId}`, String(chunkId));
  }

  #find(key: ChunkKey): OpenChunk | undefined {
    const path = this.#path(key);
    const known = this.#open.get(path);
    if (known) {
      this.#open.delete(path);
      this.#open.set(path, known);
      return known;
    }
    try {
      return this.#remember(path, openSync(path, 'r+'));
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  #create(key: ChunkKey, sn: bigint): OpenChunk {
    const path = this.#path(key);
    mkdirSync(dirname(path), { recursive: true });
    const versions = { current: sn, snapshot: undefined };
    const chunk = { fd: openSync(path, 'w+'), versions };
    try {
      // The file has its header in full from the moment it has any byte: it is one write.
      this.#setVersions(chunk, versions);
      ftruncateSync(chunk.fd, headerSize);
    } catch (error) {
      closeSync(chunk.fd);
      throw error;
    }
    return this.#keep(path, chunk);
  }

  /** @returns undefined for a file without header: its making was interrupted, and nothing was acknowledged */
  #remember(path: string, fd: number): OpenChunk | undefined {
    const header = Buffer.alloc(24);
    const whole = readSync(fd, header, 0, header.length, 0) === header.length;
    if (whole && header.subarray(0, 8).equals(headerMagic)) {
      const [current, snapshot] = [header.readBigUInt64LE(8), header.readBigUInt64LE(16)];
      return this.#keep(path, {
        fd,
        versions: { current, snapshot: snapshot === 0n ? undefined : snapshot },
      });
    }
    closeSync(fd);
    return undefined;
  }

  #keep(path: string, chunk: OpenChunk): OpenChunk {
    this.#open.set(path, chunk);
    if (this.#open.size > maxOpenFiles) {
      const [oldest] = this.#open.keys();
      if (oldest !== undefined) this.#close(oldest);
    }
    return chunk;
  }

  #setVersions(chunk: OpenChunk, versions: ChunkVersions): void {
    const header = Buffer.alloc(24);
    headerMagic.copy(header);
    header.writeBigUInt64LE(versions.current, 8);
    header.writeBigUInt64LE(versions.snapshot ?? 0n, 16);
    writeSync(chunk.fd, header, 0, header.length, 0);
    chunk.versions = versions;
  }

  #close(path: string): void {
    const chunk = this.#open.get(path);
    if (!chunk) return;
    this.#open.delete(path);
    closeSync(chunk.fd);
  }
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}
