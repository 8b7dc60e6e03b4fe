import { untilAborted } from '../abort.js';
import type { RandomSource, SequentialSource } from './source.js';
import type { Span } from './span.js';

/** A block to send: its place in the object. */
export interface Block {
  index: number;
  /** Offset in the object, in bytes. */
  start: number;
  /** Size in bytes. */
  size: number;
}

/** The blocks of a source of known size, in order; what is in them is read later. */
export class RandomBlocks {
  readonly #size: number;
  readonly #blockSize: number;
  #index = 0;

  constructor(source: RandomSource, blockSize: number) {
    this.#size = source.size;
    this.#blockSize = blockSize;
  }

  async next(): Promise<Block | undefined> {
    const index = this.#index++;
    const start = index * this.#blockSize;
    return start >= this.#size
      ? undefined
      : { index, start, size: Math.min(this.#blockSize, this.#size - start) };
  }
}

/** Cuts a stream into blocks; workers take turns to read theirs into their span. */
export class SequentialBlocks {
  readonly #source: SequentialSource;
  readonly #blockSize: number;
  readonly #first: Span | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #index = 0;
  #ended = false;

  constructor(source: SequentialSource, blockSize: number, first: Span | undefined) {
    this.#source = source;
    this.#blockSize = blockSize;
    this.#first = first;
  }

  async next(span: Span, signal: AbortSignal): Promise<Block | undefined> {
    const block = this.#turn.then(() => this.#read(span, signal));
    this.#turn = block.catch(() => {});
    return block;
  }

  async #read(span: Span, signal: AbortSignal): Promise<Block | undefined> {
    if (this.#ended) return undefined;
    const index = this.#index++;
    const held = index === 0 && span === this.#first;
    if (!held) {
      await span.fill(memory => untilAborted(this.#source.fill(memory), signal));
      span.hash();
    }
    const size = span.bytes.length;
    this.#ended = size < this.#blockSize;
    return size === 0 ? undefined : { index, start: index * this.#blockSize, size };
  }
}
