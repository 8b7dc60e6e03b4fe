import { FileStatus, FileType, StatusCode } from '../proto/nameserver2_pb.js';
import { StatusFailure } from '../rpc/status-failure.js';
import type { KeyChange, MetadataStore } from '../storage/metadata-store.js';
import { components } from './paths.js';
import { type FileRecord, recycleBinId, rootId, type SegmentRecord } from './records.js';

/** A change of the namespace; those committed together happen together. */
export type Change =
  | { put: FileRecord }
  | { remove: FileRecord }
  | { putSegment: SegmentRecord; fileId: number; offset: number }
  | { removeSegment: FileRecord; offset: number }
  | { putGarbage: SegmentRecord; key: string }
  | { removeGarbage: string }
  | { setting: string; value: unknown };

/** Where a path leads: its directory, its last component and, if there is one, the entry. */
export interface Place {
  parent: FileRecord;
  name: string;
  entry: FileRecord | undefined;
}

/** Files, directories and segments: all in memory, and on disk before a change is acknowledged. */
export class Namespace {
  readonly #store: MetadataStore;
  readonly #files = new Map<number, FileRecord>();
  readonly #children = new Map<number, Map<string, FileRecord>>();
  readonly #segments = new Map<number, Map<number, SegmentRecord>>();
  /** Segments that no volume has any more, whose chunks are still to be deleted. */
  readonly #garbage = new Map<string, SegmentRecord>();
  readonly root: FileRecord;

  private constructor(store: MetadataStore, root: FileRecord) {
    this.#store = store;
    this.root = root;
    this.#files.set(root.id, root);
  }

  static async load(store: MetadataStore, rootOwner: string): Promise<Namespace> {
    const namespace = new Namespace(store, rootDirectory(rootOwner));
    for await (const [, value] of store.list('file/')) namespace.#insert(value as FileRecord);
    for await (const [key, value] of store.list('segment/')) {
      const [fileId = '', offset = ''] = key.split('/');
      namespace.#segmentMap(Number(fileId)).set(Number(offset), value as SegmentRecord);
    }
    for await (const [key, value] of store.list('garbage/'))
      namespace.#garbage.set(key, value as SegmentRecord);
    return namespace;
  }

  byId(id: number): FileRecord | undefined {
    return this.#files.get(id);
  }

  files(): Iterable<FileRecord> {
    return this.#files.values();
  }

  /** The entries of a directory, by the bytes of their names. */
  list(directory: FileRecord): FileRecord[] {
    const entries = [...(this.#children.get(directory.id)?.values() ?? [])];
    return entries
      .map(entry => ({ entry, bytes: Buffer.from(entry.name) }))
      .sort((a, b) => Buffer.compare(a.bytes, b.bytes))
      .map(({ entry }) => entry);
  }

  /**
   * Follows a path. `visit` sees every directory below the root on the way.
   *
   * @throws StatusFailure kParaError, kFileNotExists, kNotDirectory
   */
  walk(path: string, visit: (directory: FileRecord) => void = () => {}): Place {
    return this.follow(components(path), visit);
  }

  /** What is at a path; undefined also where the path leads nowhere. */
  entryAt(path: string): FileRecord | undefined {
    try {
      return this.walk(path).entry;
    } catch (error) {
      if (error instanceof StatusFailure) return undefined;
      throw error;
    }
  }

  /** Like {@link walk}, by the components of a path. */
  follow(components: readonly string[], visit: (directory: FileRecord) => void = () => {}): Place {
    const names = [...components];
    const name = names.pop();
    if (name === undefined) return { parent: this.root, name: '/', entry: this.root };
    let parent = this.root;
    for (const component of names) {
      const next = this.#child(parent, component);
      if (!next) throw new StatusFailure(StatusCode.kFileNotExists);
      if (next.type !== FileType.INODE_DIRECTORY) throw new StatusFailure(StatusCode.kNotDirectory);
      visit(next);
      parent = next;
    }
    return { parent, name, entry: this.#child(parent, name) };
  }

  /** The snapshot that a volume has, or undefined. */
  snapshotOf(volume: FileRecord): FileRecord | undefined {
    const [snapshot] = this.#children.get(volume.id)?.values() ?? [];
    return snapshot;
  }

  #child(directory: FileRecord, name: string): FileRecord | undefined {
    return this.#children.get(directory.id)?.get(name);
  }

  segment(file: FileRecord, offset: number): SegmentRecord | undefined {
    return this.#segments.get(file.id)?.get(offset);
  }

  segments(file: FileRecord): [number, SegmentRecord][] {
    return [...(this.#segments.get(file.id) ?? [])];
  }

  garbage(): [string, SegmentRecord][] {
    return [...this.#garbage];
  }

  /** Bytes allocated in a pool; volumes in the recycle bin count. */
  allocatedIn(poolId: number): number {
    let total = 0;
    for (const [fileId, segments] of this.#segments) {
      const size = this.#files.get(fileId)?.segmentSize ?? 0;
      for (const segment of segments.values()) if (segment.poolId === poolId) total += size;
    }
    return total;
  }

  /**
   * Writes changes to disk, and makes them visible once they are there.
   *
   * @throws StatusFailure kStorageError, and nothing has changed
   */
  async commit(...changes: Change[]): Promise<void> {
    try {
      await this.#store.commit(changes.map(toKeyChange));
    } catch {
      throw new StatusFailure(StatusCode.kStorageError);
    }
    for (const change of changes) this.#apply(change);
  }

  #apply(change: Change): void {
    if ('put' in change) this.#insert(change.put);
    else if ('remove' in change) this.#delete(change.remove.id);
    else if ('putSegment' in change) this.#segmentMap(change.fileId).set(change.offset, change.putSegment);
    else if ('removeSegment' in change) this.#segments.get(change.removeSegment.id)?.delete(change.offset);
    else if ('putGarbage' in change) this.#garbage.set(change.key, change.putGarbage);
    else if ('removeGarbage' in change) this.#garbage.delete(change.removeGarbage);
  }

  #insert(file: FileRecord): void {
    this.#delete(file.id, true);
    this.#files.set(file.id, file);
    const siblings = this.#children.get(file.parentId) ?? new Map<string, FileRecord>();
    this.#children.set(file.parentId, siblings.set(file.name, file));
  }

  #delete(id: number, replaced = false): void {
    const old = this.#files.get(id);
    if (!old) return;
    const siblings = this.#children.get(old.parentId);
    // In a rename over another file the name may be the newcomer's already.
    if (siblings?.get(old.name)?.id === id) siblings.delete(old.name);
    this.#files.delete(id);
    if (!replaced) this.#segments.delete(id);
  }

  #segmentMap(fileId: number): Map<number, SegmentRecord> {
    const segments = this.#segments.get(fileId) ?? new Map<number, SegmentRecord>();
    this.#segments.set(fileId, segments);
    return segments;
  }
}

function toKeyChange(change: Change): KeyChange {
  if ('put' in change) return { key: `file/${change.put.id}`, value: change.put };
  if ('remove' in change) return { key: `file/${change.remove.id}` };
  if ('putSegment' in change)
    return { key: `segment/${change.fileId}/${change.offset}`, value: change.putSegment };
  if ('removeSegment' in change) return { key: `segment/${change.removeSegment.id}/${change.offset}` };
  if ('putGarbage' in change) return { key: `garbage/${change.key}`, value: change.putGarbage };
  if ('removeGarbage' in change) return { key: `garbage/${change.removeGarbage}` };
  return { key: `setting/${change.setting}`, value: change.value };
}

/** What the root directory and a new recycle bin have in common with every directory. */
const directory = {
  type: FileType.INODE_DIRECTORY,
  length: 0,
  seqNum: 1,
  status: FileStatus.kFileCreated,
  chunkSize: 0,
  segmentSize: 0,
  blockSize: 0,
  stripeUnit: 0,
  stripeCount: 0,
  poolset: '',
};

function rootDirectory(owner: string): FileRecord {
  return { ...directory, id: rootId, parentId: rootId, name: '/', owner, ctime: 0 };
}

/** The recycle bin as an MDS makes it when it starts; `ctime` in microseconds since the epoch. */
export function recycleBin(owner: string, name: string, ctime: number): FileRecord {
  return { ...directory, id: recycleBinId, parentId: rootId, name, owner, ctime };
}
