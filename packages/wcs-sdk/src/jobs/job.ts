import { type CallOptions, CallScope } from '../call-options.js';
import { type ClientContext, callManagement } from '../context.js';
import { invalidArgument, WcsError } from '../errors.js';
import { pause } from '../http/retry.js';
import { CALL, WAIT } from '../known-options.js';
import { wholeNumber } from '../number-options.js';
import { checkOptions } from '../public-call.js';
import { JobError } from './job-error.js';
import { type JobStatus, jobStatusOf } from './job-status.js';

/** `fmgr`: work on many objects. `fops`: processing of one. */
export type JobKind = 'fmgr' | 'fops';

/** Where each kind is asked about. */
const STATUS_PATHS: Record<JobKind, string> = { fmgr: '/fmgr/status', fops: '/status/get/prefop' };

/** Options of {@link Job.wait}. */
export interface WaitOptions extends CallOptions {
  /**
   * Milliseconds from the first look to the second. Each further pause is half as long again, up to 30 seconds (or
   * `interval`, if that is longer). Default 1,000.
   */
  interval?: number;
  /** Called with what each look shows. */
  onUpdate?: (status: JobStatus) => void;
}

/** Looks are never further apart, in milliseconds, unless the caller wants it so. */
const LONGEST_PAUSE = 30_000;

/**
 * Work that the service does by itself. It goes on whether or not anybody waits; its id is enough to come back to it,
 * from another process too: `wcs.fmgr.job(id)`, `wcs.fops.job(id)`.
 *
 * @example
 * ```ts
 * import { WcsClient } from '@curve-wcs/wcs-sdk';
 *
 * await using wcs = await WcsClient.fromConfig();
 * const job = await wcs.fmgr.copy([{ from: 'photos:a.jpg', to: 'backup:a.jpg' }]);
 * await job.wait({ onUpdate: ({ state }) => console.log(job.id, state) });
 * ```
 */
export class Job {
  /** The service's id of the job: its `persistentId`. */
  readonly id: string;
  /** What kind of job it is. */
  readonly kind: JobKind;
  readonly #context: ClientContext;

  /** @internal */
  constructor(context: ClientContext, kind: JobKind, id: string) {
    if (!isJobId(id)) {
      throw invalidArgument('id', 'the id of a job, without spaces', id);
    }
    this.#context = context;
    this.kind = kind;
    this.id = id;
  }

  /**
   * Asks where the job stands (wcs-api §2.8, §2.9). Keys are not needed for that.
   *
   * @throws WcsError `NOT_FOUND` if the service does not know the job …
   */
  async status(options: CallOptions = {}): Promise<JobStatus> {
    checkOptions('job.status', options, CALL);
    return this.#look(this.#context, options);
  }

  /**
   * Asks until the job is done. With `timeout` or `signal` only the waiting ends, not the job.
   *
   * @returns the job as it ended; all its items have succeeded
   * @throws {@link JobError} `JOB_FAILED` if an item did not succeed
   * @throws WcsError `NOT_FOUND` if the service does not know the job, `TIMEOUT` …
   */
  async wait(options: WaitOptions = {}): Promise<JobStatus> {
    checkOptions('job.wait', options, WAIT);
    const { interval = 1000, onUpdate } = options;
    wholeNumber('interval', interval, { minimum: 1, maximum: 2 ** 31 - 1 });
    using scope = new CallScope(this.#context, `${this.kind} wait`, options);
    for (let waiting = interval; ; waiting = longerPause(waiting)) {
      const status = await this.#look(scope.context, { signal: scope.signal });
      onUpdate?.(status);
      if (status.finished) return this.#outcome(status);
      await pause(waiting, scope.signal, scope.context.retry.closed);
    }
  }

  async #look(context: ClientContext, options: CallOptions): Promise<JobStatus> {
    const call = {
      operation: `${this.kind} status`,
      subject: this.id,
      method: 'GET',
      target: `${STATUS_PATHS[this.kind]}?persistentId=${encodeURIComponent(this.id)}`,
      signed: false,
    } as const;
    return callManagement(context, call, options, answer => jobStatusOf(answer, this.id));
  }

  #outcome(status: JobStatus): JobStatus {
    if (status.items.length === 0) {
      throw new WcsError(
        'UNEXPECTED_RESPONSE',
        `${this.kind} job ${this.id}: the service says that it is done, but not what was done`,
        { operation: this.kind, requestId: status.requestId },
      );
    }
    const failed = status.items.filter(({ state }) => state !== 'succeeded');
    if (failed.length > 0) throw new JobError(this.kind, status, failed);
    return status;
  }
}

/** Whether something can be the id of a job. */
export function isJobId(id: unknown): id is string {
  return typeof id === 'string' && /^[\x21-\x7e]+$/.test(id);
}

/** The pause after a pause: half as long again, unless it is long enough. */
export function longerPause(milliseconds: number): number {
  return Math.max(milliseconds, Math.min(milliseconds * 1.5, LONGEST_PAUSE));
}
