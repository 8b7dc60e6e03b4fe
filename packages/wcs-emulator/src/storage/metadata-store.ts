/** A run of an object's bytes: a whole blob. */
export interface ObjectPart {
  blob: string;
  /** In bytes. */
  size: number;
}

/** What is known of a stored object besides its bucket and key. */
export interface ObjectRecord {
  /** In bytes. */
  size: number;
  /** The wcs-etag of the content. */
  hash: string;
  mimeType: string;
  /** When it was stored, in milliseconds since the epoch. */
  putTime: number;
  /** When the uploader says the file was modified, in milliseconds since the epoch; absent for the put time. */
  lastModified?: number;
  /** When it ends, in milliseconds since the epoch; absent for never. */
  expiresAt?: number;
  /** The content is these, one after the other. */
  parts: ObjectPart[];
}

/** A block of a resumable upload (section 2.4). Its bytes are the blob of the same name. */
export interface BlockRecord {
  bucket: string;
  /** Its place among the blocks of the file, from 0. */
  index: number;
  /** How long it is to become, in bytes. */
  size: number;
  /** How many bytes have arrived. */
  received: number;
  /** When its last chunk arrived, in milliseconds since the epoch. */
  touchedAt: number;
  /** Once complete: the SHA-1 of each 4 MiB of it, in hexadecimal. */
  sha1s?: string[];
}

/** One step of a change; a list of them happens wholly or not at all. */
export type MetadataChange =
  | { type: 'put-bucket'; bucket: string }
  /** `previous` is what the record replaces. */
  | {
      type: 'put-object';
      bucket: string;
      key: string;
      record: ObjectRecord;
      previous: ObjectRecord | undefined;
    }
  | { type: 'delete-object'; bucket: string; key: string; previous: ObjectRecord | undefined }
  | { type: 'put-block'; blob: string; record: BlockRecord }
  | { type: 'delete-block'; blob: string }
  /** How many objects consist of a blob, among others; with 0 the blob is forgotten. */
  | { type: 'set-references'; blob: string; count: number };

/** Names an object. */
export interface ObjectName {
  bucket: string;
  key: string;
}

/** An object and its key. */
export interface ObjectEntry {
  key: string;
  record: ObjectRecord;
}

/** Walks the objects of a bucket in the order of their keys' UTF-8 bytes. */
export interface ObjectCursor {
  next(): Promise<ObjectEntry | undefined>;
  /** Goes on with the first key that does not begin with `prefix` and sorts after those that do. */
  skipPrefix(prefix: string): void;
  close(): Promise<void>;
}

/** Where everything but the bytes is kept: an ordered store with atomic batches. */
export interface MetadataStore {
  hasBucket(bucket: string): Promise<boolean>;
  listBuckets(): Promise<string[]>;
  getObject(bucket: string, key: string): Promise<ObjectRecord | undefined>;
  getBlock(blob: string): Promise<BlockRecord | undefined>;
  /** How many objects consist of each blob. */
  countReferences(blobs: readonly string[]): Promise<number[]>;
  /** The objects whose key begins with `prefix` and sorts after `after`. */
  openCursor(bucket: string, range: { prefix: string; after?: string | undefined }): ObjectCursor;
  /** The objects whose time is over, those first that ended first. */
  listExpired(now: number): AsyncIterable<ObjectName>;
  listBlocks(): AsyncIterable<[blob: string, record: BlockRecord]>;
  /** A value of the store itself, such as the key that signs contexts. */
  getSetting(name: string): Promise<string | undefined>;
  putSetting(name: string, value: string): Promise<void>;
  commit(changes: MetadataChange[]): Promise<void>;
  close(): Promise<void>;
}
