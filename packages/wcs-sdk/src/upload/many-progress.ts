import { performance } from 'node:perf_hooks';
import type { Progress } from '../progress.js';

/** A snapshot of many uploads. Counts never go backwards. */
export interface UploadManyProgress {
  /** Items that have begun, those that are over included. */
  begun: number;
  /** Items that are stored. */
  stored: number;
  /** Items that failed. */
  failed: number;
  /** Bytes sent so far, with those of earlier, resumed attempts. */
  transferred: number;
}

/** One upload's part in the progress of many. */
export interface OwnProgress {
  /** Takes the upload's own snapshots. */
  options: { onProgress: (progress: Progress) => void };
  stored(size: number): void;
  failed(): void;
}

/** Adds up what many uploads report, and tells the caller no more often than it can use. */
export class ManyProgressMeter {
  readonly #report: (progress: UploadManyProgress) => void;
  readonly #state = { begun: 0, stored: 0, failed: 0 };
  #transferred = 0;
  #shown = 0;
  #lastReport = Number.NEGATIVE_INFINITY;

  constructor(report: (progress: UploadManyProgress) => void) {
    this.#report = report;
  }

  begin(): OwnProgress {
    this.#state.begun++;
    let counted = 0;
    const count = (transferred: number) => {
      this.#transferred += transferred - counted;
      counted = transferred;
      this.#tell(performance.now() - this.#lastReport >= 50);
    };
    return {
      options: { onProgress: ({ transferred }) => count(transferred) },
      stored: size => {
        this.#state.stored++;
        count(size);
      },
      failed: () => {
        this.#state.failed++;
        count(0);
      },
    };
  }

  /** Reports the last state whatever the time. */
  finish(): void {
    this.#tell(true);
  }

  #tell(due: boolean): void {
    if (!due) return;
    this.#lastReport = performance.now();
    // What an item had sent before it failed was shown, and is not taken back before the end.
    this.#shown = Math.max(this.#shown, this.#transferred);
    this.#report({ ...this.#state, transferred: this.#shown });
  }
}
