import { performance } from 'node:perf_hooks';

/** A snapshot of an upload or download under way. Snapshots never go backwards. */
export interface Progress {
  /** Bytes done so far, with those of an earlier, resumed attempt. */
  transferred: number;
  /** Size in bytes, where it is known. */
  total?: number;
  /** Bytes that an earlier attempt had already done. */
  resumed: number;
}

/** Adds up what parallel requests report, and tells the caller no more often than it can use. */
export class ProgressMeter {
  readonly #report: ((progress: Progress) => void) | undefined;
  readonly #total: number | undefined;
  #transferred = 0;
  #reported = -1;
  #resumed = 0;
  #lastReport = Number.NEGATIVE_INFINITY;

  constructor(report: ((progress: Progress) => void) | undefined, total?: number) {
    this.#report = report;
    this.#total = total;
  }

  /** Whether anybody listens. */
  get active(): boolean {
    return this.#report !== undefined;
  }

  /** Bytes done so far. */
  get transferred(): number {
    return this.#transferred;
  }

  /** Bytes an earlier attempt had done. */
  get resumed(): number {
    return this.#resumed;
  }

  /** Counts bytes; a negative count takes back what a failed request had claimed. */
  add(bytes: number): void {
    this.#transferred += bytes;
    this.#tell(performance.now() - this.#lastReport >= 50);
  }

  /** Counts bytes that an earlier attempt had done. */
  addResumed(bytes: number): void {
    this.#resumed += bytes;
    this.add(bytes);
  }

  /** Reports the last state whatever the time. */
  finish(): void {
    this.#tell(true);
  }

  #tell(due: boolean): void {
    if (!this.#report || !due || this.#transferred <= this.#reported) return;
    this.#reported = this.#transferred;
    this.#lastReport = performance.now();
    this.#report({
      transferred: this.#transferred,
      resumed: this.#resumed,
      ...(this.#total === undefined ? {} : { total: this.#total }),
    });
  }
}
