import type { MetadataStore } from '../storage/metadata-store.js';

/** The epochs that a chunkserver knows, by inode id: writers with another one are fenced (protocol 4.10). */
export class EpochTable {
  readonly #store: MetadataStore;
  readonly #prefix: string;
  readonly #epochs = new Map<bigint, bigint>();

  private constructor(store: MetadataStore, prefix: string) {
    this.#store = store;
    this.#prefix = prefix;
  }

  static async load(store: MetadataStore, chunkserverId: number): Promise<EpochTable> {
    const table = new EpochTable(store, `epoch/${chunkserverId}/`);
    for await (const [fileId, epoch] of store.list(table.#prefix)) {
      table.#epochs.set(BigInt(fileId), BigInt(String(epoch)));
    }
    return table;
  }

  /** Whether a writer with this epoch is fenced: any other than the known one is, also a newer. */
  fences(fileId: bigint, epoch: bigint): boolean {
    const known = this.#epochs.get(fileId);
    return known !== undefined && known !== epoch;
  }

  /** Takes a new epoch. @returns false when a newer one is known */
  async update(fileId: bigint, epoch: bigint): Promise<boolean> {
    const known = this.#epochs.get(fileId);
    if (known !== undefined && epoch < known) return false;
    // In force at once, so that two updates at the same time cannot go back; on disk before it is acknowledged.
    this.#epochs.set(fileId, epoch);
    await this.#store.commit([{ key: `${this.#prefix}${fileId}`, value: String(epoch) }]);
    return true;
  }
}
