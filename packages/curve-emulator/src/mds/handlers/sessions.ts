import { isFieldSet } from '@bufbuild/protobuf';
import {
  CloseFileRequestSchema,
  type CurveFSService,
  FileStatus,
  ReFreshSessionRequestSchema,
  SessionStatus,
  StatusCode,
} from '../../proto/nameserver2_pb.js';
import type { Handlers } from '../../rpc/service.js';
import { failingWith, StatusFailure } from '../../rpc/status-failure.js';
import { fileInfo } from '../file-info.js';
import { type Mds, requireVolume } from '../mds.js';
import type { FileRecord } from '../records.js';

/** How long a lease is said to last, in microseconds (protocol 4.5). */
const leaseTime = 5_000_000;

/** OpenFile, CloseFile, RefreshSession, FindFileMountPoint, ListClient. */
export function sessions(mds: Mds): Handlers<typeof CurveFSService> {
  const { access, mounts, namespace } = mds;

  /** The segments that a lazy clone's source has at this moment. */
  function sourceOf({ status, cloneSource = '' }: FileRecord) {
    if (status !== FileStatus.kFileCloneMetaInstalled || cloneSource === '') return undefined;
    const { entry: source } = namespace.walk(cloneSource);
    if (!source) throw new StatusFailure(StatusCode.kFileNotExists);
    const offsets = namespace.segments(source).map(([offset]) => BigInt(offset));
    return { segmentSize: BigInt(source.segmentSize), allocatedSegmentOffset: offsets };
  }

  return {
    openFile(request) {
      const caller = mds.identify(request, request.fileName);
      const file = access.file(request.fileName, caller);
      requireVolume(file, StatusCode.kNotSupported);
      const cloneSourceSegment = sourceOf(file);
      mounts.told(request.fileName);
      const createTime = BigInt(mds.now());
      const sessionStatus = SessionStatus.kSessionOK;
      return {
        statusCode: StatusCode.kOK,
        protoSession: { sessionID: '', leaseTime, createTime, sessionStatus },
        fileInfo: fileInfo(file),
        ...(cloneSourceSegment && { cloneSourceSegment }),
      };
    },

    refreshSession(request, { peerAddress }) {
      const { fileName, sessionID } = request;
      return failingWith({ sessionID }, () => {
        // A directory is taken like a volume.
        const file = access.file(fileName, mds.identify(request, fileName));
        mounts.told(fileName);
        // Whoever does not say where it is, is known by its address alone (protocol 4.3).
        const named = isFieldSet(request, ReFreshSessionRequestSchema.field.clientIP);
        const { clientPort, clientVersion } = request;
        mounts.refresh(fileName, named ? request.clientIP : peerAddress, clientPort, clientVersion);
        return { statusCode: StatusCode.kOK, sessionID, fileInfo: fileInfo(file) };
      });
    },

    closeFile(request, { peerAddress }) {
      const { fileName } = request;
      const caller = mds.identify(request, fileName);
      access.file(fileName, caller);
      const named = isFieldSet(request, CloseFileRequestSchema.field.clientIP);
      mounts.remove(fileName, named ? request.clientIP : peerAddress, request.clientPort);
      return { statusCode: StatusCode.kOK };
    },

    findFileMountPoint({ fileName }) {
      // Nobody looks whether there is such a volume.
      const clientInfo = mounts.of(fileName);
      if (!clientInfo) throw new StatusFailure(StatusCode.kFileNotExists);
      return { statusCode: StatusCode.kOK, clientInfo };
    },

    listClient: () => ({ statusCode: StatusCode.kOK, clientInfos: mounts.clients() }),
  };
}
