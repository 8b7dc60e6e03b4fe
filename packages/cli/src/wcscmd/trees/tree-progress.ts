import type { CliIo } from '../../cli-io.js';
import { formatBytes, formatDuration } from '../../terminal/quantities.js';
import { type StatusLine, statusLine } from '../../terminal/status-line.js';
import { fitted, visible } from '../../terminal/visible.js';

/** How far the transfer of many files is. */
export interface TreeProgressState {
  /** Files and bytes that are to be transferred, as far as that is known yet. */
  files: number;
  bytes: number;
  /** Whether there may still be more. */
  growing: boolean;
  /** Files that are over, however they ended. */
  over: number;
  /** Bytes that are transferred. */
  transferred: number;
  /** Paths under way, in the order in which they began. */
  current: readonly string[];
}

const BAR_WIDTH = 20;

/**
 * One line: files, bar, share, bytes, rate, time left, and what is under way. What matters most comes first, since a
 * narrow terminal shows no more than it has room for.
 *
 * @param elapsed - seconds since the transfer began
 * @param columns - width of the terminal; the line is shorter
 */
export function treeProgressLine(state: TreeProgressState, elapsed: number, columns: number): string {
  const { files, bytes, growing, over, transferred, current } = state;
  const share = bytes === 0 ? (growing ? 0 : 1) : Math.min(1, transferred / bytes);
  const rate = elapsed > 0 ? transferred / elapsed : 0;
  const more = growing ? '+' : '';
  const filled = Math.floor(BAR_WIDTH * share);
  const parts = [
    `${over} of ${files}${more} files`,
    `[${'='.repeat(filled)}${' '.repeat(BAR_WIDTH - filled)}]`,
    `${String(Math.floor(100 * share)).padStart(3)}%`,
    `${formatBytes(transferred)} of ${formatBytes(bytes)}${more}`,
    `${formatBytes(rate < 1024 ? Math.round(rate) : rate)}/s`,
    ...(growing || rate === 0 ? [] : [`${formatDuration(Math.max(0, bytes - transferred) / rate)} left`]),
    ...current.slice(0, 3).map(visible),
    ...(current.length > 3 ? [`+${current.length - 3}`] : []),
  ];
  return fitted(parts.join('  '), columns - 1);
}

/** Shows how far the transfer of many files is, where stderr is a terminal; nothing otherwise. */
export class TreeProgress {
  readonly #line: StatusLine | undefined;
  readonly #started = performance.now();
  readonly #current = new Set<string>();
  readonly #state = { files: 0, bytes: 0, growing: true, over: 0, transferred: 0 };

  #stopped = false;

  private constructor(line: StatusLine | undefined) {
    this.#line = line;
  }

  static async start(io: CliIo, { enabled }: { enabled: boolean }): Promise<TreeProgress> {
    const progress = new TreeProgress(await statusLine(io, { enabled }));
    progress.#show();
    return progress;
  }

  /** A file that is to be transferred. */
  planned(size: number): void {
    this.#state.files++;
    this.#state.bytes += size;
  }

  /** No more files come. */
  complete(): void {
    this.#state.growing = false;
  }

  /** A transfer begins. */
  begin(path: string): void {
    this.#current.add(path);
  }

  /** So many more bytes are transferred. */
  moved(bytes: number): void {
    this.#state.transferred += bytes;
  }

  /** A transfer is over. */
  end(path: string): void {
    this.#current.delete(path);
    this.#state.over++;
  }

  /** Writes something where the line is, which is drawn again afterwards. */
  aside(write: () => void): void {
    this.#line?.stop();
    write();
    if (!this.#stopped) this.#show();
  }

  /** Clears the line for good; what follows has it for itself. */
  stop(): void {
    this.#stopped = true;
    this.#line?.stop();
  }

  #show(): void {
    this.#line?.show(columns => {
      const state = { ...this.#state, current: [...this.#current] };
      return treeProgressLine(state, (performance.now() - this.#started) / 1000, columns);
    });
  }
}
