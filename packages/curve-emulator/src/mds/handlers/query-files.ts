import { type CurveFSService, FileType, StatusCode } from '../../proto/nameserver2_pb.js';
import type { Handlers } from '../../rpc/service.js';
import { failingWith, StatusFailure } from '../../rpc/status-failure.js';
import { fileInfo, unlookedAt } from '../file-info.js';
import type { Mds } from '../mds.js';
import { looseComponents } from '../paths.js';
import type { FileRecord } from '../records.js';

/** GetFileInfo, ListDir, GetFileSize, GetAllocatedSize, ListVolumesOnCopysets. */
export function queryFiles(mds: Mds): Handlers<typeof CurveFSService> {
  const { namespace, access } = mds;

  function* volumesUnder(file: FileRecord): Iterable<FileRecord> {
    if (file.type === FileType.INODE_PAGEFILE) yield file;
    else for (const entry of namespace.list(file)) yield* volumesUnder(entry);
  }

  /** Two calls name no caller, and take any text for a path. */
  function find(path: string): FileRecord {
    return requireEntry(() => namespace.follow(looseComponents(path)).entry, StatusCode.kFileNotExists);
  }

  /** The root user passes every check of rights: a missing directory is noticed by the listing itself. */
  function findForRoot(path: string): FileRecord {
    return requireEntry(() => namespace.walk(path).entry, StatusCode.kDirNotExist);
  }

  return {
    getFileInfo(request) {
      const caller = mds.identify(request, request.fileName);
      return failingWith(unlookedAt(caller), () => ({
        statusCode: StatusCode.kOK,
        fileInfo: fileInfo(access.file(request.fileName, caller)),
      }));
    },

    listDir(request) {
      const caller = mds.identify(request, request.fileName);
      const directory = caller.isRoot ? findForRoot(request.fileName) : access.file(request.fileName, caller);
      if (directory.type !== FileType.INODE_DIRECTORY) throw new StatusFailure(StatusCode.kNotDirectory);
      return { statusCode: StatusCode.kOK, fileInfo: namespace.list(directory).map(fileInfo) };
    },

    getFileSize({ fileName }) {
      const volumes = [...volumesUnder(find(fileName))];
      const total = volumes.reduce((sum, volume) => sum + volume.length, 0);
      return { statusCode: StatusCode.kOK, fileSize: BigInt(total) };
    },

    listVolumesOnCopysets({ copysets }) {
      const wanted = new Set(copysets.map(({ logicalPoolId, copysetId }) => `${logicalPoolId}-${copysetId}`));
      const lies = (volume: FileRecord) =>
        namespace
          .segments(volume)
          .some(([, { poolId, chunks }]) =>
            chunks.some(({ copysetId }) => wanted.has(`${poolId}-${copysetId}`)),
          );
      const found = [...volumesUnder(namespace.root)].filter(lies);
      return { statusCode: StatusCode.kOK, fileNames: found.map(({ name }) => name) };
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

/** @throws StatusFailure the given one where there is no entry, and where a volume is on the way to it */
function requireEntry(find: () => FileRecord | undefined, missing: StatusCode): FileRecord {
  let entry: FileRecord | undefined;
  try {
    entry = find();
  } catch (error) {
    if (!(error instanceof StatusFailure)) throw error;
  }
  if (!entry) throw new StatusFailure(missing);
  return entry;
}
