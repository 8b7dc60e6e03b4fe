import type { CliIo } from '../cli-io.js';
import { type ProgressSnapshot, progressLine } from './progress-line.js';
import { type StatusLine, statusLine } from './status-line.js';

/** Shows how far a transfer is. */
export interface ProgressReporter {
  /** Takes the latest state. */
  update(progress: ProgressSnapshot): void;
  /** Clears the display; what follows has the line for itself. */
  stop(): void;
}

/** How often a line is written where there is no bar, in milliseconds. */
const LINE_INTERVAL = 5000;

/**
 * A bar on stderr if that is a terminal, nothing otherwise: logs and pipes get the result alone.
 *
 * @param label - what is transferred
 * @param options - `write`: takes a line now and then where there can be no bar
 */
export async function progressReporter(
  io: CliIo,
  label: string,
  { enabled, write }: { enabled: boolean; write?: ((line: string) => void) | undefined },
): Promise<ProgressReporter> {
  const line = await statusLine(io, { enabled });
  if (line) return lineReporter(label, line);
  return write ? new LogReporter(label, write) : { update() {}, stop() {} };
}

function lineReporter(label: string, line: StatusLine): ProgressReporter {
  const started = performance.now();
  return {
    update(progress) {
      line.show(columns => progressLine(label, progress, (performance.now() - started) / 1000, columns));
    },
    stop: () => line.stop(),
  };
}

/** Writes a line at the first state, and then one every few seconds. */
class LogReporter implements ProgressReporter {
  readonly #label: string;
  readonly #write: (line: string) => void;
  readonly #started = performance.now();
  #nextAt = 0;

  constructor(label: string, write: (line: string) => void) {
    this.#label = label;
    this.#write = write;
  }

  update(progress: ProgressSnapshot): void {
    const now = performance.now();
    if (now < this.#nextAt) return;
    this.#nextAt = now + LINE_INTERVAL;
    this.#write(progressLine(this.#label, progress, (now - this.#started) / 1000, Number.POSITIVE_INFINITY));
  }

  stop(): void {}
}
