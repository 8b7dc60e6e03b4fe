import type { ClassicLevel, Iterator as LevelIterator } from 'classic-level';
import { afterObjectPrefix, objectKeyOf } from './level-keys.js';
import type { ObjectCursor, ObjectEntry, ObjectRecord } from './metadata-store.js';

/** Walks the objects of one bucket over a LevelDB iterator. */
export class LevelObjectCursor implements ObjectCursor {
  readonly #bucket: string;
  readonly #iterator: LevelIterator<ClassicLevel<Buffer, unknown>, Buffer, unknown>;

  constructor(bucket: string, iterator: LevelIterator<ClassicLevel<Buffer, unknown>, Buffer, unknown>) {
    this.#bucket = bucket;
    this.#iterator = iterator;
  }

  async next(): Promise<ObjectEntry | undefined> {
    const entry = await this.#iterator.next();
    return entry && { key: objectKeyOf(this.#bucket, entry[0]), record: entry[1] as ObjectRecord };
  }

  skipPrefix(prefix: string): void {
    this.#iterator.seek(afterObjectPrefix(this.#bucket, prefix));
  }

  async close(): Promise<void> {
    await this.#iterator.close();
  }
}
