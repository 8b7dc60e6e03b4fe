import { WcsError } from '../errors.js';
import type { JobItem, JobStatus } from './job-status.js';

/**
 * A job is done, and not all of its items succeeded; `code` is `JOB_FAILED`.
 *
 * @example
 * ```ts
 * import { JobError, WcsClient } from '@curve-wcs/wcs-sdk';
 *
 * await using wcs = await WcsClient.fromConfig();
 * const job = await wcs.fmgr.delete(['photos:a.jpg', 'photos:b.jpg']);
 * try {
 *   await job.wait();
 * } catch (error) {
 *   if (!(error instanceof JobError)) throw error;
 *   for (const item of error.failedItems) console.error(item.command, item.error);
 * }
 * ```
 */
export class JobError extends WcsError {
  /** The items that did not succeed. */
  readonly failedItems: JobItem[];
  /** The job as it ended. */
  readonly job: JobStatus;

  /** @internal */
  constructor(operation: string, job: JobStatus, failedItems: JobItem[]) {
    const [first] = failedItems;
    const reason = first?.error ?? first?.description ?? `code ${first?.code}`;
    super(
      'JOB_FAILED',
      `${operation} job ${job.id}: ${failedItems.length} of ${job.items.length} items did not succeed; the first: ${reason}`,
      { operation, requestId: job.requestId },
    );
    this.failedItems = failedItems;
    this.job = job;
  }
}
