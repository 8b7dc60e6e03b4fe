import type { SingleBar } from 'cli-progress';
import type { CliIo } from '../cli-io.js';

/** A line on stderr that says how something goes, until it is done. */
export interface StatusLine {
  /**
   * Shows the line from now on.
   *
   * @param render - makes it anew each time it is drawn, for a terminal this wide
   */
  show(render: (columns: number) => string): void;
  /** Clears the line; what follows has it for itself, until there is something to show again. */
  stop(): void;
}

/** A status line if stderr is a terminal that can have one; undefined otherwise. */
export async function statusLine(
  io: CliIo,
  { enabled }: { enabled: boolean },
): Promise<StatusLine | undefined> {
  if (!enabled || !io.stderr.isTTY || io.env['TERM'] === 'dumb') return undefined;
  const { default: cliProgress } = await import('cli-progress');
  return new DrawnLine(io, cliProgress.SingleBar);
}

let shown = 0;

/** Whether some status line is on the terminal now: there is room for one. */
export function anyStatusLine(): boolean {
  return shown > 0;
}

/** Draws with cli-progress, from the first state on. */
class DrawnLine implements StatusLine {
  readonly #bar: SingleBar;
  #render: ((columns: number) => string) | undefined;
  // Whoever ends the process at once, such as a second Ctrl-C, would leave a terminal without a cursor.
  readonly #onExit = () => this.stop();

  constructor(io: CliIo, Bar: typeof SingleBar) {
    this.#bar = new Bar({
      stream: io.stderr,
      clearOnComplete: true,
      hideCursor: true,
      // The signal that ends a command is ours to handle.
      gracefulExit: false,
      // Rates change even while nothing else does.
      forceRedraw: true,
      format: () => this.#render?.(io.stderr.columns ?? 80) ?? '',
    });
  }

  show(render: (columns: number) => string): void {
    const first = this.#render === undefined;
    this.#render = render;
    if (!first) return;
    shown++;
    process.once('exit', this.#onExit);
    this.#bar.start(1, 0);
  }

  stop(): void {
    if (!this.#render) return;
    shown--;
    process.off('exit', this.#onExit);
    this.#bar.stop();
    this.#render = undefined;
  }
}
