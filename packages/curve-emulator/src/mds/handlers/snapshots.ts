import { isFieldSet } from '@bufbuild/protobuf';
import {
  type CurveFSService,
  FileStatus,
  FileType,
  GetOrAllocateSegmentRequestSchema,
  StatusCode,
} from '../../proto/nameserver2_pb.js';
import type { Handlers } from '../../rpc/service.js';
import { failingWith, StatusFailure } from '../../rpc/status-failure.js';
import type { Credentials } from '../auth.js';
import { fileInfo } from '../file-info.js';
import { type Mds, requireVolume } from '../mds.js';
import type { FileRecord } from '../records.js';
import { segmentAnswer, segmentOffset } from './segments.js';

/** Clients of older versions do not know of snapshots: a volume that one of them has open is not snapshot. */
const oldestClient = '0.0.5.3';

/** The one snapshot that a volume can have in the MDS while it is being transferred (curve-snapshot.md §5). */
export function snapshots(mds: Mds): Handlers<typeof CurveFSService> {
  const { namespace, access } = mds;

  function volume(request: Credentials & { fileName: string }): FileRecord {
    const file = access.file(request.fileName, mds.identify(request, request.fileName));
    requireVolume(file, StatusCode.kNotSupported);
    return file;
  }

  function snapshotOf(file: FileRecord, seq: bigint): FileRecord {
    const found = namespace.snapshotOf(file);
    if (!found || BigInt(found.seqNum) !== seq) throw new StatusFailure(StatusCode.kSnapshotFileNotExists);
    return found;
  }

  return {
    createSnapShot: request =>
      mds.exclusive(async () => {
        const { fileName } = request;
        const file = access.file(fileName, mds.identify(request, fileName));
        return failingWith({ snapShotFileInfo: {} }, async () => {
          requireVolume(file, StatusCode.kNotSupported);
          if (mds.warmsUp(10)) throw new StatusFailure(StatusCode.kSnapshotFrozen);
          if (mds.mounts.of(fileName)?.some(({ version }) => version < oldestClient))
            throw new StatusFailure(StatusCode.kClientVersionNotMatch);
          const there = namespace.snapshotOf(file);
          if (there) return { statusCode: StatusCode.kFileUnderSnapShot, snapShotFileInfo: fileInfo(there) };
          const { id, changes } = mds.ids.inode();
          const snapshot = {
            ...{ ...file, id, parentId: file.id, name: `${file.name}-${file.seqNum}`, ctime: mds.now() },
            ...{ type: FileType.INODE_SNAPSHOT_PAGEFILE, status: FileStatus.kFileCreated },
          };
          const newer = { ...file, seqNum: file.seqNum + 1 };
          await namespace.commit({ put: newer }, { put: snapshot }, ...changes);
          return { statusCode: StatusCode.kOK, snapShotFileInfo: fileInfo(snapshot) };
        });
      }),

    listSnapShot(request) {
      const there = namespace.snapshotOf(volume(request));
      // Who names no version is told of none.
      const wanted = there && request.seq.includes(BigInt(there.seqNum));
      return { statusCode: StatusCode.kOK, fileInfo: wanted ? [fileInfo(there)] : [] };
    },

    checkSnapShotStatus(request) {
      const { status: fileStatus } = snapshotOf(volume(request), request.seq);
      return { statusCode: StatusCode.kOK, fileStatus, progress: 0 };
    },

    deleteSnapShot: request =>
      mds.exclusive(async () => {
        const snapshot = snapshotOf(volume(request), request.seq);
        if (snapshot.status === FileStatus.kFileDeleting)
          throw new StatusFailure(StatusCode.kSnapshotDeleting);
        await namespace.commit({ put: { ...snapshot, status: FileStatus.kFileDeleting } });
        mds.cleaner.wake();
        return { statusCode: StatusCode.kOK };
      }),

    getSnapShotFileSegment(request) {
      const file = volume(request);
      if (!isFieldSet(request, GetOrAllocateSegmentRequestSchema.field.seqNum))
        throw new StatusFailure(StatusCode.kParaError);
      const offset = segmentOffset(snapshotOf(file, request.seqNum), request.offset);
      // The segments are the volume's, as they are now.
      const segment = namespace.segment(file, offset);
      if (!segment) throw new StatusFailure(StatusCode.kSegmentNotAllocated);
      return segmentAnswer(file, offset, segment);
    },
  };
}
