import { CliError } from '../../cli-error.js';
import { ExitCode } from '../../exit-code.js';
import type { Output } from '../../terminal/output.js';
import { count, formatBytes } from '../../terminal/quantities.js';
import { describeWcsError } from '../wcs-failure.js';
import type { TreeProgress } from './tree-progress.js';

/** What can be done to a file. */
export type TreeAction = 'upload' | 'download' | 'delete';

const DONE: Record<TreeAction, string> = { upload: 'uploaded', download: 'downloaded', delete: 'deleted' };

/** What is told of a file besides its path. */
interface FileDetails {
  key?: string;
  size?: number;
  etag?: string | undefined;
}

/**
 * Tells what becomes of the files of a tree: failures as they come, and a summary in the end. As JSON, there is an object
 * a line: one for each file that something was done to or failed, and one for the summary.
 */
export class TreeReport {
  readonly #out: Output;
  readonly #progress: TreeProgress;
  readonly #dryRun: boolean;
  readonly #done: Record<TreeAction, { files: number; bytes: number }> = {
    upload: { files: 0, bytes: 0 },
    download: { files: 0, bytes: 0 },
    delete: { files: 0, bytes: 0 },
  };
  readonly #actions: readonly TreeAction[];
  #unchanged = 0;
  #passedOver = 0;
  #failed = 0;

  /** @param actions - what may be done; the summary tells of it even if it was not */
  constructor(
    out: Output,
    progress: TreeProgress,
    { dryRun, actions }: { dryRun: boolean; actions: readonly TreeAction[] },
  ) {
    this.#out = out;
    this.#progress = progress;
    this.#dryRun = dryRun;
    this.#actions = actions;
  }

  /** How many files failed so far. */
  get failures(): number {
    return this.#failed;
  }

  /** Something was done to a file; in a dry run, it would be. */
  async done(action: TreeAction, path: string, details: FileDetails = {}): Promise<void> {
    this.#done[action].files++;
    this.#done[action].bytes += details.size ?? 0;
    if (this.#out.json) {
      this.#record({ action, path, ...details, ok: true, ...(this.#dryRun ? { dryRun: true } : {}) });
    } else if (this.#dryRun || this.#out.verbose) {
      const size = details.size === undefined ? '' : String(details.size);
      this.#write(() => this.#out.row([action, size, path]));
    }
    await this.#out.ready();
  }

  /** A file is on both sides, with the same content. */
  unchanged(): void {
    this.#unchanged++;
  }

  /** Something is no regular file. */
  passedOver(path: string, why: string): void {
    this.#passedOver++;
    this.#progress.aside(() => this.#out.notice(`${path} is passed over: ${why}`));
  }

  /** Something could not be done; the others go on. */
  async failed(action: TreeAction, path: string, error: unknown): Promise<void> {
    this.#failed++;
    const described = await describeWcsError(error);
    const message = described?.message ?? (error instanceof Error ? error.message : String(error));
    if (this.#out.json) {
      const code = error instanceof Error && 'code' in error ? { code: error.code } : {};
      this.#record({ action, path, ok: false, error: { ...code, message } });
    }
    this.#progress.aside(() => {
      this.#out.failure(`cannot ${action} ${path}: ${[message, ...(described?.hints ?? [])].join('; ')}`);
      if (this.#out.verbose) this.#out.trace(error);
    });
  }

  /** Tells what all of it came to. */
  summary(): void {
    this.#progress.stop();
    const counts = { unchanged: this.#unchanged, passedOver: this.#passedOver, failed: this.#failed };
    if (this.#out.json) {
      const done = Object.fromEntries(this.#actions.map(action => [DONE[action], this.#done[action]]));
      const dryRun = this.#dryRun ? { dryRun: true } : {};
      this.#out.record({ summary: { ...done, ...counts, ...dryRun } });
      return;
    }
    const words = this.#dryRun
      ? (action: TreeAction) => `would be ${DONE[action]}`
      : (action: TreeAction) => DONE[action];
    const fields: [string, string | number | undefined][] = [
      ...this.#actions.map((action): [string, string] => {
        const { files, bytes } = this.#done[action];
        const moved = action === 'delete' ? '' : `, ${formatBytes(bytes)}`;
        return [words(action), `${count(files, 'file')}${moved}`];
      }),
      [
        'unchanged',
        this.#actions.includes('upload') || this.#actions.includes('download') ? this.#unchanged : undefined,
      ],
      ['passed over', this.#passedOver || undefined],
      ['failed', this.#failed],
    ];
    this.#out.result(Object.fromEntries(fields), undefined);
  }

  /** @throws CliError if anything failed */
  requireSuccess(): void {
    if (this.#failed > 0) throw new CliError(ExitCode.failed, `${count(this.#failed, 'file')} failed`);
  }

  #record(value: unknown): void {
    this.#write(() => this.#out.record(value));
  }

  /** Writes to stdout, which the progress is in the way of only if that is a terminal, too. */
  #write(write: () => void): void {
    if (this.#out.tabular) this.#progress.aside(write);
    else write();
  }
}
