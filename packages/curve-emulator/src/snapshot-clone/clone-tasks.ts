import { ChunkOpStatus, ChunkOpType } from '../proto/chunk_pb.js';
import { CurveFSService, FileStatus, FileType, StatusCode } from '../proto/nameserver2_pb.js';
import type { ChunkPlace, ClusterCalls } from './cluster-calls.js';
import type { RecordBook } from './record-book.js';
import { Step, type TaskRecord, TaskStatus } from './records.js';
import { chunksIn, objectName } from './snapshot-tasks.js';

const fs = CurveFSService.method;
const { kOK, kFileExists, kFileNotExists, kSegmentNotAllocated, kFileUnderDeleting } = StatusCode;

/** Where volumes are until they are whole. */
const workshop = '/clone';
/** Bytes that are recovered at a time. */
const piece = 2 ** 20;

/** What is done one after the other: all of it, or until the volume can be used and later the rest. */
const whole = [Step.createCloneFile, Step.createCloneMeta, Step.createCloneChunk, Step.completeCloneMeta];
const order = {
  all: [...whole, Step.recoverChunk, Step.completeCloneFile, Step.changeOwner, Step.renameCloneFile],
  lazyOfSnapshot: [...whole, Step.changeOwner, Step.renameCloneFile],
  lazyOfVolume: [Step.createCloneFile, Step.completeCloneMeta, Step.changeOwner, Step.renameCloneFile],
  flatten: [Step.createCloneMeta, Step.createCloneChunk, Step.recoverChunk, Step.completeCloneFile],
} as const;

/** A chunk of a clone, and what it is of. */
interface CloneChunk {
  place: ChunkPlace;
  location: string;
  version: number;
}

/** What the tasks of clones work with. */
export interface CloneParts {
  book: RecordBook;
  calls: ClusterCalls;
  /** Milliseconds between two attempts of a copy that goes on by itself. */
  retryPause: number;
}

/** Makes clones and recoveries, completes lazy ones, and cleans up (curve-snapshot.md §4). */
export class CloneTasks {
  readonly #parts: CloneParts;
  readonly #running = new Map<string, Promise<void>>();

  constructor(parts: CloneParts) {
    this.#parts = parts;
  }

  /** Goes on with what was begun before this server. */
  async resume(): Promise<void> {
    const { book } = this.#parts;
    for (const task of book.tasks()) {
      if (isAtWork(task)) void this.begin(task.id);
      // As the real one, which forgets that these were being cleaned.
      else if (isBeingCleaned(task)) await book.putTask({ ...task, status: TaskStatus.error });
    }
  }

  /** Goes on with a task. The promise settles when it has ended, or can be used. */
  begin(id: string): Promise<void> {
    const work = (this.#running.get(id) ?? Promise.resolve()).then(() => this.#run(id));
    this.#running.set(id, work);
    return work;
  }

  /** Settles when nothing is under way. */
  async settled(): Promise<void> {
    await Promise.all(this.#running.values());
  }

  /** A volume that nobody needs as a source any more may be deleted again. */
  async release({ fromSnapshot, source }: TaskRecord): Promise<void> {
    const { book, calls } = this.#parts;
    if (fromSnapshot || book.tasks().some(task => task.source === source && needsSource(task))) return;
    const request = () => ({ fileName: source, fileStatus: FileStatus.kFileCreated, ...calls.root() });
    const accepted = [kOK, kFileNotExists, StatusCode.kCloneStatusNotMatch, StatusCode.kNotDirectory];
    await calls.mds(fs.setCloneFileStatus, request, accepted);
  }

  /** Removes the records of lazy clones that are gone. */
  async forgetGone(): Promise<void> {
    const { book, calls } = this.#parts;
    for (const task of book.tasks()) {
      if (task.status !== TaskStatus.metaInstalled) continue;
      const answer = await calls.look(fs.getFileInfo, { fileName: task.destination, ...calls.root() });
      if (answer === undefined || (answer.statusCode !== kOK && answer.statusCode !== kFileNotExists))
        continue;
      if (Number(answer.fileInfo?.id ?? -1n) === task.made?.id) continue;
      await book.removeTask(task.id);
      await this.release(task);
    }
  }

  async #run(id: string): Promise<void> {
    const { book, calls } = this.#parts;
    const task = book.task(id);
    if (task === undefined || calls.signal.aborted) return;
    try {
      if (isBeingCleaned(task)) await this.#clean(task);
      else if (isAtWork(task)) await this.#copy(task);
    } catch {
      // What cannot even be written down is left to the next server.
      if (!calls.signal.aborted) await this.#fail(id).catch(() => {});
    }
  }

  async #copy(task: TaskRecord): Promise<void> {
    const { book } = this.#parts;
    const steps = stepsOf(task);
    for (const step of steps.slice(steps.indexOf(task.next as never))) {
      await this.#put(task.id, { next: step });
      await this.#do(step, task.id);
    }
    const isUsable = steps === order.lazyOfSnapshot || steps === order.lazyOfVolume;
    const next = steps === order.lazyOfVolume ? Step.createCloneMeta : Step.recoverChunk;
    if (isUsable) await this.#put(task.id, { status: TaskStatus.metaInstalled, next, progress: 5 });
    else await this.#put(task.id, { status: TaskStatus.done, next: Step.end, progress: 100 });
    const ended = book.task(task.id);
    if (ended && !isUsable) await this.release(ended);
  }

  /** A copy to a volume that is in use goes on later; anything else has failed. */
  async #fail(id: string): Promise<void> {
    const { book, calls, retryPause } = this.#parts;
    const task = book.task(id);
    if (!task) return;
    const again = task.lazy && task.next >= Step.recoverChunk && stepsOf(task) === order.flatten;
    if (again && (await this.#isThere(task))) {
      await this.#put(id, { status: TaskStatus.retrying, progress: 0 });
      await calls.pause(retryPause).catch(() => {});
      if (calls.signal.aborted) return;
      await this.#put(id, { status: workOf(task) });
      return this.#run(id);
    }
    await this.#put(id, { status: TaskStatus.error, progress: 0 });
    await this.release({ ...task, status: TaskStatus.error }).catch(() => {});
  }

  async #isThere({ destination, made }: TaskRecord): Promise<boolean> {
    const { calls } = this.#parts;
    const answer = await calls.look(fs.getFileInfo, { fileName: destination, ...calls.root() });
    return (
      answer?.statusCode !== kFileNotExists &&
      (answer?.fileInfo === undefined || Number(answer.fileInfo.id) === made?.id)
    );
  }

  async #do(step: Step, id: string): Promise<void> {
    const task = this.#task(id);
    switch (step) {
      case Step.createCloneFile:
        return this.#makeFile(task);
      case Step.createCloneMeta:
        await this.#chunks(task, true);
        return this.#put(id, { progress: task.lazy ? task.progress : 1 });
      case Step.createCloneChunk:
        return this.#makeChunks(task);
      case Step.completeCloneMeta:
        return this.#setStatus(task, FileStatus.kFileCloneMetaInstalled);
      case Step.recoverChunk:
        return this.#recover(task);
      case Step.completeCloneFile:
        return this.#setStatus(task, FileStatus.kFileCloned);
      case Step.changeOwner:
        return this.#giveAway(task);
      case Step.renameCloneFile:
        return this.#moveIn(task);
    }
  }

  async #makeFile({ id, shape, sequence, fromSnapshot, source }: TaskRecord): Promise<void> {
    const { calls } = this.#parts;
    const mkdir = () => ({ fileName: workshop, fileType: FileType.INODE_DIRECTORY, ...calls.root() });
    await calls.mds(fs.createFile, mkdir, [kOK, kFileExists]);
    const fileName = `${workshop}/${id}`;
    const request = () => ({
      ...{ fileName, fileType: FileType.INODE_PAGEFILE, fileLength: BigInt(shape.length) },
      ...{ seq: BigInt(sequence), chunksize: shape.chunkSize, cloneSource: fromSnapshot ? '' : source },
      ...{ stripeUnit: BigInt(shape.stripeUnit), stripeCount: BigInt(shape.stripeCount) },
      ...{ poolset: shape.poolset, ...calls.root() },
    });
    await calls.mds(fs.createCloneFile, request, [kOK, kFileExists]);
    const { fileInfo } = await calls.mds(fs.getFileInfo, () => ({ fileName, ...calls.root() }));
    await this.#put(id, { made: { id: Number(fileInfo?.id), time: Number(fileInfo?.ctime) } });
  }

  /** The chunks of the clone that are of something, in segments that are allocated if need be. */
  async #chunks(task: TaskRecord, allocateIfNotExist: boolean): Promise<CloneChunk[]> {
    const { calls } = this.#parts;
    const { chunkSize, segmentSize } = task.shape;
    const origins = await this.#origins(task);
    const segments = new Set([...origins.keys()].map(at => Math.floor((at * chunkSize) / segmentSize)));
    const chunks: CloneChunk[] = [];
    for (const segment of segments) {
      const request = () => ({
        ...{ fileName: pathOf(task), offset: BigInt(segment * segmentSize), allocateIfNotExist },
        ...calls.root(),
      });
      const { pageFileSegment } = await calls.mds(fs.getOrAllocateSegment, request, [
        kOK,
        kSegmentNotAllocated,
      ]);
      const first = (segment * segmentSize) / chunkSize;
      for (const [at, { chunkID: chunkId, copysetID: copysetId }] of (
        pageFileSegment?.chunks ?? []
      ).entries()) {
        const origin = origins.get(first + at);
        const place = { logicPoolId: pageFileSegment?.logicalPoolID ?? 0, copysetId, chunkId };
        if (origin) chunks.push({ place, ...origin });
      }
    }
    return chunks;
  }

  /** By their places in the volume: the chunks of a snapshot, or all in the segments that the source has now. */
  async #origins(task: TaskRecord): Promise<Map<number, Omit<CloneChunk, 'place'>>> {
    const { book, calls } = this.#parts;
    const { shape, source } = task;
    if (task.fromSnapshot) {
      const taken = book.snapshot(source)?.taken;
      if (!taken) throw new Error(`no snapshot ${source}`);
      const chunks = chunksIn(book.index(source));
      return new Map(
        chunks.map(([at, version]) => [at, { location: `${objectName(taken, at, version)}@s3`, version }]),
      );
    }
    const origins = new Map<number, Omit<CloneChunk, 'place'>>();
    for (let offset = 0; offset < shape.length; offset += shape.segmentSize) {
      const request = () => ({
        ...{ fileName: source, offset: BigInt(offset), allocateIfNotExist: false, ...calls.root() },
      });
      const { statusCode } = await calls.mds(fs.getOrAllocateSegment, request, [kOK, kSegmentNotAllocated]);
      if (statusCode !== kOK) continue;
      for (let at = offset; at < offset + shape.segmentSize; at += shape.chunkSize)
        origins.set(at / shape.chunkSize, { location: `${source}:${at}@cs`, version: 1 });
    }
    return origins;
  }

  async #makeChunks(task: TaskRecord): Promise<void> {
    const { calls } = this.#parts;
    const isRecovery = task.kind === 'recover' && task.fromSnapshot;
    for (const { place, location, version } of await this.#chunks(task, false)) {
      const request = {
        ...{ opType: ChunkOpType.CHUNK_OP_CREATE_CLONE, ...place, size: task.shape.chunkSize, location },
        // Writes of a recovered volume have its new version, of which nothing is kept.
        ...{
          sn: BigInt(isRecovery ? version : task.sequence),
          correctedSn: BigInt(isRecovery ? task.sequence : 0),
        },
      };
      // Clients of a lazy clone make such chunks, too, by writing.
      const { SUCCESS, CHUNK_EXIST } = ChunkOpStatus;
      await calls.chunk('createCloneChunk', request, [SUCCESS, CHUNK_EXIST]);
    }
    await this.#put(task.id, { progress: task.lazy ? 5 : 2 });
  }

  async #recover(task: TaskRecord): Promise<void> {
    const { book, calls } = this.#parts;
    book.progress(task.id, 5);
    const { chunkSize } = task.shape;
    const chunks = await this.#chunks(task, false);
    for (const [done, { place }] of chunks.entries()) {
      for (let offset = 0; offset < chunkSize; offset += piece) {
        const size = Math.min(piece, chunkSize - offset);
        await calls.chunk('recoverChunk', { opType: ChunkOpType.CHUNK_OP_RECOVER, ...place, offset, size });
      }
      book.progress(task.id, 5 + Math.floor((90 * (done + 1)) / chunks.length));
    }
  }

  async #setStatus(task: TaskRecord, fileStatus: FileStatus): Promise<void> {
    const { calls } = this.#parts;
    const fileID = BigInt(task.made?.id ?? 0);
    await calls.mds(fs.setCloneFileStatus, () => ({
      fileName: pathOf(task),
      fileID,
      fileStatus,
      ...calls.root(),
    }));
  }

  async #giveAway(task: TaskRecord): Promise<void> {
    const { calls } = this.#parts;
    if (await this.#isIn(task)) return;
    const request = () => {
      const { owner: rootOwner, ...signed } = calls.root();
      return { fileName: `${workshop}/${task.id}`, newOwner: task.user, rootOwner, ...signed };
    };
    await calls.mds(fs.changeOwner, request);
  }

  async #moveIn(task: TaskRecord): Promise<void> {
    const { calls } = this.#parts;
    if (await this.#isIn(task)) return;
    const oldFileID = BigInt(task.made?.id ?? 0);
    const newFileID = task.kind === 'recover' ? BigInt(task.replaces) : oldFileID;
    await calls.mds(fs.renameFile, () => ({
      ...{ oldFileName: `${workshop}/${task.id}`, newFileName: task.destination, oldFileID, newFileID },
      ...calls.root(),
    }));
  }

  /** Whether the volume is at its destination already: the server may have ended before it noted that. */
  async #isIn({ destination, made }: TaskRecord): Promise<boolean> {
    const { calls } = this.#parts;
    const request = () => ({ fileName: destination, ...calls.root() });
    const accepted = [kOK, kFileNotExists, StatusCode.kNotDirectory];
    const { fileInfo } = await calls.mds(fs.getFileInfo, request, accepted);
    return made !== undefined && Number(fileInfo?.id ?? -1n) === made.id;
  }

  async #clean(task: TaskRecord): Promise<void> {
    const { book, calls } = this.#parts;
    if (task.status === TaskStatus.errorCleaning) {
      const request = () => ({ fileName: `${workshop}/${task.id}`, ...calls.root() });
      const accepted = [kOK, kFileNotExists, kFileUnderDeleting, StatusCode.kNotDirectory];
      await calls.mds(fs.deleteFile, request, accepted);
    } else await calls.step('CleanCloneTask', async () => ({ result: undefined }));
    await book.removeTask(task.id);
    await this.release(task);
  }

  #task(id: string): TaskRecord {
    const task = this.#parts.book.task(id);
    if (!task) throw new Error(`no task ${id}`);
    return task;
  }

  async #put(id: string, change: Partial<TaskRecord>): Promise<void> {
    await this.#parts.book.putTask({ ...this.#task(id), ...change });
  }
}

/** Where the volume is: a flatten has it at its destination. */
function pathOf(task: TaskRecord): string {
  return stepsOf(task) === order.flatten ? task.destination : `${workshop}/${task.id}`;
}

/** What a task does, by how far a lazy one has come. */
function stepsOf({ lazy, fromSnapshot, flattens }: TaskRecord) {
  if (flattens) return order.flatten;
  if (!lazy) return order.all;
  return fromSnapshot ? order.lazyOfSnapshot : order.lazyOfVolume;
}

/** The status of a task at work. */
export function workOf({ kind }: Pick<TaskRecord, 'kind'>): TaskStatus {
  return kind === 'clone' ? TaskStatus.cloning : TaskStatus.recovering;
}

/** Whether it goes on by itself. */
export function isAtWork({ status }: TaskRecord): boolean {
  return status === TaskStatus.cloning || status === TaskStatus.recovering || status === TaskStatus.retrying;
}

/** Whether its record is being removed. */
export function isBeingCleaned({ status }: TaskRecord): boolean {
  return status === TaskStatus.cleaning || status === TaskStatus.errorCleaning;
}

/** Whether its source must stay. */
export function needsSource(task: TaskRecord): boolean {
  return isAtWork(task) || task.status === TaskStatus.metaInstalled;
}
