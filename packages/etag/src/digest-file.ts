import { ChecksumError } from './checksum-error.js';
import type { Digests, WantedDigests } from './digests.js';
import { onAbort } from './on-abort.js';
import { checkPositiveInteger } from './positive-integer.js';
import type { ProgressOptions } from './progress.js';
import { SourceFile } from './source-file.js';
import { PIECE_SIZE } from './workers/digester.js';
import { sharedThreadPool, type ThreadPool } from './workers/thread-pool.js';

/** Options of computations over a file. */
export interface FileOptions extends ProgressOptions {
  /**
   * Worker threads that work on this file at a time: a positive integer. Default, and most that are ever used:
   * as many as the process may use processor cores. All files share these threads.
   */
  concurrency?: number;
}

/** How a file's checksum is made, in either of two ways with one result. */
export interface FileChecksum<Result> {
  /** Takes the next bytes: the way of small files, on the calling thread. */
  update(bytes: Uint8Array): unknown;
  /** Takes the next block's digests and length: the way of large files, whose blocks workers digest. */
  addBlock(digests: Digests, length: number): void;
  readonly blockSize: number;
  readonly wanted: WantedDigests;
  result(): Result;
}

/** Files up to this size gain too little from running threads to pay for starting them. */
const SMALL_FILE = 16 * 1024 * 1024;

/** Bytes in one job: enough to outweigh a message to and fro, few enough for a fair turn to other files. */
const LARGEST_JOB = 16 * 1024 * 1024;

/** Blocks in one job, whose digests come in one message. It matters for very small blocks only. */
const MOST_BLOCKS = 4096;

/** Computes a checksum of a file, and makes sure that the file stayed the same meanwhile. */
export async function digestFile<Result>(
  path: string | URL,
  { concurrency, signal, onProgress }: FileOptions,
  checksum: FileChecksum<Result>,
): Promise<Result> {
  const pool = sharedThreadPool();
  const lanes = Math.min(pool.size, checkPositiveInteger('concurrency', concurrency ?? pool.size));
  signal?.throwIfAborted();
  const file = await SourceFile.open(path);
  try {
    const options: ProgressOptions = { ...(signal && { signal }), ...(onProgress && { onProgress }) };
    if (file.size === undefined || file.size <= SMALL_FILE) {
      await readHere(file, options, checksum);
    } else {
      await readInWorkers(file, file.size, options, checksum, pool, lanes);
    }
    await file.checkUnchanged();
    signal?.throwIfAborted();
    return checksum.result();
  } finally {
    await file.handle.close();
  }
}

async function readHere(
  file: SourceFile,
  { signal, onProgress }: ProgressOptions,
  checksum: FileChecksum<unknown>,
): Promise<void> {
  const { size } = file;
  const buffer = Buffer.allocUnsafeSlow(Math.min(size ?? PIECE_SIZE, PIECE_SIZE));
  for (let transferred = 0; transferred !== size; ) {
    signal?.throwIfAborted();
    const room = Math.min(buffer.length, (size ?? Number.POSITIVE_INFINITY) - transferred);
    const { bytesRead } = await file.handle.read(buffer, 0, room, null);
    if (bytesRead === 0) {
      if (size === undefined) return;
      throw file.changed();
    }
    checksum.update(buffer.subarray(0, bytesRead));
    transferred += bytesRead;
    onProgress?.(size === undefined ? { transferred } : { transferred, total: size });
  }
}

async function readInWorkers(
  file: SourceFile,
  total: number,
  { signal, onProgress }: ProgressOptions,
  checksum: FileChecksum<unknown>,
  pool: ThreadPool,
  lanes: number,
): Promise<void> {
  const { blockSize, wanted } = checksum;
  signal?.throwIfAborted();
  /** Stops all lanes when one fails or the caller aborts. */
  const stop = new AbortController();
  const forget = onAbort(signal, () => stop.abort(signal?.reason));

  let claimed = 0;
  let transferred = 0;
  /** Results by where they start, until all before them have come. */
  const early = new Map<number, Digests[]>();
  let added = 0;

  const work = async (): Promise<void> => {
    while (claimed < total) {
      const start = claimed;
      const length = Math.min(total - start, jobLength(total - start, blockSize, lanes));
      claimed += length;
      const job = { kind: 'file', descriptor: file.handle.fd, start, length, blockSize, wanted } as const;
      early.set(start, await pool.run(job, stop.signal));
      transferred += length;
      addInOrder();
      onProgress?.({ transferred, total });
    }
  };
  const addInOrder = (): void => {
    for (let blocks = early.get(added); blocks !== undefined; blocks = early.get(added)) {
      early.delete(added);
      for (const digests of blocks) {
        const length = Math.min(blockSize, total - added);
        checksum.addBlock(digests, length);
        added += length;
      }
    }
  };

  // Lanes are waited for even after a failure: the file must not be closed while a worker reads it.
  const lane = (): Promise<void> =>
    work().catch(error => stop.abort(hasChanged(error) ? file.changed() : error));
  await Promise.all(Array.from({ length: lanes }, lane));
  forget();
  stop.signal.throwIfAborted();
}

/** A worker knows the file by its descriptor only, so its error does not name the file. */
function hasChanged(error: unknown): boolean {
  return error instanceof ChecksumError && error.code === 'FILE_CHANGED';
}

/** Whole blocks; fewer near the end of the file, so that all lanes end at about the same time. */
function jobLength(remaining: number, blockSize: number, lanes: number): number {
  const share = Math.min(LARGEST_JOB, remaining / (4 * lanes));
  const blocks = Math.min(MOST_BLOCKS, Math.floor(share / blockSize));
  return Math.max(1, blocks) * blockSize;
}
