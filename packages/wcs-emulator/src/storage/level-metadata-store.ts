import { ClassicLevel } from 'classic-level';
import type { Durability } from './durability.js';
import {
  blockKey,
  blockRange,
  bucketKey,
  bucketRange,
  expiringObject,
  expiryKey,
  expiryRange,
  jobItemKey,
  jobItemRange,
  jobKey,
  jobRange,
  nameOf,
  objectKey,
  objectRange,
  referenceKey,
  settingKey,
} from './level-keys.js';
import { LevelObjectCursor } from './level-object-cursor.js';
import type {
  BlockRecord,
  JobItemRecord,
  JobRecord,
  MetadataChange,
  MetadataStore,
  ObjectCursor,
  ObjectName,
  ObjectRecord,
} from './metadata-store.js';

type Database = ClassicLevel<Buffer, unknown>;
type Operation = { type: 'put'; key: Buffer; value: unknown } | { type: 'del'; key: Buffer };

/** Metadata in LevelDB: JSON values under the keys of level-keys.ts. */
export class LevelMetadataStore implements MetadataStore {
  readonly #database: Database;
  readonly #sync: boolean;

  private constructor(database: Database, durability: Durability) {
    this.#database = database;
    this.#sync = durability === 'sync';
  }

  static async open(folder: string, durability: Durability): Promise<LevelMetadataStore> {
    const database: Database = new ClassicLevel(folder, { keyEncoding: 'buffer', valueEncoding: 'json' });
    await database.open();
    return new LevelMetadataStore(database, durability);
  }

  async hasBucket(bucket: string): Promise<boolean> {
    return this.#database.has(bucketKey(bucket));
  }

  async listBuckets(): Promise<string[]> {
    const keys = await this.#database.keys(bucketRange()).all();
    return keys.map(nameOf);
  }

  async getObject(bucket: string, key: string): Promise<ObjectRecord | undefined> {
    return (await this.#database.get(objectKey(bucket, key))) as ObjectRecord | undefined;
  }

  async getBlock(blob: string): Promise<BlockRecord | undefined> {
    return (await this.#database.get(blockKey(blob))) as BlockRecord | undefined;
  }

  async countReferences(blobs: readonly string[]): Promise<number[]> {
    const counts = await this.#database.getMany(blobs.map(referenceKey));
    return counts.map(count => (count as number | undefined) ?? 0);
  }

  openCursor(bucket: string, range: { prefix: string; after?: string | undefined }): ObjectCursor {
    const iterator = this.#database.iterator(objectRange(bucket, range));
    return new LevelObjectCursor(bucket, iterator);
  }

  async *listExpired(now: number): AsyncIterable<ObjectName> {
    for await (const key of this.#database.keys(expiryRange(now))) yield expiringObject(key);
  }

  async *listBlocks(): AsyncIterable<[string, BlockRecord]> {
    for await (const [key, record] of this.#database.iterator(blockRange())) {
      yield [nameOf(key), record as BlockRecord];
    }
  }

  async getJob(id: string): Promise<JobRecord | undefined> {
    return (await this.#database.get(jobKey(id))) as JobRecord | undefined;
  }

  async listJobItems(id: string): Promise<JobItemRecord[]> {
    return (await this.#database.values(jobItemRange(id)).all()) as JobItemRecord[];
  }

  async *listJobs(): AsyncIterable<[string, JobRecord]> {
    for await (const [key, record] of this.#database.iterator(jobRange())) {
      yield [nameOf(key), record as JobRecord];
    }
  }

  async getSetting(name: string): Promise<string | undefined> {
    return (await this.#database.get(settingKey(name))) as string | undefined;
  }

  async putSetting(name: string, value: string): Promise<void> {
    await this.#database.batch([{ type: 'put', key: settingKey(name), value }], { sync: this.#sync });
  }

  async commit(changes: MetadataChange[]): Promise<void> {
    await this.#database.batch(changes.flatMap(toOperations), { sync: this.#sync });
  }

  async close(): Promise<void> {
    await this.#database.close();
  }
}

function toOperations(change: MetadataChange): Operation[] {
  switch (change.type) {
    case 'put-bucket':
      return [{ type: 'put', key: bucketKey(change.bucket), value: {} }];
    case 'put-object':
      return [
        ...forgetExpiry(change, change.previous),
        { type: 'put', key: objectKey(change.bucket, change.key), value: change.record },
        ...noteExpiry(change, change.record),
      ];
    case 'delete-object':
      return [
        ...forgetExpiry(change, change.previous),
        { type: 'del', key: objectKey(change.bucket, change.key) },
      ];
    case 'put-block':
      return [{ type: 'put', key: blockKey(change.blob), value: change.record }];
    case 'delete-block':
      return [{ type: 'del', key: blockKey(change.blob) }];
    case 'put-job':
      return [{ type: 'put', key: jobKey(change.id), value: change.record }];
    case 'put-job-item':
      return [{ type: 'put', key: jobItemKey(change.id, change.index), value: change.item }];
    case 'delete-job':
      return [
        { type: 'del', key: jobKey(change.id) },
        ...Array.from({ length: change.items }, (_, index) => ({
          type: 'del' as const,
          key: jobItemKey(change.id, index),
        })),
      ];
    case 'set-references':
      return change.count > 0
        ? [{ type: 'put', key: referenceKey(change.blob), value: change.count }]
        : [{ type: 'del', key: referenceKey(change.blob) }];
  }
}

function noteExpiry(name: ObjectName, { expiresAt }: ObjectRecord): Operation[] {
  return expiresAt === undefined ? [] : [{ type: 'put', key: expiryKey(expiresAt, name), value: 0 }];
}

function forgetExpiry(name: ObjectName, previous: ObjectRecord | undefined): Operation[] {
  return previous?.expiresAt === undefined ? [] : [{ type: 'del', key: expiryKey(previous.expiresAt, name) }];
}
