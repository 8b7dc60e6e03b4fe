import { ServiceError } from '../http/service-error.js';
import type { BlobStore } from './blob-store.js';
import type { KeyedLock } from './keyed-lock.js';
import type { MetadataChange, MetadataStore, ObjectName, ObjectRecord } from './metadata-store.js';

/** An object that will not change or vanish until it is released. */
export interface OpenObject {
  record: ObjectRecord;
  read(start: number, end: number): AsyncIterable<Buffer>;
  release(): Promise<void>;
}

/** An object as it is to be from now on; without a record it is to be gone. */
interface Replacement extends ObjectName {
  record: ObjectRecord | undefined;
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
    return this.#unlessExpired(await this.#metadata.getObject(bucket, key));
  }

  /** Opens an object for reading. An overwrite or a deletion meanwhile does not disturb the reader. */
  async open(bucket: string, key: string): Promise<OpenObject | undefined> {
    // Pinned under the lock, so that the blobs cannot go between the look-up and the pin.
    return this.#locks.run([objectLock({ bucket, key })], async () => {
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
    const name = { bucket, key };
    return this.replace(name, blobs, async existing => {
      if (existing && !overwrite) throw exists(name);
      return build();
    });
  }

  /**
   * Stores an object that depends on the one it replaces.
   *
   * @param blobs - as in {@link put}
   * @param build - gets what there is
   */
  async replace(
    name: ObjectName,
    blobs: readonly string[],
    build: (existing: ObjectRecord | undefined) => Promise<ObjectRecord>,
  ): Promise<ObjectRecord> {
    const [record] = await this.#change([name], blobs, async ([existing]) => [
      { ...name, record: await build(existing) },
    ]);
    return present(record, name);
  }

  /**
   * Gives an object another name. It stays the same object: stored when it was, ending when it would.
   *
   * @throws ServiceError 400 when both names are the same; 404 when there is no such object; 406 when the target
   * exists and `overwrite` is false
   */
  async move(
    source: ObjectName,
    target: ObjectName,
    { overwrite = true }: { overwrite?: boolean } = {},
  ): Promise<ObjectRecord> {
    return this.#relate(source, target, overwrite, record => [
      { ...target, record },
      { ...source, record: undefined },
    ]);
  }

  /**
   * Makes a second object of the same bytes, which are not copied. It is stored now, and ends when its source does.
   *
   * @throws as {@link move}
   */
  async copy(
    source: ObjectName,
    target: ObjectName,
    { overwrite = true }: { overwrite?: boolean } = {},
  ): Promise<ObjectRecord> {
    return this.#relate(source, target, overwrite, record => [
      { ...target, record: { ...record, putTime: this.#clock() } },
    ]);
  }

  /**
   * Decides when an object ends.
   *
   * @param expiresAt - in milliseconds since the epoch; undefined for never
   * @throws ServiceError 404 when there is no such object
   */
  async setExpiry(name: ObjectName, expiresAt: number | undefined): Promise<void> {
    await this.#change([name], [], async ([existing]) => {
      const { expiresAt: _, ...record } = present(existing, name);
      return [{ ...name, record: expiresAt === undefined ? record : { ...record, expiresAt } }];
    });
  }

  /** @throws ServiceError 404 when there is no such object */
  async delete(bucket: string, key: string): Promise<void> {
    const name = { bucket, key };
    await this.#change([name], [], async ([existing]) => {
      present(existing, name);
      return [{ ...name, record: undefined }];
    });
  }

  /** Deletes what need not be kept any longer. Until then it is hidden, not gone. */
  async purge(): Promise<void> {
    for await (const name of this.#metadata.listExpired(this.#clock())) {
      // It may have been replaced meanwhile.
      await this.#change([name], [], async ([existing]) =>
        existing ? [] : [{ ...name, record: undefined }],
      );
    }
  }

  async #relate(
    source: ObjectName,
    target: ObjectName,
    overwrite: boolean,
    decide: (record: ObjectRecord) => Replacement[],
  ): Promise<ObjectRecord> {
    if (source.bucket === target.bucket && source.key === target.key) {
      throw new ServiceError(400, `source and target are the same object: ${source.key}`);
    }
    const [record] = await this.#change([source, target], [], async ([from, to]) => {
      const record = present(from, source);
      if (to && !overwrite) throw exists(target);
      return decide(record);
    });
    return present(record, target);
  }

  /**
   * Replaces objects in one step.
   *
   * @param names - the objects to hold; nobody else changes or opens them meanwhile
   * @param newBlobs - blobs to hold besides those that the objects consist of
   * @param decide - gets what there is, in the order of `names`, and tells what is to be of some of them
   * @returns the records decided on
   */
  async #change(
    names: readonly ObjectName[],
    newBlobs: readonly string[],
    decide: (existing: (ObjectRecord | undefined)[]) => Promise<Replacement[]>,
  ): Promise<(ObjectRecord | undefined)[]> {
    return this.#locks.run(names.map(objectLock), async () => {
      const stored = new Map<string, ObjectRecord | undefined>();
      for (const name of names) {
        stored.set(objectLock(name), await this.#metadata.getObject(name.bucket, name.key));
      }
      const records = [...stored.values()];
      const blobs = new Set([...newBlobs, ...records.flatMap(blobsOf)]);
      return this.#locks.run(blobs, async () => {
        const replacements = await decide(records.map(record => this.#unlessExpired(record)));
        await this.#commit(replacements.map(next => ({ ...next, previous: stored.get(objectLock(next)) })));
        return replacements.map(({ record }) => record);
      });
    });
  }

  async #commit(steps: readonly (Replacement & { previous: ObjectRecord | undefined })[]): Promise<void> {
    const added = new Map<string, number>();
    const count = (record: ObjectRecord | undefined, difference: number) => {
      for (const blob of blobsOf(record)) added.set(blob, (added.get(blob) ?? 0) + difference);
    };
    const changes: MetadataChange[] = [];
    for (const { bucket, key, record, previous } of steps) {
      count(record, 1);
      count(previous, -1);
      const now = this.#clock();
      // What has ended takes no room from then on, not from when it is deleted.
      const at = !record && previous?.expiresAt !== undefined ? Math.min(now, previous.expiresAt) : now;
      changes.push(
        record
          ? { type: 'put-object', bucket, key, record, previous, at }
          : { type: 'delete-object', bucket, key, previous, at },
      );
    }
    const changed = [...added].filter(([, difference]) => difference !== 0);
    const counts = await this.#metadata.countReferences(changed.map(([blob]) => blob));
    const orphans: string[] = [];
    for (const [index, [blob, difference]] of changed.entries()) {
      const references = (counts[index] ?? 0) + difference;
      changes.push({ type: 'set-references', blob, count: references });
      if (references > 0) continue;
      // A block that was merged lives as long as what it was merged into.
      changes.push({ type: 'delete-block', blob });
      orphans.push(blob);
    }
    if (changes.length > 0) await this.#metadata.commit(changes);
    for (const blob of orphans) await this.#blobs.delete(blob);
  }

  #unlessExpired(record: ObjectRecord | undefined): ObjectRecord | undefined {
    return record && !isExpired(record, this.#clock()) ? record : undefined;
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

function blobsOf(record: ObjectRecord | undefined): string[] {
  return (record?.parts ?? []).map(part => part.blob);
}

function present(record: ObjectRecord | undefined, { key }: ObjectName): ObjectRecord {
  if (!record) throw new ServiceError(404, `no such object: ${key}`);
  return record;
}

function exists({ key }: ObjectName): ServiceError {
  return new ServiceError(406, `the object exists: ${key}`);
}

/** Apart from blobs' own names, under which blobs are locked. */
function objectLock({ bucket, key }: ObjectName): string {
  return `${bucket}\0${key}`;
}
