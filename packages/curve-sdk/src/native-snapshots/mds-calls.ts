// All that speaks protobuf, loaded by the first call that needs it.
import type { Course } from '../call-options.js';
import type { Connection } from '../client/connection.js';
import { CurveFSService, type PageFileSegment, type SnapshotFile } from '../cluster/proto/files_pb.js';
import { askMds } from '../cluster/rpc.js';
import { CurveError } from '../errors/curve-error.js';
import type { SegmentChunks } from './chunk-versions.js';
import type { Geometry } from './geometry.js';

export { changesSince } from './changes.js';
export { ChunkVersions } from './chunk-versions.js';

const { createSnapShot, listSnapShot, checkSnapShotStatus, deleteSnapShot, getSnapShotFileSegment } =
  CurveFSService.method;
const SIGNED = { dateField: 5, signatureField: 4 };

/** What the MDS knows of a snapshot. */
export interface SnapshotRecord {
  readonly path: string;
  readonly id: bigint;
  readonly volumeId: bigint;
  readonly seq: number;
  readonly createdAt: Date;
  readonly geometry: Geometry;
}

/** CreateSnapShot (curve-snapshot.md §5). */
export async function createRecord(
  connection: Connection,
  course: Course,
  path: string,
): Promise<SnapshotRecord> {
  const request = { fileName: path, owner: connection.user.owner };
  const fields = { dateField: 4, signatureField: 3 };
  const { snapShotFileInfo } = await askMds(connection, course, createSnapShot, request, fields);
  if (snapShotFileInfo === undefined) throw lacking(course);
  return record(path, snapShotFileInfo);
}

/** ListSnapShot: of all versions that a volume may have had, the MDS tells of those that it is asked for by number. */
export async function findRecord(
  connection: Connection,
  course: Course,
  path: string,
  seq: bigint,
): Promise<SnapshotRecord | undefined> {
  const request = { fileName: path, owner: connection.user.owner, seq: [seq] };
  const { fileInfo } = await askMds(connection, course, listSnapShot, request, SIGNED);
  const found = fileInfo.find(({ seqNum }) => seqNum === seq);
  return found && record(path, found);
}

/** GetSnapShotFileSegment. */
export async function findSegment(
  connection: Connection,
  course: Course,
  { path, seq, geometry }: SnapshotRecord,
  index: number,
): Promise<SegmentChunks | undefined> {
  const request = {
    ...{ fileName: path, owner: connection.user.owner, offset: BigInt(index) * BigInt(geometry.segmentSize) },
    ...{ allocateIfNotExist: false, seqNum: BigInt(seq) },
  };
  const fields = { dateField: 7, signatureField: 6 };
  try {
    const answer = await askMds(connection, course, getSnapShotFileSegment, request, fields);
    return chunksOf(answer.pageFileSegment, geometry, course);
  } catch (error) {
    if (error instanceof CurveError && error.status === 'kSegmentNotAllocated') return undefined;
    throw error;
  }
}

/** DeleteSnapShot; it has ended when {@link isThere} says no more. */
export async function beginDeletion(
  connection: Connection,
  course: Course,
  { path, seq }: SnapshotRecord,
): Promise<void> {
  const request = { fileName: path, owner: connection.user.owner, seq: [BigInt(seq)] };
  try {
    await askMds(connection, course, deleteSnapShot, request, SIGNED);
  } catch (error) {
    const status = error instanceof CurveError ? error.status : undefined;
    if (status !== 'kSnapshotDeleting' && status !== 'kSnapshotFileNotExists') throw error;
  }
}

/** CheckSnapShotStatus. */
export async function isThere(
  connection: Connection,
  course: Course,
  { path, seq }: SnapshotRecord,
): Promise<boolean> {
  const request = { fileName: path, owner: connection.user.owner, seq: [BigInt(seq)] };
  try {
    await askMds(connection, course, checkSnapShotStatus, request, SIGNED);
    return true;
  } catch (error) {
    if (error instanceof CurveError && error.status === 'kSnapshotFileNotExists') return false;
    throw error;
  }
}

function record(path: string, file: SnapshotFile): SnapshotRecord {
  const { id, parentId, seqNum, ctime, chunkSize, segmentSize } = file;
  const [unit, count] = [Number(file.stripeUnit), Number(file.stripeCount)];
  return {
    ...{ path, id, volumeId: parentId, seq: Number(seqNum) },
    createdAt: new Date(Number(ctime / 1000n)),
    geometry: {
      ...{ length: Number(file.length), chunkSize, segmentSize, blockSize: file.blocksize || 4096 },
      ...(unit > 0 && count > 1 && { stripe: { unit, count } }),
    },
  };
}

function chunksOf(
  segment: PageFileSegment | undefined,
  { chunkSize, segmentSize }: Geometry,
  course: Course,
): SegmentChunks {
  if (segment === undefined || segment.chunks.length !== segmentSize / chunkSize) throw lacking(course);
  const { logicalPoolID: logicalPoolId, chunks } = segment;
  return chunks.map(({ chunkID, copysetID }) => ({ chunkId: chunkID, copysetId: copysetID, logicalPoolId }));
}

function lacking({ operation, path }: Course): CurveError {
  const message = `${operation} ${path}: the answer of the MDS lacks what was asked for`;
  return new CurveError('FAILED', message, { operation, path });
}
