import { closeSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import { CloneOrigin } from './clone-origin.js';
import { type ChunkSizes, KeptVersion } from './kept-version.js';
import { readRange, removeFile, writeRange, writeSparsely } from './positioned-io.js';

/** What precedes the data of a chunk in its file, in bytes. */
const headerSize = 4096;
const headerMagic = Buffer.from('CURVECK1');

/** The versions of a chunk (curve-snapshot.md §5). */
export interface ChunkVersions {
  /** That of the latest write. */
  readonly current: bigint;
  /** The older one that is kept beside it. */
  readonly kept: bigint | undefined;
  /** Writes of an older version are refused, and one of this version keeps nothing of what it overwrites. */
  readonly corrected: bigint;
}

interface Header extends ChunkVersions {
  readonly isClone: boolean;
}

/** What a chunk did with a request: `backward` is one of an older version, `conflict` one that does not go with its state. */
export type Deed = 'done' | 'backward' | 'conflict';

/** A chunk: its file, with those of its older version and of its origin beside it. */
export class ChunkFile {
  readonly #path: string;
  readonly #fd: number;
  readonly #sizes: ChunkSizes;
  #header: Header;
  #kept: KeptVersion | undefined;
  #origin: CloneOrigin | undefined;

  private constructor(path: string, fd: number, sizes: ChunkSizes, header: Header) {
    this.#path = path;
    this.#fd = fd;
    this.#sizes = sizes;
    this.#header = header;
  }

  /** Makes a chunk; with a `location` it is a clone chunk, which has no bytes of its own yet. */
  static create(
    path: string,
    sizes: ChunkSizes,
    {
      current,
      corrected = 0n,
      location,
    }: { current: bigint; corrected?: bigint; location?: string | undefined },
  ): ChunkFile {
    const isClone = location !== undefined;
    const header = { current, kept: undefined, corrected, isClone };
    const chunk = new ChunkFile(path, openSync(path, 'w+'), sizes, header);
    try {
      if (isClone) chunk.#origin = CloneOrigin.create(originPath(path), location, sizes);
      // The file has its header in full from the moment it has any byte: it is one write.
      chunk.#setHeader(header);
      ftruncateSync(chunk.#fd, headerSize);
    } catch (error) {
      chunk.close();
      throw error;
    }
    return chunk;
  }

  /** @returns undefined for a file without header: its making was interrupted, and nothing was acknowledged */
  static open(path: string, sizes: ChunkSizes): ChunkFile | undefined {
    const fd = openSync(path, 'r+');
    const bytes = Buffer.alloc(40);
    const length = readSync(fd, bytes, 0, bytes.length, 0);
    if (length < 24 || !bytes.subarray(0, 8).equals(headerMagic)) {
      closeSync(fd);
      return undefined;
    }
    const [current, kept, corrected] = [8, 16, 24].map(at => bytes.readBigUInt64LE(at)) as [
      bigint,
      bigint,
      bigint,
    ];
    const isClone = bytes[32] === 1;
    const header = { current, kept: kept === 0n ? undefined : kept, corrected, isClone };
    const chunk = new ChunkFile(path, fd, sizes, header);
    try {
      if (kept !== 0n) chunk.#kept = KeptVersion.open(keptPath(path), sizes);
      if (!chunk.#kept) chunk.#header = { ...header, kept: undefined };
      if (isClone) chunk.#origin = CloneOrigin.open(originPath(path), sizes);
    } catch (error) {
      chunk.close();
      throw error;
    }
    return chunk;
  }

  /** Removes a chunk, if there is one. */
  static remove(path: string): void {
    removeFile(path);
    removeFile(keptPath(path));
    removeFile(originPath(path));
  }

  get versions(): ChunkVersions {
    return this.#header;
  }

  /** Where a clone chunk's missing bytes are; undefined for a chunk that has all of its own. */
  get location(): string | undefined {
    return this.#origin?.location;
  }

  /** The ranges within one that a clone chunk does not have. */
  missing(offset: number, size: number): [offset: number, size: number][] {
    return [...(this.#origin?.missing(offset, size) ?? [])];
  }

  /** Reads what the chunk has itself; what was never written is zeros. */
  read(offset: number, size: number): Buffer {
    return readRange(this.#fd, headerSize + offset, size);
  }

  /** Reads a version, the current or the kept one. Undefined when there is no such version. */
  readVersion(version: bigint, offset: number, size: number): Buffer | undefined {
    const { current, kept } = this.#header;
    if (version !== current && version !== kept) return undefined;
    const bytes = this.read(offset, size);
    if (version !== current) this.#kept?.restore(bytes, offset);
    return bytes;
  }

  /** Writes, in the version `sn`. What a newer version overwrites first is kept, unless nobody needs it. */
  write(offset: number, bytes: Uint8Array, sn: bigint): Deed {
    const { current, corrected, kept } = this.#header;
    if (sn < current || sn < corrected) return 'backward';
    if (sn > current && sn > corrected && !(kept !== undefined && current <= kept)) {
      // One older version can be kept, and nothing of what a clone chunk may not have.
      if (kept !== undefined || this.#origin) return 'conflict';
      this.#kept = KeptVersion.create(keptPath(this.#path), this.#sizes);
      this.#setHeader({ ...this.#header, current: sn, kept: current });
    } else if (sn > current) this.#setHeader({ ...this.#header, current: sn });
    const needed = this.#header.kept !== undefined && sn !== corrected && sn > this.#header.kept;
    if (needed) this.#kept?.keep(offset, bytes.length, (at, size) => this.read(at, size));
    writeRange(this.#fd, headerSize + offset, bytes);
    this.#filled(offset, bytes.length);
    return 'done';
  }

  /** Gives a clone chunk bytes of its origin, where it has none yet. */
  fill(offset: number, bytes: Buffer): void {
    // Nothing was written there yet: zeros need no writing.
    for (const [at, size] of this.missing(offset, bytes.length))
      writeSparsely(this.#fd, headerSize + at, bytes.subarray(at - offset, at - offset + size));
    this.#filled(offset, bytes.length);
  }

  /** Ends the kept version, if it is older than `corrected`; nothing of before that need be kept from then on. */
  correct(corrected: bigint): Deed {
    if (this.#origin) return 'conflict';
    const header = this.#header;
    if (corrected < header.current || corrected < header.corrected) return 'backward';
    const ends = header.kept !== undefined && header.current > header.kept;
    const isNews = corrected > header.current && corrected > header.corrected;
    if (ends || isNews)
      this.#setHeader({
        ...header,
        ...(ends && { kept: undefined }),
        ...(isNews && { corrected }),
      });
    if (ends) {
      this.#kept?.close();
      this.#kept = undefined;
      removeFile(keptPath(this.#path));
    }
    return 'done';
  }

  close(): void {
    closeSync(this.#fd);
    this.#kept?.close();
    this.#origin?.close();
  }

  #filled(offset: number, size: number): void {
    if (!this.#origin) return;
    this.#origin.fill(offset, size);
    if (!this.#origin.complete) return;
    this.#setHeader({ ...this.#header, isClone: false });
    this.#origin.close();
    this.#origin = undefined;
    removeFile(originPath(this.#path));
  }

  #setHeader(header: Header): void {
    const bytes = Buffer.alloc(40);
    headerMagic.copy(bytes);
    bytes.writeBigUInt64LE(header.current, 8);
    bytes.writeBigUInt64LE(header.kept ?? 0n, 16);
    bytes.writeBigUInt64LE(header.corrected, 24);
    bytes[32] = header.isClone ? 1 : 0;
    writeSync(this.#fd, bytes, 0, bytes.length, 0);
    this.#header = header;
  }
}

function keptPath(path: string): string {
  return `${path}.kept`;
}

/** Whether a file of a folder of chunks holds bytes of chunks. */
export function holdsChunk(name: string): boolean {
  return !name.endsWith('.origin');
}

function originPath(path: string): string {
  return `${path}.origin`;
}
