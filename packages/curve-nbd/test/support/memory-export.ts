import { ExportFailure, type Extent, type NbdExport, type ZeroOptions } from '../../src/index.js';

const SEGMENT = 2 ** 16;

/** A disk in memory that knows which of its segments were written to, and can be made slow or wrong. */
export class MemoryExport implements NbdExport {
  readonly name: string;
  readonly description = 'a disk in memory';
  readonly preferredBlockSize = 4096;
  readonly isReadOnly: boolean;
  readonly allocated = new Set<number>();
  /** What goes on before a call does anything; may reject. */
  before: (call: string) => Promise<void> | void = () => {};
  /** Calls so far. */
  readonly calls: string[] = [];
  closes = 0;
  content: Buffer;

  constructor(name = 'disk', size = 2 ** 20, isReadOnly = false) {
    this.name = name;
    this.content = Buffer.alloc(size);
    this.isReadOnly = isReadOnly;
  }

  get size(): number {
    return this.content.length;
  }

  async refresh(): Promise<void> {
    await this.#begin('refresh');
  }

  async read(offset: number, target: Uint8Array): Promise<void> {
    await this.#begin('read');
    target.set(this.content.subarray(offset, offset + target.length));
  }

  async write(offset: number, data: Uint8Array): Promise<void> {
    await this.#begin('write');
    this.content.set(data, offset);
    for (let at = offset; at < offset + data.length; at += SEGMENT)
      this.allocated.add(Math.floor(at / SEGMENT));
    this.allocated.add(Math.floor((offset + data.length - 1) / SEGMENT));
  }

  async flush(): Promise<void> {
    await this.#begin('flush');
  }

  async trim(): Promise<void> {
    await this.#begin('trim');
  }

  async zero(offset: number, length: number, { fast }: ZeroOptions): Promise<void> {
    await this.#begin('zero');
    if (fast) throw new ExportFailure('ENOTSUP', 'not fast');
    this.content.fill(0, offset, offset + length);
  }

  async extents(offset: number, length: number, limit: number): Promise<readonly Extent[]> {
    await this.#begin('extents');
    const extents: Extent[] = [];
    for (let at = offset; at < offset + length && extents.length < limit; ) {
      const end = Math.min(at - (at % SEGMENT) + SEGMENT, offset + length);
      extents.push({ length: end - at, hole: !this.allocated.has(Math.floor(at / SEGMENT)) });
      at = end;
    }
    return extents;
  }

  async close(): Promise<void> {
    this.closes++;
  }

  async #begin(call: string): Promise<void> {
    this.calls.push(call);
    await this.before(call);
  }
}
