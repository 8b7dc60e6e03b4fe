/** How far a computation has come. Every call gets a snapshot of its own; `transferred` never decreases. */
export interface Progress {
  /** Bytes digested so far. */
  readonly transferred: number;
  /** Bytes there are in all, where that is known beforehand: for files and blobs, not for streams. */
  readonly total?: number;
}

/** What every computation over a stream, a file or a blob takes. */
export interface ProgressOptions {
  /** Stops the work and rejects with `signal.reason`. */
  signal?: AbortSignal;
  /** Called after each piece. An exception it throws stops the work and is passed on. */
  onProgress?: (progress: Progress) => void;
}
