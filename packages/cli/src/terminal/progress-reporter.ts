import type { SingleBar } from 'cli-progress';
import type { CliIo } from '../cli-io.js';
import { type ProgressSnapshot, progressLine } from './progress-line.js';

/** Shows how far a transfer is. */
export interface ProgressReporter {
  /** Takes the latest state. */
  update(progress: ProgressSnapshot): void;
  /** Clears the display; what follows has the line for itself. */
  stop(): void;
}

/**
 * A bar on stderr if that is a terminal, nothing otherwise: logs and pipes get the result alone.
 *
 * @param label - what is transferred
 */
export async function progressReporter(
  io: CliIo,
  label: string,
  { enabled }: { enabled: boolean },
): Promise<ProgressReporter> {
  if (!enabled || !io.stderr.isTTY || io.env['TERM'] === 'dumb') return { update() {}, stop() {} };
  const { default: cliProgress } = await import('cli-progress');
  return new BarReporter(io, label, cliProgress.SingleBar);
}

/** Draws with cli-progress, from the first state on. */
class BarReporter implements ProgressReporter {
  readonly #bar: SingleBar;
  readonly #started = Date.now();
  #latest: ProgressSnapshot | undefined;

  constructor(io: CliIo, label: string, Bar: typeof SingleBar) {
    this.#bar = new Bar({
      stream: io.stderr,
      clearOnComplete: true,
      hideCursor: true,
      // The signal that ends a command is ours to handle.
      gracefulExit: false,
      // The rate changes even while no byte arrives.
      forceRedraw: true,
      format: () =>
        this.#latest
          ? progressLine(label, this.#latest, (Date.now() - this.#started) / 1000, io.stderr.columns ?? 80)
          : '',
    });
  }

  update(progress: ProgressSnapshot): void {
    const first = this.#latest === undefined;
    this.#latest = progress;
    if (first) this.#bar.start(progress.total ?? 0, progress.transferred);
    else this.#bar.update(progress.transferred);
  }

  stop(): void {
    if (this.#latest) this.#bar.stop();
  }
}
