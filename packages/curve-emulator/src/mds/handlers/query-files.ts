import { type CurveFSService, FileType, StatusCode } from '../../proto/nameserver2_pb.js';
import type { Handlers } from '../../rpc/service.js';
import { StatusFailure } from '../../rpc/status-failure.js';
import type { Caller } from '../auth.js';
import { fileInfo } from '../file-info.js';
import type { Mds } from '../mds.js';
import type { FileRecord } from '../records.js';

/** GetFileInfo, ListDir, GetFileSize, GetAllocatedSize. */
export function queryFiles(mds: Mds): Handlers<typeof CurveFSService> {
  const { namespace, access } = mds;

  function* volumesUnder(file: FileRecord): Iterable<FileRecord> {
    if (file.type === FileType.INODE_PAGEFILE) yield file;
    else for (const entry of namespace.list(file)) yield* volumesUnder(entry);
  }

  /** These two calls name no caller. */
  function find(path: string): FileRecord {
    const { entry } = namespace.walk(path);
    if (!entry) throw new StatusFailure(StatusCode.kFileNotExists);
    return entry;
  }

  /** The root user passes every check of rights: a missing directory is noticed by the listing itself. */
  function findForRoot(path: string, caller: Caller): FileRecord {
    const { entry } = access.lookup(path, caller);
    if (!entry) throw new StatusFailure(StatusCode.kDirNotExist);
    return entry;
  }

  return {
    getFileInfo(request) {
      const caller = mds.identify(request, request.fileName);
      try {
        return { statusCode: StatusCode.kOK, fileInfo: fileInfo(access.file(request.fileName, caller)) };
      } catch (error) {
        // The root user passes every check of rights and fails later, with an empty FileInfo in the answer.
        if (caller.isRoot && error instanceof StatusFailure)
          return { statusCode: error.status, fileInfo: {} };
        throw error;
      }
    },

    listDir(request) {
      const caller = mds.identify(request, request.fileName);
      const directory = caller.isRoot
        ? findForRoot(request.fileName, caller)
        : access.file(request.fileName, caller);
      if (directory.type !== FileType.INODE_DIRECTORY) throw new StatusFailure(StatusCode.kNotDirectory);
      return { statusCode: StatusCode.kOK, fileInfo: namespace.list(directory).map(fileInfo) };
    },

    getFileSize({ fileName }) {
      const volumes = [...volumesUnder(find(fileName))];
      const total = volumes.reduce((sum, volume) => sum + volume.length, 0);
      return { statusCode: StatusCode.kOK, fileSize: BigInt(total) };
    },

    getAllocatedSize({ fileName }) {
      const allocSizeMap: Record<number, bigint> = {};
      let allocatedSize = 0n;
      for (const volume of volumesUnder(find(fileName))) {
        for (const [, { poolId }] of namespace.segments(volume)) {
          const size = BigInt(volume.segmentSize);
          allocSizeMap[poolId] = (allocSizeMap[poolId] ?? 0n) + size;
          allocatedSize += size;
        }
      }
      return { statusCode: StatusCode.kOK, allocatedSize, allocSizeMap };
    },
  };
}
