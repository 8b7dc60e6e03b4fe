import { ServiceError } from '../http/service-error.js';
import type { BlobStore } from './blob-store.js';
import type { KeyedLock } from './keyed-lock.js';
import type { MetadataChange, MetadataStore, ObjectRecord } from './metadata-store.js';

/** An object that will not change or vanish until it is released. */
export interface OpenObject {
  record: ObjectRecord;
  read(start: number, end: number): AsyncIterable<Buffer>;
  release(): Promise<void>;
}

/** Objects by bucket and key. Every change is one atomic step; changes of one key happen in turn. */
export class ObjectStore {
  readonly #blobs: BlobStore;
  readonly #metadata: MetadataStore;
  readonly #locks: KeyedLock;
  readonly #clock: () => number;

  constructor({
    blobs,
    metadata,
    locks,
    clock,
  }: { blobs: BlobStore; metadata: MetadataStore; locks: KeyedLock; clock: () => number }) {
    this.#blobs = blobs;
    this.#metadata = metadata;
    this.#locks = locks;
    this.#clock = clock;
  }

  /** The object's record, unless there is none or its time is over. */
  async find(bucket: string, key: string): Promise<ObjectRecord | undefined> {
    const record = await this.#metadata.getObject(bucket, key);
    return record && !isExpired(record, this.#clock()) ? record : undefined;
  }

  /** Opens an object for reading. An overwrite or a deletion meanwhile does not disturb the reader. */
  async open(bucket: string, key: string): Promise<OpenObject | undefined> {
    // Pinned under the lock, so that the blobs cannot go between the look-up and the pin.
    return this.#locks.run([objectLock(bucket, key)], async () => {
      const record = await this.find(bucket, key);
      if (!record) return undefined;
      const release = this.#blobs.pin(record.parts.map(part => part.blob));
      return { record, release, read: (start, end) => this.#read(record, start, end) };
    });
  }

  /**
   * Stores or replaces an object.
   *
   * @param blobs - the blobs of its parts; held until the change is made
   * @param build - makes the record while nobody else can touch the key or the blobs
   * @throws ServiceError 406 when there is an object already and `overwrite` is false
   */
  async put(
    {
      bucket,
      key,
      overwrite,
      blobs,
    }: { bucket: string; key: string; overwrite: boolean; blobs: readonly string[] },
    build: () => Promise<ObjectRecord>,
  ): Promise<ObjectRecord> {
    return this.#replace(bucket, key, blobs, async existing => {
      if (existing && !overwrite) throw new ServiceError(406, `the object exists: ${key}`);
      return build();
    });
  }

  /** @throws ServiceError 404 when there is no such object */
  async delete(bucket: string, key: string): Promise<void> {
    await this.#replace(bucket, key, [], async existing => {
      if (!existing) throw new ServiceError(404, `no such object: ${key}`);
      return undefined;
    });
  }

  /** Deletes what need not be kept any longer. Until then it is hidden, not gone. */
  async purge(): Promise<void> {
    for (const bucket of await this.#metadata.listBuckets()) {
      const cursor = this.#metadata.openCursor(bucket, { prefix: '' });
      for (let entry = await cursor.next(); entry; entry = await cursor.next()) {
        if (isExpired(entry.record, this.#clock()))
          await this.#replace(bucket, entry.key, [], async () => undefined);
      }
      await cursor.close();
    }
  }

  async #replace<T extends ObjectRecord | undefined>(
    bucket: string,
    key: string,
    newBlobs: readonly string[],
    build: (existing: ObjectRecord | undefined) => Promise<T>,
  ): Promise<T> {
    return this.#locks.run([objectLock(bucket, key)], async () => {
      const stored = await this.#metadata.getObject(bucket, key);
      const blobs = new Set([...newBlobs, ...(stored?.parts ?? []).map(part => part.blob)]);
      return this.#locks.run(blobs, async () => {
        const next = await build(stored && !isExpired(stored, this.#clock()) ? stored : undefined);
        await this.#commit(bucket, key, stored, next);
        return next;
      });
    });
  }

  async #commit(
    bucket: string,
    key: string,
    stored: ObjectRecord | undefined,
    next: ObjectRecord | undefined,
  ): Promise<void> {
    const added = new Map<string, number>();
    for (const { blob } of next?.parts ?? []) added.set(blob, (added.get(blob) ?? 0) + 1);
    for (const { blob } of stored?.parts ?? []) added.set(blob, (added.get(blob) ?? 0) - 1);
    const changed = [...added].filter(([, count]) => count !== 0);
    const counts = await this.#metadata.countReferences(changed.map(([blob]) => blob));
    const changes: MetadataChange[] = [
      next ? { type: 'put-object', bucket, key, record: next } : { type: 'delete-object', bucket, key },
    ];
    const orphans: string[] = [];
    for (const [index, [blob, difference]] of changed.entries()) {
      const count = (counts[index] ?? 0) + difference;
      changes.push({ type: 'set-references', blob, count });
      if (count > 0) continue;
      // A block that was merged lives as long as what it was merged into.
      changes.push({ type: 'delete-block', blob });
      orphans.push(blob);
    }
    await this.#metadata.commit(changes);
    for (const blob of orphans) await this.#blobs.delete(blob);
  }

  async *#read(record: ObjectRecord, start: number, end: number): AsyncIterable<Buffer> {
    let partStart = 0;
    for (const { blob, size } of record.parts) {
      const from = Math.max(0, start - partStart);
      const to = Math.min(size, end - partStart);
      if (from < to) yield* this.#blobs.read(blob, from, to);
      partStart += size;
      if (partStart >= end) return;
    }
  }
}

/** Whether an object's time to be kept is over. */
export function isExpired(record: ObjectRecord, now: number): boolean {
  return record.expiresAt !== undefined && now >= record.expiresAt;
}

/** Apart from blobs' own names, under which blobs are locked. */
function objectLock(bucket: string, key: string): string {
  return `${bucket}\0${key}`;
}
