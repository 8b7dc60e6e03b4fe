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
  /** Of an object that can be appended to (section 2.3): the SHA-1 of each whole 4 MiB, in hexadecimal. */
  slices?: string[];
  /** The content is these, one after the other. */
  parts: ObjectPart[];
}

/** A block of a resumable upload (section 2.4). Its bytes are the blob of the same name. */
export interface BlockRecord {
  bucket: string;
  /** What the client calls the upload; absent when it gave no name. */
  batch?: string;
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

/** An asynchronous job (sections 2.8 and 2.9) without its items. */
export interface JobRecord {
  /** What carries its commands out, by its name in `jobs/job-kinds.ts`. */
  kind: string;
  /** How far it is: a `jobCode`. */
  code: number;
  /** Whose job it is. */
  accessKey: string;
  /** When it was accepted, in milliseconds since the epoch. */
  createdAt: number;
  /** Whether results that exist already are made again. */
  force: boolean;
  /** Whether each command is notified by itself. */
  separate: boolean;
  /** Who is to be told; absent for nobody. */
  notifyUrl?: string;
  /** The object that all commands are about, for kinds that have one. */
  input?: ObjectName;
  /** How large that object was, in bytes. */
  inputSize?: number;
  /** How far the notification is, unless commands are notified separately. */
  notification?: NotificationRecord;
}

/** One command of a job. */
export interface JobItemRecord {
  /** The command as it was given. */
  command: string;
  /** How far it is: an `itemCode`. */
  code: number;
  /** Why it failed. */
  error?: string;
  /** What came of it. */
  result?: JobItemResult;
  /** How long it took, in milliseconds. */
  costTime?: number;
  /** How far its own notification is. */
  notification?: NotificationRecord;
}

/** What came of a command. All are absent where they make no sense. */
export interface JobItemResult {
  /** The key of the object that was made or changed. */
  key?: string;
  /** The wcs-etag of that object. */
  hash?: string;
  /** Its size in bytes. */
  fsize?: number;
  /** Where it can be downloaded. */
  url?: string;
  /** Further members of the item in a status answer, as they are. */
  more?: Record<string, unknown>;
}

/** How much a bucket stores, in bytes, on a day on which that changed. */
export interface UsageRecord {
  /** The most at any time of the day. */
  peak: number;
  /** At the end of the day so far. */
  end: number;
}

/** What is counted of a bucket's requests on one day: their number, and the bytes of their bodies. */
export interface DayCounts {
  uploadTraffic?: number;
  downloadTraffic?: number;
  uploadRequest?: number;
  downloadRequest?: number;
}

/** How the delivery of a notification goes. */
export interface NotificationRecord {
  attempts: number;
  /** Absent until the delivery has succeeded or was given up. */
  delivered?: boolean;
  /** Why the latest attempt failed. */
  error?: string;
}

/** One step of a change; a list of them happens wholly or not at all. */
export type MetadataChange =
  | { type: 'put-bucket'; bucket: string }
  /** `previous` is what the record replaces, and `at` when, in milliseconds since the epoch. */
  | {
      type: 'put-object';
      bucket: string;
      key: string;
      record: ObjectRecord;
      previous: ObjectRecord | undefined;
      at: number;
    }
  | {
      type: 'delete-object';
      bucket: string;
      key: string;
      previous: ObjectRecord | undefined;
      at: number;
    }
  | { type: 'put-block'; blob: string; record: BlockRecord }
  | { type: 'delete-block'; blob: string }
  | { type: 'put-counts'; bucket: string; day: string; counts: DayCounts }
  | { type: 'put-job'; id: string; record: JobRecord }
  | { type: 'put-job-item'; id: string; index: number; item: JobItemRecord }
  /** With its items, of which there are `items`. */
  | { type: 'delete-job'; id: string; items: number }
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
  /** How much a bucket stores on each day on which that changed, up to a day, in order. */
  listUsage(bucket: string, lastDay: string): Promise<[day: string, usage: UsageRecord][]>;
  getCounts(bucket: string, day: string): Promise<DayCounts>;
  getJob(id: string): Promise<JobRecord | undefined>;
  /** The items of a job in their order. */
  listJobItems(id: string): Promise<JobItemRecord[]>;
  listJobs(): AsyncIterable<[id: string, record: JobRecord]>;
  /** A value of the store itself, such as the key that signs contexts. */
  getSetting(name: string): Promise<string | undefined>;
  putSetting(name: string, value: string): Promise<void>;
  commit(changes: MetadataChange[]): Promise<void>;
  close(): Promise<void>;
}
