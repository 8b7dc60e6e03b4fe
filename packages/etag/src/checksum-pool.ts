import { availableParallelism } from 'node:os';
import { isUint8Array } from './bytes.js';
import { ChecksumError } from './checksum-error.js';
import { describe } from './describe.js';
import type { Digests, WantedDigests } from './digests.js';
import { checkPositiveInteger } from './positive-integer.js';
import { ThreadPool } from './workers/thread-pool.js';

/** Options of {@link ChecksumPool}. */
export interface ChecksumPoolOptions {
  /** Worker threads at most: a positive integer. Default: as many as the process may use processor cores. */
  threads?: number;
}

/**
 * Worker threads that digest buffers off the calling thread, several at a time.
 *
 * Threads start when they are first needed. Idle ones do not keep the process alive, so closing the pool is
 * optional; it frees their memory. A thread that dies is replaced; only its own work fails.
 *
 * @example
 * ```ts
 * await using pool = new ChecksumPool();
 * const { sha1, crc32 } = await pool.digest(block, { sha1: true, crc32: true });
 * ```
 */
export class ChecksumPool {
  readonly #threads: ThreadPool;

  /** @throws {@link ChecksumError} `INVALID_ARGUMENT` if `threads` is not a positive integer */
  constructor({ threads = availableParallelism() }: ChecksumPoolOptions = {}) {
    this.#threads = new ThreadPool(checkPositiveInteger('threads', threads));
  }

  /**
   * Computes the wanted checksums of `data` in one pass.
   *
   * @param data - a view of a `SharedArrayBuffer` is read where it is, with no copy, so leave it unchanged until
   * the promise settles. Any other bytes are copied before this method returns.
   * @param wanted - which checksums; at least one
   * @param options - `signal` takes the work out of the queue or stops it
   * @returns the wanted checksums and no others
   * @throws {@link ChecksumError} `INVALID_ARGUMENT` if `data` is not a `Uint8Array` or nothing is wanted,
   * `POOL_CLOSED` after {@link close}, `WORKER_FAILED` if the thread died. Or the signal's reason.
   */
  async digest(
    data: Uint8Array,
    wanted: WantedDigests,
    { signal }: { signal?: AbortSignal } = {},
  ): Promise<Digests> {
    if (!isUint8Array(data)) {
      throw new ChecksumError('INVALID_ARGUMENT', `data must be a Uint8Array, but is ${describe(data)}`);
    }
    const { sha1 = false, crc32 = false, crc64 = false } = wanted ?? {};
    if (!sha1 && !crc32 && !crc64) {
      throw new ChecksumError('INVALID_ARGUMENT', 'wanted must name at least one of sha1, crc32 and crc64');
    }
    signal?.throwIfAborted();
    // Not slice(), which for a Buffer is no copy.
    const own = data.buffer instanceof SharedArrayBuffer ? data : new Uint8Array(data);
    const job = { kind: 'buffer', data: own, wanted: { sha1, crc32, crc64 } } as const;
    const [digests] = await this.#threads.run(job, signal);
    return { ...digests };
  }

  /** Refuses new work, waits for the work already accepted, then ends the threads. May be called again. */
  close(): Promise<void> {
    return this.#threads.close();
  }

  /** {@link close}, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
