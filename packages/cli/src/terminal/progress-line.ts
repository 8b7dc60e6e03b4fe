import { formatBytes, formatDuration } from './quantities.js';
import { fitted, fittedEnd, visible } from './visible.js';

/** The state of a transfer, as the SDK tells it. */
export interface ProgressSnapshot {
  /** Bytes done so far. */
  transferred: number;
  /** Size in bytes, where it is known. */
  total?: number;
  /** Bytes of an earlier attempt, which say nothing of today's rate. */
  resumed: number;
  /** Bytes among those done that were zeros and needed no transfer. */
  skipped?: number;
}

const BAR_WIDTH = 24;
const LABEL_WIDTH = 30;

/**
 * One line that tells how far a transfer is: bar, share, bytes, rate and time left, as far as they are known.
 *
 * @param elapsed - seconds since the transfer began
 * @param columns - width of the terminal; the line is shorter
 */
export function progressLine(
  label: string,
  { transferred, total, resumed, skipped = 0 }: ProgressSnapshot,
  elapsed: number,
  columns: number,
): string {
  const rate = elapsed > 0 ? (transferred - resumed) / elapsed : 0;
  const speed = `${formatBytes(rate < 1024 ? Math.round(rate) : rate)}/s`;
  const parts =
    total === undefined || total === 0
      ? [formatBytes(transferred), speed]
      : [
          bar(transferred / total),
          `${String(Math.floor((100 * transferred) / total)).padStart(3)}%`,
          `${formatBytes(transferred)} of ${formatBytes(total)}`,
          speed,
          ...(rate > 0 ? [`${formatDuration((total - transferred) / rate)} left`] : []),
        ];
  if (skipped > 0) parts.push(`${formatBytes(skipped)} of zeros skipped`);
  // The end of a name tells files apart better than its start.
  return fitted([fittedEnd(visible(label), LABEL_WIDTH), ...parts].join('  '), columns - 1);
}

function bar(share: number): string {
  const filled = Math.floor(BAR_WIDTH * Math.min(1, share));
  return `[${'='.repeat(filled)}${' '.repeat(BAR_WIDTH - filled)}]`;
}
