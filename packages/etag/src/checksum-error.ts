/**
 * What went wrong, in a form programs can compare:
 *
 * - `INVALID_ARGUMENT`: an argument or option is not one of those allowed; nothing was read.
 * - `NOT_A_FILE`: the path names a directory, a FIFO or a socket.
 * - `FILE_CHANGED`: the file's size or modification time changed while it was read.
 * - `HASHER_FINISHED`: an {@link EtagHasher} was given more bytes after its `digest()`.
 * - `POOL_CLOSED`: the {@link ChecksumPool} was closed before the work was done.
 * - `WORKER_FAILED`: a worker thread could not start, or ended while it worked; `cause` says why.
 */
export type ChecksumErrorCode =
  | 'INVALID_ARGUMENT'
  | 'NOT_A_FILE'
  | 'FILE_CHANGED'
  | 'HASHER_FINISHED'
  | 'POOL_CLOSED'
  | 'WORKER_FAILED';

/**
 * The one class of errors that this package itself raises. Errors of the file system (`ENOENT`, `EACCES`,
 * `EIO`, …), errors of a source stream and the reason of an `AbortSignal` are passed on as they are.
 *
 * @example
 * ```ts
 * await etagFile(path).catch(error => {
 *   if (error instanceof ChecksumError && error.code === 'FILE_CHANGED') return etagFile(path);
 *   throw error;
 * });
 * ```
 */
export class ChecksumError extends Error {
  /** Always `ChecksumError`. */
  override readonly name = 'ChecksumError';
  /** Stable, unlike the message. */
  readonly code: ChecksumErrorCode;

  constructor(code: ChecksumErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
