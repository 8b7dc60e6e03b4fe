import { Readable } from 'node:stream';
import { checkWhole } from '../checks.js';
import { StreamAbort } from './stream-abort.js';
import { type BytesRead, checkStreamOptions, type ReadStreamOptions } from './stream-options.js';

/** What a stream needs of a volume. */
interface Source {
  readonly path: string;
  readonly length: number;
  readonly blockSize: number;
  read(options: {
    offset: number;
    length: number;
    align: 'auto';
    signal: AbortSignal;
  }): Promise<{ data: Buffer }>;
}

/** A volume's bytes in order, read ahead by several requests. */
export class VolumeReadStream extends Readable implements BytesRead {
  bytesRead = 0;
  readonly #volume: Source;
  readonly #requestSize: number;
  readonly #concurrency: number;
  readonly #end: number;
  readonly #abort: StreamAbort;
  readonly #underWay: Promise<Buffer>[] = [];
  #next: number;
  #wanted = false;
  #pumping = false;

  constructor(volume: Source, options: ReadStreamOptions = {}) {
    const operation = 'createReadStream';
    const { start, highWaterMark, concurrency } = checkStreamOptions(options, operation, volume);
    const { end = volume.length - 1 } = options;
    checkWhole(end, operation, 'end', start - 1);
    super({ highWaterMark });
    this.#volume = volume;
    this.#requestSize = highWaterMark;
    this.#concurrency = concurrency;
    this.#next = start;
    this.#end = end + 1;
    this.#abort = new StreamAbort(options.signal, error => this.destroy(error), operation, volume.path);
  }

  override _read(): void {
    this.#wanted = true;
    if (!this.#pumping) void this.#pump();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#abort.end();
    void Promise.allSettled(this.#underWay).then(() => callback(error));
  }

  /** Hands on what has been read, in order, for as long as it is wanted. */
  async #pump(): Promise<void> {
    this.#pumping = true;
    try {
      while (this.#wanted && !this.destroyed) {
        this.#readAhead();
        const [first] = this.#underWay;
        const data = first === undefined ? null : await first;
        void this.#underWay.shift();
        if (this.destroyed) return;
        this.bytesRead += data?.length ?? 0;
        this.#wanted = false;
        if (this.push(data) && data !== null) this.#wanted = true;
      }
    } catch (error) {
      this.destroy(error as Error);
    } finally {
      this.#pumping = false;
    }
  }

  #readAhead(): void {
    const size = this.#requestSize;
    while (this.#next < this.#end && this.#underWay.length < this.#concurrency) {
      // Cut where whole requests end, so that only the first and the last are not aligned.
      const end = Math.min(this.#next - (this.#next % size) + size, this.#end);
      const reading = this.#read(this.#next, end - this.#next);
      // Its failure is seen when its turn comes.
      reading.catch(() => {});
      this.#underWay.push(reading);
      this.#next = end;
    }
  }

  async #read(offset: number, length: number): Promise<Buffer> {
    const { signal } = this.#abort;
    return (await this.#volume.read({ offset, length, align: 'auto', signal })).data;
  }
}
