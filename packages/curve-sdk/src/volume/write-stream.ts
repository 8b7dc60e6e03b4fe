import { Writable } from 'node:stream';
import { Frontier } from '../flow/frontier.js';
import { StreamAbort } from './stream-abort.js';
import { type BytesWritten, checkStreamOptions, type StreamOptions } from './stream-options.js';

/** What a stream needs of a volume. */
interface Target {
  readonly path: string;
  readonly blockSize: number;
  write(data: Uint8Array, options: { offset: number; align: 'auto'; signal: AbortSignal }): Promise<unknown>;
}

type Callback = (error?: Error | null) => void;

/** Writes what it gets to a volume: copies it, gathers it into requests, and has several of them under way. */
export class VolumeWriteStream extends Writable implements BytesWritten {
  readonly #volume: Target;
  readonly #requestSize: number;
  readonly #concurrency: number;
  readonly #start: number;
  readonly #abort: StreamAbort;
  readonly #written: Frontier;
  readonly #underWay = new Set<Promise<void>>();
  readonly #free: Buffer[] = [];
  #memory: Buffer | undefined;
  #filled = 0;
  #position: number;

  constructor(volume: Target, options: StreamOptions = {}) {
    const operation = 'createWriteStream';
    const { start, highWaterMark, concurrency } = checkStreamOptions(options, operation, volume);
    super({ highWaterMark, decodeStrings: true });
    this.#volume = volume;
    this.#requestSize = highWaterMark;
    this.#concurrency = concurrency;
    this.#start = start;
    this.#position = start;
    this.#written = new Frontier(start);
    this.#abort = new StreamAbort(options.signal, error => this.destroy(error), operation, volume.path);
  }

  get bytesWritten(): number {
    return this.#written.position - this.#start;
  }

  override _write(chunk: Buffer, _: BufferEncoding, callback: Callback): void {
    this.#take(chunk).then(() => callback(), callback);
  }

  override _final(callback: Callback): void {
    this.#finish().then(() => callback(), callback);
  }

  override _destroy(error: Error | null, callback: Callback): void {
    this.#abort.end();
    void Promise.allSettled(this.#underWay).then(() => callback(error));
  }

  /** Copies a chunk; waits when all requests are under way and there is no room. */
  async #take(chunk: Buffer): Promise<void> {
    for (let taken = 0; taken < chunk.length; ) {
      this.#memory ??= this.#free.pop() ?? Buffer.allocUnsafeSlow(this.#requestSize);
      // A request ends where whole requests do, so that only the first and the last are not aligned.
      const room = this.#requestSize - (this.#position % this.#requestSize) - this.#filled;
      const copied = chunk.copy(this.#memory, this.#filled, taken, taken + room);
      this.#filled += copied;
      taken += copied;
      if (copied === room) await this.#send(this.#memory);
    }
  }

  async #send(memory: Buffer): Promise<void> {
    while (this.#underWay.size >= this.#concurrency) await Promise.race(this.#underWay);
    const [data, offset] = [memory.subarray(0, this.#filled), this.#position];
    this.#memory = undefined;
    this.#filled = 0;
    this.#position += data.length;
    const writing = this.#writeOne(data, offset).then(() => {
      this.#free.push(memory);
    });
    this.#underWay.add(writing);
    writing.then(
      () => this.#underWay.delete(writing),
      error => this.destroy(error),
    );
  }

  async #writeOne(data: Buffer, offset: number): Promise<void> {
    await this.#volume.write(data, { offset, align: 'auto', signal: this.#abort.signal });
    this.#written.done(offset, offset + data.length);
  }

  async #finish(): Promise<void> {
    if (this.#memory !== undefined && this.#filled > 0) await this.#send(this.#memory);
    await Promise.all(this.#underWay);
    this.#abort.end();
  }
}
