import { ClassicLevel } from 'classic-level';
import { CurveEmulatorError } from '../errors.js';
import type { Durability } from './durability.js';

/** A change of one key; without value the key is removed. */
export interface KeyChange {
  key: string;
  value?: unknown;
}

/** JSON values under text keys, in LevelDB: `file/<id>`, `segment/<id>/<offset>`, `garbage/…`, `setting/<name>`. */
export class MetadataStore {
  readonly #database: ClassicLevel<string, unknown>;
  readonly #sync: boolean;

  private constructor(database: ClassicLevel<string, unknown>, durability: Durability) {
    this.#database = database;
    this.#sync = durability === 'sync';
  }

  /** @throws CurveEmulatorError `DATA_DIR_LOCKED`, `DATA_DIR_UNUSABLE` */
  static async open(folder: string, durability: Durability): Promise<MetadataStore> {
    const database = new ClassicLevel<string, unknown>(folder, { valueEncoding: 'json' });
    try {
      await database.open();
    } catch (error) {
      const cause = error instanceof Error ? error.cause : undefined;
      const locked = cause instanceof Error && 'code' in cause && cause.code === 'LEVEL_LOCKED';
      throw locked
        ? new CurveEmulatorError('DATA_DIR_LOCKED', `another emulator uses ${folder}`, { cause: error })
        : new CurveEmulatorError('DATA_DIR_UNUSABLE', `cannot keep data in ${folder}`, { cause: error });
    }
    return new MetadataStore(database, durability);
  }

  /** All that is under a prefix, by what follows it. */
  async *list(prefix: string): AsyncIterable<[string, unknown]> {
    for await (const [key, value] of this.#database.iterator({ gte: prefix, lt: `${prefix}\uffff` })) {
      yield [key.slice(prefix.length), value];
    }
  }

  async get(key: string): Promise<unknown> {
    return this.#database.get(key);
  }

  /** Makes all of the changes or none. When it returns they are as durable as they will be. */
  async commit(changes: readonly KeyChange[]): Promise<void> {
    const operations = changes.map(({ key, value }) =>
      value === undefined ? { type: 'del' as const, key } : { type: 'put' as const, key, value },
    );
    await this.#database.batch(operations, { sync: this.#sync });
  }

  async close(): Promise<void> {
    await this.#database.close();
  }
}
