import { WcsError } from '../errors.js';
import { type RetryPolicy, withRetry } from '../http/retry.js';
import type { ProgressMeter } from '../progress.js';
import type { BlockWire, ChunkAnswer } from './block-wire.js';
import type { Block } from './blocks.js';
import type { FinishedBlock } from './record-store.js';
import type { RandomSource } from './source.js';
import type { Span } from './span.js';

/** A block is begun anew this often when the service has lost track of it. */
const RESTARTS = 3;

/** Sends single blocks: chunk by chunk, each repeated and each checked; begun anew where that is called for. */
export class BlockSender {
  readonly #wire: BlockWire;
  readonly #retry: RetryPolicy;
  readonly #chunkSize: number;
  readonly #verify: boolean;
  readonly #progress: ProgressMeter;

  constructor(
    wire: BlockWire,
    options: { retry: RetryPolicy; chunkSize: number; verify: boolean; progress: ProgressMeter },
  ) {
    this.#wire = wire;
    this.#retry = options.retry;
    this.#chunkSize = options.chunkSize;
    this.#verify = options.verify;
    this.#progress = options.progress;
  }

  /**
   * Sends a block.
   *
   * @param source - reads the block's spans; undefined when `span` holds the whole block already
   */
  async send(
    block: Block,
    span: Span,
    source: RandomSource | undefined,
    signal: AbortSignal,
  ): Promise<FinishedBlock> {
    for (let restart = 0; ; restart++) {
      const claimed = { bytes: 0 };
      try {
        return await this.#sendOnce(block, span, source, claimed, signal);
      } catch (error) {
        this.#progress.add(-claimed.bytes);
        if (restart >= RESTARTS || signal.aborted || !callsForRestart(error)) throw error;
      }
    }
  }

  async #sendOnce(
    block: Block,
    span: Span,
    source: RandomSource | undefined,
    claimed: { bytes: number },
    signal: AbortSignal,
  ): Promise<FinishedBlock> {
    const sha1: string[] = [];
    let ctx: string | undefined;
    let sent = 0;
    while (sent < block.size) {
      if (source) {
        await span.read(source, block.start + sent, Math.min(span.capacity, block.size - sent));
      }
      for (let from = 0; from < span.bytes.length; ) {
        const to = Math.min(from + this.#chunkSize, span.bytes.length);
        ctx = await this.#sendChunk(block, ctx, sent, span, from, to, claimed, signal);
        sent += to - from;
        from = to;
      }
      for (const digest of await span.sha1()) sha1.push(Buffer.from(digest).toString('hex'));
    }
    if (ctx === undefined) throw new WcsError('UNEXPECTED_RESPONSE', 'an empty block cannot be sent');
    return { index: block.index, ctx, ...(this.#verify ? { sha1 } : {}) };
  }

  async #sendChunk(
    block: Block,
    ctx: string | undefined,
    offset: number,
    span: Span,
    from: number,
    to: number,
    claimed: { bytes: number },
    signal: AbortSignal,
  ): Promise<string> {
    const expected = span.crc32(from, to);
    expected.catch(() => {});
    const bytes = span.bytes.subarray(from, to);
    const answer = await withRetry(
      async () => {
        let counted = 0;
        let over = false;
        const count = (sent: number) => {
          // A body may go on for a moment after its request has failed.
          if (over) return;
          counted += sent;
          claimed.bytes += sent;
          this.#progress.add(sent);
        };
        try {
          const onSent = this.#progress.active ? count : undefined;
          const answer =
            ctx === undefined
              ? await this.#wire.mkblk(block.size, block.index, bytes, signal, onSent)
              : await this.#wire.bput(ctx, offset, bytes, signal, onSent);
          checkChunk(answer, await expected, offset + bytes.length);
          count(bytes.length - counted);
          return answer;
        } catch (error) {
          count(-counted);
          throw error;
        } finally {
          over = true;
        }
      },
      this.#retry,
      signal,
    );
    return answer.ctx;
  }
}

/** Fails unless the service has what was sent. */
export function checkChunk(
  { crc32, offset }: ChunkAnswer,
  expected: number | undefined,
  expectedOffset: number,
): void {
  if (crc32 !== undefined && expected !== undefined && crc32 !== expected) {
    throw new WcsError(
      'CHECKSUM_MISMATCH',
      `the service received other bytes than were sent (crc32 ${crc32}, not ${expected})`,
      {
        operation: 'mkblk',
        retryable: true,
      },
    );
  }
  if (offset !== undefined && offset !== expectedOffset) {
    throw new WcsError('INVALID_CTX', `the service has ${offset} bytes of the block, not ${expectedOffset}`, {
      operation: 'mkblk',
    });
  }
}

/** What wcs-api §2.4 answers with a new mkblk: the service and we disagree about the block so far. */
function callsForRestart(error: unknown): boolean {
  return (
    error instanceof WcsError &&
    (error.code === 'INVALID_CTX' ||
      error.code === 'PRECONDITION_FAILED' ||
      error.code === 'CHECKSUM_MISMATCH' ||
      // Some versions of the service answer so to a context that they do not know.
      (error.code === 'UNAUTHORIZED' && error.operation === 'bput'))
  );
}
