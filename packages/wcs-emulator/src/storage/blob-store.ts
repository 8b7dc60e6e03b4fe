/** Where bytes lie. A blob has a name of its own, never one derived from an object key. */
export interface BlobStore {
  /** Starts a blob that nobody sees until it is published. */
  create(): Promise<BlobWriter>;

  /** Goes on writing a blob at `offset`. What lies beyond is the rest of a broken attempt, and is dropped. */
  append(blob: string, offset: number): Promise<BlobWriter>;

  /** The bytes from `start` to before `end`. */
  read(blob: string, start: number, end: number): AsyncIterable<Buffer>;

  /** Keeps the blobs readable until the returned function is called, even if they are deleted meanwhile. */
  pin(blobs: readonly string[]): () => Promise<void>;

  /** Deletes a blob; one that does not exist is no error. */
  delete(blob: string): Promise<void>;

  /** Deletes what no finished upload knows. Only for start-up, when nothing is being written. */
  sweep(isKnown: (blob: string) => Promise<boolean>): Promise<void>;
}

/** Bytes on their way into a blob. Ends with either `publish` or `discard`. */
export interface BlobWriter {
  readonly blob: string;

  /** Takes the next bytes. They may be written later; an error of an earlier write may surface here. */
  write(chunk: Buffer): Promise<void>;

  /** Brings everything to the disk. */
  finish(): Promise<void>;

  /** Gives a new blob its final place; for an appended blob there is nothing left to do. */
  publish(): Promise<void>;

  /** Undoes everything since `create` or `append`. Does nothing after `publish`. */
  discard(): Promise<void>;
}
