import { ChunkOpType } from '../proto/chunk_pb.js';
import { CurveFSService, type FileInfo, StatusCode } from '../proto/nameserver2_pb.js';
import type { ObjectStore } from '../storage/object-store.js';
import type { ChunkPlace, ClusterCalls } from './cluster-calls.js';
import type { RecordBook } from './record-book.js';
import { type SnapshotIndex, type SnapshotRecord, SnapshotStatus, type VolumeShape } from './records.js';

const fs = CurveFSService.method;

/** What the tasks of snapshots work with. */
export interface SnapshotParts {
  book: RecordBook;
  calls: ClusterCalls;
  objects: ObjectStore;
  /** Milliseconds until whoever has a volume open knows that it is under a snapshot. */
  noticedWithin: (path: string) => number;
}

type Taken = NonNullable<SnapshotRecord['taken']>;

/** Somebody cancelled it. */
class Cancelled extends Error {}

/** Makes snapshots and deletes them: one at a time of a volume, of several volumes side by side (curve-snapshot.md §3). */
export class SnapshotTasks {
  readonly #parts: SnapshotParts;
  /** What is to be done to a volume, by its path. */
  readonly #queues = new Map<string, Promise<void>>();
  readonly #running = new Set<string>();

  constructor(parts: SnapshotParts) {
    this.#parts = parts;
  }

  /** Goes on with what was begun before this server. */
  resume(): void {
    for (const { id, status } of this.#parts.book.snapshots())
      if (status !== SnapshotStatus.done && status !== SnapshotStatus.error) this.begin(id);
  }

  /** Does what the state of a record asks for, after what is to be done to the same volume before. */
  begin(id: string): void {
    const file = this.#parts.book.snapshot(id)?.file ?? '';
    const before = this.#queues.get(file) ?? Promise.resolve();
    this.#queues.set(
      file,
      before.then(() => this.#run(id)),
    );
  }

  /** Whether it is being done, rather than waiting. */
  runs(id: string): boolean {
    return this.#running.has(id);
  }

  /** Settles when nothing is under way. */
  async settled(): Promise<void> {
    await Promise.all(this.#queues.values());
  }

  async #run(id: string): Promise<void> {
    const { book, calls } = this.#parts;
    const record = book.snapshot(id);
    if (record === undefined || calls.signal.aborted) return;
    this.#running.add(id);
    try {
      if (record.status === SnapshotStatus.pending) await this.#make(record);
      else await this.#remove(id);
    } catch (error) {
      if (calls.signal.aborted) return;
      if (error instanceof Cancelled) await this.#remove(id).catch(() => this.#fail(id));
      else await this.#fail(id);
    } finally {
      this.#running.delete(id);
    }
  }

  async #fail(id: string): Promise<void> {
    const { book, calls } = this.#parts;
    const record = book.snapshot(id);
    if (record === undefined || calls.signal.aborted) return;
    // What cannot even be written down is left to the next server.
    await book.putSnapshot({ ...record, status: SnapshotStatus.error, progress: 0 }).catch(() => {});
  }

  async #make({ id, file }: SnapshotRecord): Promise<void> {
    const { book } = this.#parts;
    const isFailed = (other: SnapshotRecord) => other.file === file && other.status === SnapshotStatus.error;
    for (const failed of book.snapshots().filter(isFailed)) await this.#remove(failed.id);
    const taken = book.snapshot(id)?.taken ?? (await this.#take(id));
    if (!book.snapshot(id)?.stored) await this.#store(id, taken, file);
    await this.#endInMds(taken, file);
    this.#progress(id, 99);
    await book.putSnapshot({ ...this.#check(id), status: SnapshotStatus.done, progress: 100 });
  }

  async #store(id: string, taken: Taken, file: string): Promise<void> {
    const { book, calls } = this.#parts;
    // Clients write with the version that they know of; until all know the new one, chunks may still change.
    for (let left = this.#parts.noticedWithin(file); left > 0; left -= 50) {
      await calls.pause(Math.min(left, 50));
      this.#check(id);
    }
    this.#progress(id, 5);
    const places = await this.#chunksOf(id, taken);
    await book.putIndex(id, Object.fromEntries(places.map(([index, { version }]) => [index, version])));
    this.#progress(id, 10);
    for (const [done, [index, { place, version }]] of places.entries()) {
      await this.#keep(id, objectName(taken, index, version), place, version, taken.shape.chunkSize);
      this.#progress(id, 10 + Math.floor((89 * (done + 1)) / places.length));
    }
    await book.putSnapshot({ ...this.#check(id), stored: true });
  }

  async #take(id: string): Promise<Taken> {
    const { book, calls } = this.#parts;
    const { file: fileName } = this.#check(id);
    const accepted = [StatusCode.kOK, StatusCode.kFileUnderSnapShot];
    const request = () => ({ fileName, ...calls.root() });
    const { snapShotFileInfo: info } = await calls.mds(fs.createSnapShot, request, accepted);
    if (!info) throw new Error('an answer without the snapshot');
    const taken = {
      ...{ sequence: Number(info.seqNum), time: Number(info.ctime), volumeId: Number(info.parentId) },
      shape: shapeOf(info),
    };
    const record = book.snapshot(id);
    if (record) await book.putSnapshot({ ...record, taken });
    this.#check(id);
    return taken;
  }

  /** The chunks of the volume that have a version for this snapshot. */
  async #chunksOf(id: string, { sequence, shape }: Taken) {
    const { calls } = this.#parts;
    const { file: fileName } = this.#check(id);
    const found: [index: number, chunk: { place: ChunkPlace; version: number }][] = [];
    for (let offset = 0; offset < shape.length; offset += shape.segmentSize) {
      const request = () => ({
        ...{ fileName, offset: BigInt(offset), allocateIfNotExist: false, seqNum: BigInt(sequence) },
        ...calls.root(),
      });
      const accepted = [StatusCode.kOK, StatusCode.kSegmentNotAllocated];
      const { pageFileSegment: segment } = await calls.mds(fs.getSnapShotFileSegment, request, accepted);
      for (const [at, { chunkID: chunkId, copysetID: copysetId }] of (segment?.chunks ?? []).entries()) {
        const place = { logicPoolId: segment?.logicalPoolID ?? 0, copysetId, chunkId };
        const versions = await calls.versions(place);
        const version = Number(versions.at(-1) ?? 0n);
        // One that is newer was first written afterwards.
        if (version > 0 && version <= sequence)
          found.push([offset / shape.chunkSize + at, { place, version }]);
        this.#check(id);
      }
    }
    return found;
  }

  /** Stores a version of a chunk, unless an earlier snapshot has it already. */
  async #keep(id: string, name: string, place: ChunkPlace, version: number, size: number): Promise<void> {
    const { calls, objects } = this.#parts;
    const shared = this.#needs(name, id) && objects.read(name, 0, 1) !== undefined;
    if (!shared) {
      const request = {
        opType: ChunkOpType.CHUNK_OP_READ_SNAP,
        ...place,
        offset: 0,
        size,
        sn: BigInt(version),
      };
      const { bytes } = await calls.chunk('readChunkSnapshot', request);
      await calls.step('PutObject', async () => ({ result: objects.put(name, bytes) }));
    }
    this.#check(id);
  }

  /** Ends what the MDS has of it, and waits until it is gone. */
  async #endInMds({ sequence, volumeId }: Taken, fileName: string): Promise<void> {
    const { calls } = this.#parts;
    const request = () => ({ fileName, seq: BigInt(sequence), ...calls.root() });
    const { kOK, kFileNotExists, kSnapshotDeleting, kSnapshotFileNotExists, kNotDirectory } = StatusCode;
    const none = [kFileNotExists, kNotDirectory];
    const stat = () => ({ fileName, ...calls.root() });
    const { fileInfo } = await calls.mds(fs.getFileInfo, stat, [kOK, ...none]);
    // Another volume at the same path has snapshots of its own.
    if (Number(fileInfo?.id ?? -1n) !== volumeId) return;
    await calls.mds(fs.deleteSnapShot, request, [kOK, kSnapshotDeleting, kSnapshotFileNotExists, ...none]);
    for (;;) {
      const { statusCode } = await calls.mds(fs.checkSnapShotStatus, request, [
        ...[kOK, kSnapshotFileNotExists],
        ...none,
      ]);
      if (statusCode !== kOK) return;
      await calls.pause(20);
    }
  }

  /** Removes a snapshot with all that it has, finished or not. */
  async #remove(id: string): Promise<void> {
    const { book, calls, objects } = this.#parts;
    const record = book.snapshot(id);
    if (!record) return;
    const { taken, file, status } = record;
    this.#parts.book.progress(id, 10);
    // Of one that was done, the MDS has nothing any more.
    if (taken && status !== SnapshotStatus.deleting) await this.#endInMds(taken, file);
    const chunks = Object.entries(book.index(id));
    for (const [done, [index, version]] of chunks.entries()) {
      const name = taken && objectName(taken, Number(index), version);
      await calls.step('DeleteObject', async () => {
        if (name !== undefined && !this.#needs(name, id)) objects.remove(name);
        return { result: undefined };
      });
      book.progress(id, 10 + Math.floor((70 * (done + 1)) / chunks.length));
    }
    await book.removeSnapshot(id);
  }

  /** Whether another snapshot holds an object, too. */
  #needs(name: string, except: string): boolean {
    const { book } = this.#parts;
    return book.snapshots().some(({ id, taken }) => {
      if (id === except || taken === undefined) return false;
      const [volumeId, chunk = ''] = name.split('/');
      const [index, version] = chunk.split('-').map(Number);
      return String(taken.volumeId) === volumeId && book.index(id)[index ?? -1] === version;
    });
  }

  /** @throws Cancelled */
  #check(id: string): SnapshotRecord {
    const record = this.#parts.book.snapshot(id);
    if (record?.status !== SnapshotStatus.pending) throw new Cancelled();
    return record;
  }

  #progress(id: string, progress: number): void {
    this.#check(id);
    this.#parts.book.progress(id, progress);
  }
}

/** Where a snapshot's version of a chunk is stored. */
export function objectName({ volumeId }: Taken, index: number, version: number): string {
  return `${volumeId}/${index}-${version}`;
}

/** What an index names, by the chunks' places in the volume. */
export function chunksIn(index: SnapshotIndex): [index: number, version: number][] {
  return Object.entries(index).map(([at, version]) => [Number(at), version]);
}

/** What the MDS tells of a volume, or of a snapshot of it. */
export function shapeOf(info: FileInfo): VolumeShape {
  return {
    ...{ length: Number(info.length), chunkSize: info.chunkSize, segmentSize: info.segmentSize },
    ...{ stripeUnit: Number(info.stripeUnit), stripeCount: Number(info.stripeCount), poolset: info.poolset },
  };
}
