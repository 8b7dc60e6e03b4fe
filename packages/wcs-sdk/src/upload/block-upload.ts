import { randomInt } from 'node:crypto';
import { BLOCK_SIZE, etagOfBlocks } from '@curve-wcs/etag';
import { LinkedAbort } from '../abort.js';
import type { TokenSource } from '../auth/token-provider.js';
import type { ClientContext } from '../context.js';
import { WcsError } from '../errors.js';
import { withRetry } from '../http/retry.js';
import { ProgressMeter } from '../progress.js';
import { BlockSender } from './block-sender.js';
import { BlockWire } from './block-wire.js';
import { type Block, RandomBlocks, SequentialBlocks } from './blocks.js';
import { confirmHash, PLAIN_NAMES, storedByLostAttempt, verifiesChunks } from './confirm.js';
import type { UploadPlan, UploadResult } from './options.js';
import type { FinishedBlock, UploadRecordStore } from './record-store.js';
import { canProve, findResumable, RecordWriter } from './resume.js';
import type { RandomSource, SequentialSource } from './source.js';
import type { Span } from './span.js';
import type { UploadBudget } from './upload-budget.js';

/** What the choice between form and blocks has already settled. */
export interface UploadTarget {
  key: string;
  uploadUrl: string;
  tokens: TokenSource;
  /** Tokens that allow to replace the object; undefined if the client cannot make them. */
  replacingTokens: () => TokenSource | undefined;
}

/**
 * A block upload under way: workers pull blocks from one source, each through a span of memory of its own. There is
 * one at least, and more as long as the budget has slots for them.
 */
export class BlockUpload {
  readonly #context: ClientContext;
  readonly #plan: UploadPlan;
  readonly #target: UploadTarget;
  readonly #source: RandomSource | SequentialSource;
  readonly #store: UploadRecordStore | undefined;
  readonly #budget: UploadBudget;
  readonly #finished = new Map<number, FinishedBlock>();
  #size = 0;

  constructor(
    context: ClientContext,
    plan: UploadPlan,
    target: UploadTarget,
    source: RandomSource | SequentialSource,
    store: UploadRecordStore | undefined,
    budget: UploadBudget,
  ) {
    this.#budget = budget;
    this.#context = context;
    this.#plan = plan;
    this.#target = target;
    this.#source = source;
    this.#store = store;
  }

  /**
   * Sends all blocks and joins them.
   *
   * @param first - a span that holds the first block of a sequential source already
   */
  async run(first: Span | undefined): Promise<UploadResult> {
    using abort = new LinkedAbort(this.#plan.signal);
    const { bucket, resume } = this.#plan;
    const scope = `${bucket}:${this.#target.key}`;
    // Only what is a file can be found again.
    const identity = this.#source.kind === 'random' ? this.#source.identity : undefined;
    const store = resume && identity ? this.#store : undefined;
    const found = await findResumable(store, this.#plan, scope, identity);
    for (const block of found?.blocks.values() ?? []) {
      if (!block.unproven || canProve(this.#plan)) this.#finished.set(block.index, block);
    }
    const uploadId = found?.uploadId ?? this.#plan.uploadId ?? newUploadId();
    const { blockSize } = this.#plan;
    const record = new RecordWriter(
      identity && store ? { store, source: identity, scope, blockSize, uploadId } : undefined,
    );
    if (!found || found.foreign) await record.create();
    for (const block of found?.foreign ? this.#finished.values() : []) await record.append(block);
    this.#plan.onStart?.({
      uploadId,
      finishedBlocks: this.#finished.size,
      finished: Array.from(this.#finished.values(), block => ({ ...block })),
      ...(this.#source.size !== undefined
        ? { blocks: Math.ceil(this.#source.size / this.#plan.blockSize) }
        : {}),
    });
    const wire = new BlockWire(this.#context, this.#target.uploadUrl, {
      ...this.#plan,
      uploadId,
      subject: scope,
      key: this.#target.key,
      tokens: this.#target.tokens,
      replacingTokens: this.#target.replacingTokens,
      mimeType: this.#plan.mimeType,
      keepDays: this.#plan.keepDays,
      trafficLimit: this.#plan.trafficLimit,
      variables: this.#plan.variables ?? {},
    });
    try {
      return await this.#sendAndJoin(wire, record, first, abort, { resumed: found !== undefined });
    } catch (error) {
      // 579 says that the object is stored; a changed source makes the finished blocks worthless.
      const over = error instanceof WcsError && (error.stored || error.code === 'SOURCE_CHANGED');
      if (over) await record.remove();
      throw error;
    }
  }

  async #sendAndJoin(
    wire: BlockWire,
    record: RecordWriter,
    first: Span | undefined,
    abort: LinkedAbort,
    { resumed }: { resumed: boolean },
  ): Promise<UploadResult> {
    const resuming = this.#finished.size > 0;
    for (let begunAnew = false; ; begunAnew = true) {
      const progress = new ProgressMeter(this.#plan.onProgress, this.#source.size);
      await this.#sendBlocks(wire, record, first, progress, abort);
      if (this.#source.kind === 'random') await this.#source.checkUnchanged();
      try {
        const result = await this.#join(wire, progress, abort.signal, { resumed });
        await record.remove();
        return result;
      } catch (error) {
        if (!(error instanceof WcsError)) throw error;
        const lost = error.code === 'BLOCKS_MISSING' || error.code === 'INVALID_CTX';
        const unproven = [...this.#finished.values()].some(block => block.unproven);
        const wrong = error.code === 'CHECKSUM_MISMATCH' && unproven;
        if (!lost && !wrong) throw error;
        await record.clear();
        // Blocks of an earlier attempt may have expired. Those of this attempt should not have.
        if (!resuming || begunAnew) throw error;
        // What was stored of another client's blocks is our own mistake of a moment ago, and must be replaced.
        if (wrong && !(await wire.replaceExisting())) throw error;
        this.#finished.clear();
      }
    }
  }

  async #sendBlocks(
    wire: BlockWire,
    record: RecordWriter,
    first: Span | undefined,
    progress: ProgressMeter,
    abort: LinkedAbort,
  ): Promise<void> {
    const sender = new BlockSender(wire, { ...this.#plan, retry: this.#context.retry, progress });
    const pool = this.#plan.verify ? this.#context.checksums : undefined;
    const chunks = verifiesChunks(this.#context, this.#plan);
    const source = this.#source;
    const blocks =
      source.kind === 'random'
        ? new RandomBlocks(source, this.#plan.blockSize)
        : new SequentialBlocks(source, this.#plan.blockSize, first);

    let reading = 0;
    let more = true;
    const workers = new Set<Promise<void>>();

    /** Sends one block after the other; lets a further worker begin when it has its block. */
    const work = async (span: Span, own: boolean) => {
      while (!abort.signal.aborted) {
        reading++;
        const block = await blocks.next(span, abort.signal);
        reading--;
        if (!block) return;
        this.#size = Math.max(this.#size, block.start + block.size);
        if (block.size < this.#plan.blockSize || this.#size === source.size) more = false;
        grow();
        const earlier = this.#finished.get(block.index);
        if (earlier && source.kind === 'random' && (await this.#isStillRight(earlier, block, span, source))) {
          progress.addResumed(block.size);
          continue;
        }
        const random = source.kind === 'random' ? source : undefined;
        const finished = await sender.send(block, span, random, abort.signal);
        this.#finished.set(block.index, finished);
        await record.append(finished);
        // Of several that want to read one is enough, and other uploads may want the slot.
        if (!own && (reading > 0 || this.#budget.contended)) return;
      }
    };
    const start = async (own: boolean) => {
      let span: Span | undefined;
      try {
        span = own && first ? first : this.#budget.takeSpan(this.#spanSize(), pool, chunks);
        await work(span, own);
      } catch (error) {
        abort.abort(error);
      } finally {
        if (span && span !== first) this.#budget.giveSpan(span);
      }
    };
    const grow = () => {
      const room = more && reading === 0 && workers.size + 1 < this.#plan.concurrency;
      if (!room || !this.#budget.tryAcquire()) return;
      const worker = start(false).finally(() => {
        workers.delete(worker);
        this.#budget.release();
      });
      workers.add(worker);
    };
    await start(true);
    await Promise.all(workers);
    abort.signal.throwIfAborted();
    progress.finish();
  }

  /** The file may have changed without its size or time showing it: what counts is what is in the block. */
  async #isStillRight(
    finished: FinishedBlock,
    block: Block,
    span: Span,
    source: RandomSource,
  ): Promise<boolean> {
    if (!this.#plan.verify) return true;
    const digests: string[] = [];
    for (let done = 0; done < block.size; done += span.bytes.length) {
      await span.read(source, block.start + done, Math.min(span.capacity, block.size - done));
      for (const digest of await span.sha1()) digests.push(Buffer.from(digest).toString('hex'));
    }
    // Without checksums to compare with, what the block must be is what is in the file; the final hash tells.
    if (finished.unproven) finished.sha1 = digests;
    return digests.join() === finished.sha1?.join();
  }

  async #join(
    wire: BlockWire,
    progress: ProgressMeter,
    signal: AbortSignal,
    { resumed }: { resumed: boolean },
  ): Promise<UploadResult> {
    const { bucket, blockSize, verify } = this.#plan;
    const { key } = this.#target;
    const blocks = [...this.#finished.values()].sort((a, b) => a.index - b.index);
    const expected = Math.ceil(this.#size / blockSize);
    if (blocks.length !== expected) {
      throw new WcsError('BLOCKS_MISSING', `${blocks.length} of ${expected} blocks were sent`, {
        operation: 'mkfile',
      });
    }
    const pieces = blocks.flatMap(block => block.sha1 ?? []).map(digest => Buffer.from(digest, 'hex'));
    const etag = verify ? etagOfBlocks(pieces) : undefined;
    const stored = { bucket, key, size: this.#size, etag, blockSize, signal };
    const contexts = blocks.map(block => block.ctx);
    const joined = await withRetry(
      () => wire.mkfile(this.#size, contexts, signal),
      this.#context.retry,
      signal,
    ).catch(async error => {
      const found = await storedByLostAttempt(this.#context, error, stored, { resumed });
      if (!found) throw error;
      return found;
    });
    // Whatever the token says, the answer to mkfile has both under these names.
    const confirmed = await confirmHash(this.#context, stored, { ...joined, names: PLAIN_NAMES });
    if (!confirmed.verified && blocks.some(block => block.unproven)) throw unprovenObject(stored);
    return {
      bucket,
      key:
        typeof joined.answer['key'] === 'string' && joined.answer['key'] !== '' ? joined.answer['key'] : key,
      size: this.#size,
      ...(etag === undefined ? {} : { etag }),
      ...confirmed,
      method: 'blocks',
      resumed: progress.resumed,
      answer: joined.answer,
      ...(joined.requestId ? { requestId: joined.requestId } : {}),
    };
  }

  /** A stream's block must be in memory whole, since its size goes first; a file's is read a chunk at a time. */
  #spanSize(): number {
    const { blockSize, chunkSize } = this.#plan;
    if (this.#source.kind === 'sequential') return blockSize;
    return Math.min(blockSize, Math.ceil(chunkSize / BLOCK_SIZE) * BLOCK_SIZE);
  }
}

function unprovenObject({ bucket, key }: { bucket: string; key: string }): WcsError {
  return new WcsError(
    'CHECKSUM_MISMATCH',
    `${bucket}:${key} was made with blocks of another client, and the service gave no hash to prove them by`,
    { operation: 'upload' },
  );
}

function newUploadId(): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
  return Array.from({ length: 32 }, () => alphabet[randomInt(alphabet.length)]).join('');
}
