import type { FileHandle } from 'node:fs/promises';
import type { ObjectVersion } from './ranged-get.js';

/** What the parts of an attempt are parts of. */
export interface PartHeader extends ObjectVersion {
  subject: string;
  partSize: number;
  /** Bytes in the whole object. */
  size: number;
}

/** Bytes in the line of a part. */
const LINE = 12;

/**
 * Which parts of an object a file has. That stands in the file itself, behind the object's last byte, so that the two
 * cannot come apart; a line that a process was killed in is none.
 */
export class FinishedParts {
  readonly #file: FileHandle;
  readonly #parts: Set<number>;
  /** Where the next line goes. */
  #end: number;

  private constructor(file: FileHandle, parts: Set<number>, end: number) {
    this.#file = file;
    this.#parts = parts;
    this.#end = end;
  }

  /** Finds the parts of exactly this version; begins anew if there are none. */
  static async open(file: FileHandle, header: PartHeader): Promise<FinishedParts> {
    const first = Buffer.from(`${JSON.stringify(header)}\n`);
    const start = header.size + first.length;
    const count = Math.ceil(header.size / header.partSize);
    const found = Buffer.alloc(first.length + count * LINE);
    const { bytesRead } = await file.read(found, 0, found.length, header.size);
    if (!found.subarray(0, first.length).equals(first)) {
      await file.truncate(0);
      await file.write(first, 0, first.length, header.size);
      return new FinishedParts(file, new Set(), start);
    }
    const lines = found.toString('latin1', first.length, bytesRead).match(/\d{11}\n/g) ?? [];
    const parts = lines.map(Number).filter(part => part < count);
    return new FinishedParts(
      file,
      new Set(parts),
      start + Math.ceil((bytesRead - first.length) / LINE) * LINE,
    );
  }

  has(part: number): boolean {
    return this.#parts.has(part);
  }

  get size(): number {
    return this.#parts.size;
  }

  /** Remembers a part that has been written. */
  async add(part: number): Promise<void> {
    const line = Buffer.from(`${String(part).padStart(LINE - 1, '0')}\n`);
    const at = this.#end;
    this.#end += LINE;
    await this.#file.write(line, 0, LINE, at);
    this.#parts.add(part);
  }
}
