import { ClassicLevel } from 'classic-level';
import { CommitQueue } from './commit-queue.js';
import type { Durability } from './durability.js';
import {
  blockKey,
  blockRange,
  bucketKey,
  bucketRange,
  countsKey,
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
  usageDayOf,
  usageKey,
  usageRange,
} from './level-keys.js';
import { LevelObjectCursor } from './level-object-cursor.js';
import type {
  BlockRecord,
  DayCounts,
  JobItemRecord,
  JobRecord,
  MetadataChange,
  MetadataStore,
  ObjectCursor,
  ObjectName,
  ObjectRecord,
  UsageRecord,
} from './metadata-store.js';
import { type UsageChange, UsageLedger } from './usage-ledger.js';

type Database = ClassicLevel<Buffer, unknown>;
type Operation = { type: 'put'; key: Buffer; value: unknown } | { type: 'del'; key: Buffer };

/** Metadata in LevelDB: JSON values under the keys of level-keys.ts. */
export class LevelMetadataStore implements MetadataStore {
  readonly #database: Database;
  readonly #sync: boolean;
  readonly #commits = new CommitQueue<MetadataChange>(changes => this.#write(changes));
  readonly #usage = new UsageLedger(bucket => this.#readLastUsage(bucket));

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

  async listUsage(bucket: string, lastDay: string): Promise<[string, UsageRecord][]> {
    const entries = await this.#database.iterator(usageRange(bucket, lastDay)).all();
    return entries.map(([key, usage]) => [usageDayOf(key), usage as UsageRecord]);
  }

  async getCounts(bucket: string, day: string): Promise<DayCounts> {
    return ((await this.#database.get(countsKey(bucket, day))) as DayCounts | undefined) ?? {};
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
    await this.#commits.add(changes);
  }

  async close(): Promise<void> {
    await this.#commits.idle();
    await this.#database.close();
  }

  async #write(changes: readonly MetadataChange[]): Promise<void> {
    try {
      const days = await this.#usage.apply(changes.flatMap(usageChange));
      const usage = days.map(({ bucket, day, usage: value }): Operation => {
        return { type: 'put', key: usageKey(bucket, day), value };
      });
      await this.#database.batch([...changes.flatMap(toOperations), ...usage], { sync: this.#sync });
    } catch (error) {
      this.#usage.reset();
      throw error;
    }
  }

  async #readLastUsage(bucket: string): Promise<{ day: string; usage: UsageRecord } | undefined> {
    const range = usageRange(bucket, '9');
    const [last] = await this.#database.iterator({ ...range, reverse: true, limit: 1 }).all();
    return last && { day: usageDayOf(last[0]), usage: last[1] as UsageRecord };
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
    case 'put-counts':
      return [{ type: 'put', key: countsKey(change.bucket, change.day), value: change.counts }];
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

function usageChange(change: MetadataChange): UsageChange[] {
  if (change.type !== 'put-object' && change.type !== 'delete-object') return [];
  const { bucket, at, previous } = change;
  const size = change.type === 'put-object' ? change.record.size : 0;
  const difference = size - (previous?.size ?? 0);
  return difference === 0 ? [] : [{ bucket, at, difference }];
}

function noteExpiry(name: ObjectName, { expiresAt }: ObjectRecord): Operation[] {
  return expiresAt === undefined ? [] : [{ type: 'put', key: expiryKey(expiresAt, name), value: 0 }];
}

function forgetExpiry(name: ObjectName, previous: ObjectRecord | undefined): Operation[] {
  return previous?.expiresAt === undefined ? [] : [{ type: 'del', key: expiryKey(previous.expiresAt, name) }];
}
