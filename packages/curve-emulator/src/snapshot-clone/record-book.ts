import type { KeyChange, MetadataStore } from '../storage/metadata-store.js';
import { Mutex } from '../storage/mutex.js';
import type { SnapshotIndex, SnapshotRecord, TaskRecord } from './records.js';

/** All snapshots and tasks: in memory, and on disk before a change is acknowledged. */
export class RecordBook {
  readonly #store: MetadataStore;
  readonly #snapshots = new Map<string, SnapshotRecord>();
  readonly #indexes = new Map<string, SnapshotIndex>();
  readonly #tasks = new Map<string, TaskRecord>();
  readonly #writing = new Mutex();

  private constructor(store: MetadataStore) {
    this.#store = store;
  }

  static async load(store: MetadataStore): Promise<RecordBook> {
    const book = new RecordBook(store);
    for await (const [id, value] of store.list('snapshot/')) book.#snapshots.set(id, value as SnapshotRecord);
    for await (const [id, value] of store.list('snapshot-index/'))
      book.#indexes.set(id, value as SnapshotIndex);
    for await (const [id, value] of store.list('clone-task/')) book.#tasks.set(id, value as TaskRecord);
    return book;
  }

  snapshot(id: string): SnapshotRecord | undefined {
    return this.#snapshots.get(id);
  }

  task(id: string): TaskRecord | undefined {
    return this.#tasks.get(id);
  }

  /** All snapshots, in the order of their ids. */
  snapshots(): SnapshotRecord[] {
    return inOrder(this.#snapshots.values());
  }

  /** All tasks, in the order of their ids. */
  tasks(): TaskRecord[] {
    return inOrder(this.#tasks.values());
  }

  /** What a snapshot holds, as far as it is known. */
  index(id: string): SnapshotIndex {
    return this.#indexes.get(id) ?? {};
  }

  putSnapshot(record: SnapshotRecord): Promise<void> {
    this.#snapshots.set(record.id, record);
    return this.#commit({ key: `snapshot/${record.id}`, value: record });
  }

  putIndex(id: string, index: SnapshotIndex): Promise<void> {
    this.#indexes.set(id, index);
    return this.#commit({ key: `snapshot-index/${id}`, value: index });
  }

  removeSnapshot(id: string): Promise<void> {
    this.#snapshots.delete(id);
    this.#indexes.delete(id);
    return this.#commit({ key: `snapshot/${id}` }, { key: `snapshot-index/${id}` });
  }

  putTask(record: TaskRecord): Promise<void> {
    this.#tasks.set(record.id, record);
    return this.#commit({ key: `clone-task/${record.id}`, value: record });
  }

  removeTask(id: string): Promise<void> {
    this.#tasks.delete(id);
    return this.#commit({ key: `clone-task/${id}` });
  }

  /** Tells how far work has come: of no use after a restart. */
  progress(id: string, progress: number): void {
    const [snapshot, task] = [this.#snapshots.get(id), this.#tasks.get(id)];
    if (snapshot) this.#snapshots.set(id, { ...snapshot, progress });
    if (task) this.#tasks.set(id, { ...task, progress });
  }

  /** In the order of the changes, which are in force already: nobody decides by what was before. */
  #commit(...changes: KeyChange[]): Promise<void> {
    return this.#writing.run(() => this.#store.commit(changes));
  }
}

function inOrder<T extends { id: string }>(records: Iterable<T>): T[] {
  return [...records].sort((a, b) => (a.id < b.id ? -1 : 1));
}
