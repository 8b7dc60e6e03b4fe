import { setMaxListeners } from 'node:events';
import { LinkedAbort, untilAborted } from '../abort.js';
import { type CallOptions, CallScope, checkCallOptions } from '../call-options.js';
import { type ClientContext, requireSetting } from '../context.js';
import { checkBucket } from '../encoding.js';
import { invalidArgument, WcsError } from '../errors.js';
import { wholeNumber } from '../number-options.js';
import { wcsErrorOf } from '../public-call.js';
import { Channel } from './channel.js';
import { ManyProgressMeter, type UploadManyProgress } from './many-progress.js';
import { planUpload, type UploadOptions, type UploadResult } from './options.js';
import { keepFailure } from './stream-source.js';
import { type UploadDefaults, upload } from './upload.js';
import { UploadBudget } from './upload-budget.js';

/** One thing to upload; what it leaves out is as the options of {@link WcsClient.uploadMany} say. */
export interface UploadItem extends Omit<UploadOptions, 'bucket' | 'concurrency' | 'onProgress' | 'signal'> {
  /** Bucket to upload to. */
  bucket?: string;
}

/** What all items share. */
type SharedOptions = Partial<
  Omit<UploadOptions, keyof CallOptions | 'key' | 'source' | 'uploadId' | 'onStart' | 'onProgress'>
>;

/** Options of {@link WcsClient.uploadMany}; those of an upload are the defaults of the items. */
export interface UploadManyOptions<Item extends UploadItem = UploadItem> extends SharedOptions, CallOptions {
  /** What to upload. Items are asked for as there is room for them, so there may be any number. */
  items: Iterable<Item> | AsyncIterable<Item>;
  /**
   * Requests at the same time over all items: 1 to 256. Default 16. Memory is bounded by so many blocks; large items
   * are sent in parallel blocks as far as there are no others to begin.
   */
  concurrency?: number;
  /** End everything with the first failure. Default false: it is the outcome of its item. */
  stopOnError?: boolean;
  /** Called with a snapshot of the whole, at most 20 times a second. */
  onProgress?: (progress: UploadManyProgress) => void;
}

/** An item that is stored and, as far as that was wanted, verified. */
export interface StoredItem<Item extends UploadItem = UploadItem> {
  /** True. */
  ok: true;
  /** The item. */
  item: Item;
  /** Its place in the items, from 0. */
  index: number;
  /** What its upload gave. */
  result: UploadResult;
}

/** An item that could not be uploaded. */
export interface FailedItem<Item extends UploadItem = UploadItem> {
  /** False. */
  ok: false;
  /** The item. */
  item: Item;
  /** Its place in the items, from 0. */
  index: number;
  /** Why. */
  error: WcsError;
}

/** What became of an item. */
export type UploadOutcome<Item extends UploadItem = UploadItem> = StoredItem<Item> | FailedItem<Item>;

/** What {@link UploadBatch.summary} gives. */
export interface UploadSummary<Item extends UploadItem = UploadItem> {
  /** How many items are stored. */
  stored: number;
  /** Bytes of the stored items. */
  bytes: number;
  /** Items that are not, each with its error. */
  failed: FailedItem<Item>[];
}

/**
 * Many uploads. They begin when it is iterated over, or a summary is asked for, which can be done once. The outcomes
 * come in the order in which the uploads end; leaving the loop ends those under way.
 */
export class UploadBatch<Item extends UploadItem = UploadItem> implements AsyncIterable<UploadOutcome<Item>> {
  readonly #client: ClientContext;
  readonly #options: UploadManyOptions<Item>;
  readonly #defaults: UploadDefaults;
  #begun = false;

  /** @internal */
  constructor(client: ClientContext, options: UploadManyOptions<Item>, defaults: UploadDefaults) {
    checkMany(client, options, defaults);
    for (const { source } of Array.isArray(options.items) ? (options.items as Item[]) : [])
      keepFailure(source);
    this.#client = client;
    this.#options = options;
    this.#defaults = defaults;
  }

  /** Uploads, and gives the outcomes as they come. */
  async *[Symbol.asyncIterator](): AsyncGenerator<UploadOutcome<Item>, void, undefined> {
    if (this.#begun) throw new WcsError('INVALID_ARGUMENT', 'these uploads have been begun already');
    this.#begun = true;
    using scope = new CallScope(this.#client, 'uploadMany', this.#options);
    using abort = new LinkedAbort(scope.signal);
    // Token providers get it, and may listen for each upload.
    setMaxListeners(0, abort.signal);
    const { concurrency = 16 } = this.#options;
    // A consumer that is slow is waited for.
    const outcomes = new Channel<UploadOutcome<Item>>(2 * concurrency);
    const running = new ManyUploads(scope.context, this.#options, this.#defaults, abort, outcomes).run();
    try {
      for (let next = await outcomes.take(); next; next = await outcomes.take()) yield next;
    } finally {
      abort.abort(new WcsError('CLIENT_CLOSED', 'the uploads are no longer wanted'));
      await running;
    }
  }

  /** Uploads everything, and tells what became of it. */
  async summary(): Promise<UploadSummary<Item>> {
    const summary: UploadSummary<Item> = { stored: 0, bytes: 0, failed: [] };
    for await (const outcome of this) {
      if (outcome.ok) {
        summary.stored++;
        summary.bytes += outcome.result.size;
      } else {
        summary.failed.push(outcome);
      }
    }
    return summary;
  }
}

/** The uploads of a batch under way. */
class ManyUploads<Item extends UploadItem> {
  readonly #context: ClientContext;
  readonly #options: UploadManyOptions<Item>;
  readonly #shared: SharedOptions;
  readonly #defaults: UploadDefaults;
  readonly #abort: LinkedAbort;
  readonly #outcomes: Channel<UploadOutcome<Item>>;
  readonly #budget: UploadBudget;
  readonly #progress: ManyProgressMeter | undefined;
  readonly #items: Generator<[index: number, item: Item]> | AsyncGenerator<[index: number, item: Item]>;

  constructor(
    context: ClientContext,
    options: UploadManyOptions<Item>,
    defaults: UploadDefaults,
    abort: LinkedAbort,
    outcomes: Channel<UploadOutcome<Item>>,
  ) {
    const { concurrency = 16, onProgress } = options;
    this.#context = context;
    this.#options = options;
    this.#shared = { ...sharedOptions(options), concurrency };
    this.#defaults = defaults;
    this.#abort = abort;
    this.#outcomes = outcomes;
    this.#budget = new UploadBudget(concurrency);
    this.#progress = onProgress && new ManyProgressMeter(onProgress);
    this.#items =
      Symbol.asyncIterator in options.items ? countedAsync(options.items) : counted(options.items);
  }

  /** Never fails: what goes wrong ends the outcomes. */
  async run(): Promise<void> {
    const { signal } = this.#abort;
    await Promise.all(Array.from({ length: this.#shared.concurrency ?? 1 }, () => this.#work()));
    try {
      // The source may be in the middle of something that never ends: do not wait for it.
      if (signal.aborted) void Promise.resolve(this.#items.return(undefined)).catch(() => {});
      this.#progress?.finish();
    } catch (error) {
      this.#abort.abort(error);
    }
    this.#outcomes.end(signal.aborted ? signal.reason : undefined);
  }

  /** Uploads one item after the other, in one slot of the budget. */
  async #work(): Promise<void> {
    const { signal } = this.#abort;
    let slot = this.#budget.tryAcquire();
    try {
      while (!signal.aborted) {
        let next = this.#items.next();
        if (next instanceof Promise) {
          // While an item is waited for, the slot can serve blocks of others.
          this.#budget.release();
          slot = false;
          next = await untilAborted(next, signal);
          await this.#budget.acquire(signal);
          slot = true;
        }
        if (next.done) return;
        await this.#upload(...next.value);
      }
    } catch (error) {
      this.#abort.abort(error);
    } finally {
      if (slot) this.#budget.release();
    }
  }

  async #upload(index: number, item: Item): Promise<void> {
    const { signal } = this.#abort;
    const own = this.#progress?.begin();
    const options = { ...this.#shared, ...item, signal, ...own?.options } as UploadOptions;
    try {
      const result = await upload(this.#context, options, this.#defaults, this.#budget);
      own?.stored(result.size);
      await this.#outcomes.push({ ok: true, item, index, result }, signal);
    } catch (failure) {
      if (signal.aborted) return;
      const error = wcsErrorOf(failure);
      const ends =
        this.#options.stopOnError || !(error instanceof WcsError) || error.code === 'CLIENT_CLOSED';
      if (ends) throw error;
      own?.failed();
      await this.#outcomes.push({ ok: false, item, index, error }, signal);
    }
  }
}

function checkMany<Item extends UploadItem>(
  client: ClientContext,
  options: UploadManyOptions<Item>,
  defaults: UploadDefaults,
): void {
  const { items, bucket, concurrency } = options;
  checkCallOptions(options);
  const iterable =
    typeof items === 'object' &&
    items !== null &&
    (Symbol.iterator in items || Symbol.asyncIterator in items);
  if (!iterable) throw invalidArgument('items', 'a list, or something else to iterate over', items);
  if (bucket !== undefined) checkBucket(bucket);
  if (concurrency !== undefined) wholeNumber('concurrency', concurrency, { minimum: 1, maximum: 256 });
  requireSetting(client.uploadUrl, 'uploadUrl', 'uploadMany');
  const shared = sharedOptions(options);
  for (const [index, item] of Array.isArray(items) ? items.entries() : []) {
    try {
      planUpload({ ...shared, ...item }, defaults);
    } catch (error) {
      if (!(error instanceof WcsError)) throw error;
      throw new WcsError('INVALID_ARGUMENT', `items[${index}]: ${error.message}`);
    }
  }
}

/** What is for the items, and not for the call as a whole. */
function sharedOptions<Item extends UploadItem>(options: UploadManyOptions<Item>): SharedOptions {
  const OF_THE_CALL = ['items', 'stopOnError', 'onProgress', 'signal', 'timeout', 'headers', 'retry'];
  return Object.fromEntries(Object.entries(options).filter(([name]) => !OF_THE_CALL.includes(name)));
}

/** The items with their places. */
function* counted<T>(items: Iterable<T>): Generator<[index: number, item: T]> {
  let index = 0;
  for (const item of items) yield [index++, item];
}

/** The same of an asynchronous source; parallel calls of `next` are answered one after the other. */
async function* countedAsync<T>(items: AsyncIterable<T>): AsyncGenerator<[index: number, item: T]> {
  let index = 0;
  for await (const item of items) yield [index++, item];
}
