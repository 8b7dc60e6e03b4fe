import { FileStatus, FileType } from '../proto/nameserver2_pb.js';
import type { ChunkStore } from '../storage/chunk-store.js';
import type { Mutex } from '../storage/mutex.js';
import type { Namespace } from './namespace.js';
import type { FileRecord, SegmentRecord } from './records.js';

/** Deletes in the background: the chunks of discarded segments, snapshots, and volumes that were force-deleted. */
export class Cleaner {
  readonly #namespace: Namespace;
  readonly #chunks: ChunkStore;
  readonly #mutex: Mutex;
  readonly #delay: number;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  #work: Promise<void> = Promise.resolve();

  /** `delay`: how many milliseconds pass before the work begins. */
  constructor(namespace: Namespace, chunks: ChunkStore, mutex: Mutex, delay: number) {
    this.#namespace = namespace;
    this.#chunks = chunks;
    this.#mutex = mutex;
    this.#delay = delay;
  }

  /** Tells that there is something to delete. */
  wake(): void {
    if (this.#closed) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#work = this.#mutex.run(() => this.#clean());
      this.#work.catch(() => this.wake());
    }, this.#delay).unref();
  }

  /** Ends the work; what is left will be done after the next start. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#work.catch(() => {});
  }

  async #clean(): Promise<void> {
    for (const [key, segment] of this.#namespace.garbage()) {
      this.#deleteChunks(segment);
      await this.#namespace.commit({ removeGarbage: key });
    }
    for (const file of [...this.#namespace.files()]) {
      if (file.status !== FileStatus.kFileDeleting) continue;
      if (file.type === FileType.INODE_SNAPSHOT_PAGEFILE) this.#endVersion(file);
      const segments = this.#namespace.segments(file);
      for (const [, segment] of segments) this.#deleteChunks(segment);
      const removed = segments.map(([offset]) => ({ removeSegment: file, offset }));
      await this.#namespace.commit(...removed, { remove: file });
    }
  }

  /** What chunks keep for a snapshot is not needed any more, nor what they would keep of before it. */
  #endVersion(snapshot: FileRecord): void {
    const volume = this.#namespace.byId(snapshot.parentId);
    if (!volume) return;
    for (const [, { poolId, chunks }] of this.#namespace.segments(volume))
      for (const { id, copysetId } of chunks)
        this.#chunks.find({ poolId, copysetId, chunkId: BigInt(id) })?.correct(BigInt(volume.seqNum));
  }

  #deleteChunks({ poolId, chunks }: SegmentRecord): void {
    for (const { id, copysetId } of chunks) this.#chunks.remove({ poolId, copysetId, chunkId: BigInt(id) });
  }
}
