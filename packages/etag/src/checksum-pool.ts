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
    const checked = checkWanted(wanted);
    signal?.throwIfAborted();
    // Not slice(), which for a Buffer is no copy.
    const own = data.buffer instanceof SharedArrayBuffer ? data : new Uint8Array(data);
    const job = { kind: 'buffer', data: own, wanted: checked } as const;
    const [digests] = await this.#threads.run(job, signal);
    return { ...digests };
  }

  /**
   * Reads part of an open file into shared memory and computes checksums of it on the way, which costs less than
   * reading it first: the bytes are digested while they are in the cache of the core that read them.
   *
   * @param file - an open file's descriptor, which must stay open until the promise settles, and where the part
   * begins
   * @param target - a view of a `SharedArrayBuffer`; all of it is filled
   * @param wanted - which checksums; at least one
   * @param options - `signal` takes the work out of the queue or stops it
   * @returns the wanted checksums and no others
   * @throws {@link ChecksumError} `INVALID_ARGUMENT` for memory that is not shared, `FILE_CHANGED` if the file ends
   * before the target is full, otherwise as {@link digest}; or the file system's error
   */
  async readAndDigest(
    file: { descriptor: number; position: number },
    target: Uint8Array,
    wanted: WantedDigests,
    { signal }: { signal?: AbortSignal } = {},
  ): Promise<Digests> {
    if (!isUint8Array(target) || !(target.buffer instanceof SharedArrayBuffer)) {
      throw new ChecksumError('INVALID_ARGUMENT', 'target must be a view of a SharedArrayBuffer');
    }
    const { descriptor, position: start } = file;
    if (!Number.isSafeInteger(start) || start < 0) {
      throw new ChecksumError(
        'INVALID_ARGUMENT',
        `position must be a whole number, but is ${describe(start)}`,
      );
    }
    signal?.throwIfAborted();
    const job = { kind: 'read', descriptor, start, target, wanted: checkWanted(wanted) } as const;
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

function checkWanted(wanted: WantedDigests): WantedDigests {
  const { sha1 = false, crc32 = false, crc64 = false } = wanted ?? {};
  if (sha1 || crc32 || crc64) return { sha1, crc32, crc64 };
  throw new ChecksumError('INVALID_ARGUMENT', 'wanted must name at least one of sha1, crc32 and crc64');
}
