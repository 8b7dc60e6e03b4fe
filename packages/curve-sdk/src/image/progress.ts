import { performance } from 'node:perf_hooks';
import { Frontier } from '../flow/frontier.js';
import type { ImageProgress, ImageResult } from './options.js';

/** Milliseconds between reports. */
const INTERVAL = 50;

/** Adds up what has become of an image's parts, and tells the caller no more often than it can use. */
export class ImageMeter {
  readonly #report: ((progress: ImageProgress) => void) | undefined;
  readonly #start: number;
  readonly #total: number | undefined;
  readonly #safe: Frontier;
  #written = 0;
  #skipped = 0;
  #lastReport = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  /** What the caller threw when nobody was there to be told. */
  #thrown: { error: unknown } | undefined;

  constructor(
    report: ((progress: ImageProgress) => void) | undefined,
    { start, total }: { start: number; total: number | undefined },
  ) {
    this.#report = report;
    this.#start = start;
    this.#total = total;
    this.#safe = new Frontier(start);
  }

  /** A part of the image is in the target; so many of its bytes were written there. */
  done(start: number, length: number, written: number): void {
    this.#written += written;
    this.#skipped += length - written;
    this.#safe.done(start, start + length);
    if (this.#thrown) throw this.#thrown.error;
    const wait = this.#lastReport + INTERVAL - performance.now();
    if (wait <= 0) this.tell();
    // Even if nothing more is done for a long time, this part gets reported.
    else if (this.#report) this.#timer ??= setTimeout(() => this.#tellLate(), wait).unref();
  }

  /** Reports how things are, whatever the time. */
  tell(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#lastReport = performance.now();
    this.#report?.({
      transferred: this.#transferred,
      ...(this.#total === undefined ? {} : { total: this.#total }),
      written: this.#written,
      skipped: this.#skipped,
      safe: this.safe,
    });
  }

  #tellLate(): void {
    try {
      this.tell();
    } catch (error) {
      this.#thrown = { error };
    }
  }

  /** All of the image before this byte is in the target. */
  get safe(): number {
    return this.#safe.position;
  }

  /** What was done, at the end. */
  get result(): ImageResult {
    return { length: this.#transferred, written: this.#written, skipped: this.#skipped };
  }

  get #transferred(): number {
    return this.#start + this.#written + this.#skipped;
  }
}
