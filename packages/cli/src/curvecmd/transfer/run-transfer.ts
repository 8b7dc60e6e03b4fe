import type { CallOptions, ImageProgress, ImageResult } from '@curve-wcs/curve-sdk';
import { HintedFailure } from '../../cli-error.js';
import { progressReporter } from '../../terminal/progress-reporter.js';
import { formatBytes } from '../../terminal/quantities.js';
import type { CurveContext } from '../curve-command.js';
import { bothSizes } from '../file-info.js';
import { PositionKeeper } from './position-keeper.js';
import { resumeCommand } from './resume-command.js';
import type { TransferOption } from './transfer-options.js';

/** What can be told of an import or export before it begins. */
export interface Transfer {
  /** What the progress bar calls it. */
  label: string;
  /** Where it begins: after what an earlier attempt has done. */
  start: number;
  /** Where it is written down how far this is; nothing that is not can be resumed. */
  record?: TransferPosition | undefined;
  /** Says how far it got, such as `3.0 MiB are in /vol1`. */
  reached(size: string): string;
  /** Does it. */
  run(options: TransferRun): Promise<ImageResult>;
}

/** How a transfer is to be run. */
export interface TransferRun extends CallOptions {
  start: number;
  onProgress(progress: ImageProgress): void;
}

/** Where the position of a transfer is kept. */
export interface TransferPosition {
  save(position: number): Promise<void>;
  remove(): Promise<void>;
  /** Whether an attempt that broke off can be gone on with. */
  isGood(): Promise<boolean>;
}

/** What this attempt has done. */
export interface TransferResult extends ImageResult {
  seconds: number;
}

/** Runs a transfer with a progress bar, and writes down how far it is so that another attempt can go on. */
export async function runTransfer(
  context: CurveContext<TransferOption>,
  transfer: Transfer,
  call: CallOptions,
): Promise<TransferResult> {
  const { io, out, options } = context;
  const { label, start, record } = transfer;
  const progress = await progressReporter(io, label, {
    enabled: !out.quiet && !options.has('no-progress'),
    write: options.has('progress') ? line => out.notice(line) : undefined,
  });
  let resumable = record !== undefined;
  const keeper = new PositionKeeper(
    start,
    async position => record?.save(position),
    error => {
      resumable = false;
      out.warning(`cannot write down how far this is: ${(error as Error).message}`);
    },
  );
  const onProgress = ({ transferred, total, skipped, safe }: ImageProgress) => {
    keeper.advance(safe);
    progress.update({ transferred, ...(total === undefined ? {} : { total }), resumed: start, skipped });
  };
  // Even a process that is killed at once leaves something to go on from.
  await keeper.settle();
  const started = performance.now();
  try {
    const result = await transfer.run({ ...call, start, onProgress });
    await keeper.stop();
    await record?.remove();
    return { ...result, seconds: (performance.now() - started) / 1000 };
  } catch (error) {
    progress.stop();
    await keeper.settle();
    if (keeper.position === 0) throw error;
    const reached = transfer.reached(formatBytes(keeper.position));
    resumable &&= (await record?.isGood()) ?? false;
    throw new HintedFailure(
      error,
      resumable ? `${reached}; go on with: ${resumeCommand(context)}` : `${reached}; it cannot be resumed`,
    );
  } finally {
    progress.stop();
  }
}

/** What people are told of a transfer that is done. */
export function transferFields({
  length,
  written,
  skipped,
  seconds,
}: TransferResult): Record<string, string> {
  const rate = seconds > 0 ? Math.round((written + skipped) / seconds) : 0;
  return {
    length: bothSizes(length),
    written: bothSizes(written),
    'zeros skipped': bothSizes(skipped),
    rate: `${formatBytes(rate)}/s`,
  };
}
