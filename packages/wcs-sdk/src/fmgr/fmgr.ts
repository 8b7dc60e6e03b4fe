import type { CallOptions } from '../call-options.js';
import type { ClientContext } from '../context.js';
import type { ObjectEntry } from '../entry.js';
import { invalidArgument } from '../errors.js';
import { Job } from '../jobs/job.js';
import type { JobStatus } from '../jobs/job-status.js';
import { type JobOptions, jobParameters, startJob } from '../jobs/start-job.js';
import { JOB } from '../known-options.js';
import { checkOptions } from '../public-call.js';
import {
  type CompressItem,
  type CopyItem,
  compressItem,
  copyItem,
  type DeadlineItem,
  type DeleteM3u8Item,
  type DeletePrefixItem,
  deadlineItem,
  deleteItem,
  deleteM3u8Item,
  deletePrefixItem,
  type FetchItem,
  fetchItem,
  type ItemWriter,
} from './items.js';

/**
 * Work on many objects, done by the service in the background (wcs-api §2.9): {@link WcsClient.fmgr}.
 *
 * Each call takes typed items, or a text in the service's own grammar (`fops`), which is sent to the letter. It gives
 * a {@link Job}, which is still at work.
 *
 * @example
 * ```ts
 * import { WcsClient } from '@curve-wcs/wcs-sdk';
 *
 * await using wcs = await WcsClient.fromConfig();
 * const job = await wcs.fmgr.move([
 *   { from: 'photos:2025/a.jpg', to: 'archive' },
 *   { from: { bucket: 'photos', key: '2025/b.jpg' }, to: { bucket: 'archive', key: 'b.jpg' } },
 * ]);
 * await job.wait();
 * ```
 */
export class Fmgr {
  readonly #context: ClientContext;

  /** @internal */
  constructor(context: ClientContext) {
    this.#context = context;
  }

  /** Copies objects. */
  async copy(items: readonly CopyItem[] | string, options: JobOptions = {}): Promise<Job> {
    return this.#start('copy', fopsOf(items, 'resource/', copyItem), options);
  }

  /**
   * Moves objects. An `.m3u8` goes alone, without its `.ts` files.
   *
   * A request whose answer is lost is repeated, and may then be carried out twice. The second job, which is the one
   * that is given, finds nothing left to move and fails; `retry: { limit: 0 }` repeats nothing.
   */
  async move(items: readonly CopyItem[] | string, options: JobOptions = {}): Promise<Job> {
    return this.#start('move', fopsOf(items, 'resource/', copyItem), options);
  }

  /** Fetches from other servers. */
  async fetch(items: readonly FetchItem[] | string, options: JobOptions = {}): Promise<Job> {
    return this.#start('fetch', fopsOf(items, 'fetchURL/', fetchItem), options);
  }

  /** Deletes objects. */
  async delete(items: readonly ObjectEntry[] | string, options: JobOptions = {}): Promise<Job> {
    return this.#start('delete', fopsOf(items, 'bucket/', deleteItem), options);
  }

  /** Deletes folders with all that is in them. A folder that is not there is no failure. */
  async deletePrefix(items: readonly DeletePrefixItem[] | string, options: JobOptions = {}): Promise<Job> {
    return this.#start('deletePrefix', fopsOf(items, 'bucket/', deletePrefixItem), options);
  }

  /** Deletes `.m3u8` objects, by default with the `.ts` files that they name. */
  async deleteM3u8(
    items: readonly (ObjectEntry | DeleteM3u8Item)[] | string,
    options: JobOptions = {},
  ): Promise<Job> {
    return this.#start('deletem3u8', fopsOf(items, 'bucket/', deleteM3u8Item), options);
  }

  /** Sets how long the objects of folders, or of whole buckets, are kept. */
  async setDeadline(items: readonly DeadlineItem[] | string, options: JobOptions = {}): Promise<Job> {
    return this.#start('setdeadline', fopsOf(items, 'bucket/', deadlineItem), options);
  }

  /** Packs objects into zips. */
  async compress(items: readonly CompressItem[] | string, options: JobOptions = {}): Promise<Job> {
    return this.#start('compress', fopsOf(items, 'bucket/', compressItem), options);
  }

  /** A job that was started earlier, or elsewhere, by its id. Nothing is sent. */
  job(id: string): Job {
    return new Job(this.#context, 'fmgr', id);
  }

  /** Asks where a job stands: the same as `job(id).status()`. */
  async status(id: string, options: CallOptions = {}): Promise<JobStatus> {
    return this.job(id).status(options);
  }

  async #start(operation: string, fops: string, options: JobOptions): Promise<Job> {
    checkOptions(`fmgr.${operation}`, options, JOB);
    const call = { operation: `fmgr ${operation}`, subject: summary(fops), path: `/fmgr/${operation}` };
    const { notifyURL, separate, force } = jobParameters(this.#context, options);
    // The order is that of the official Python client.
    return startJob(this.#context, 'fmgr', call, { fops, notifyURL, separate, force }, options);
  }
}

/** The items in the service's grammar, separated by semicolons. */
function fopsOf<T>(items: readonly T[] | string, start: string, write: ItemWriter<T>): string {
  if (typeof items === 'string') {
    // Anything else would be another parameter of the request, or no item of this kind.
    if (!items.startsWith(start) || /[&\s\p{Cc}]/u.test(items)) {
      throw invalidArgument('fops', `a text that begins with ${start}, without & and spaces`, items);
    }
    return items;
  }
  if (!Array.isArray(items) || items.length === 0) {
    throw invalidArgument('items', 'a list of at least one item, or a text', items);
  }
  const writeOne = (item: T, index: number) => {
    if (item === null || item === undefined) throw invalidArgument(`items[${index}]`, 'an item', item);
    return write(item, `items[${index}]`);
  };
  return items.map(writeOne).join(';');
}

/** For errors: how many items there are. */
function summary(fops: string): string {
  const count = fops.split(';').length;
  return count === 1 ? 'of 1 item' : `of ${count} items`;
}
