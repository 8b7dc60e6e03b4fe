import { type CurveFSService, FileStatus, FileType, StatusCode } from '../../proto/nameserver2_pb.js';
import type { Handlers } from '../../rpc/service.js';
import { StatusFailure } from '../../rpc/status-failure.js';
import { type Mds, requireId } from '../mds.js';
import { type FileRecord, recycleBinId } from '../records.js';
import { recycled } from '../recycle.js';

/** DeleteFile: volumes go to the recycle bin, from there for good; directories go at once. */
export function deleteFile(mds: Mds): Handlers<typeof CurveFSService> {
  const { namespace, access, cleaner } = mds;

  async function removeDirectory(directory: FileRecord): Promise<void> {
    if (namespace.list(directory).length > 0) throw new StatusFailure(StatusCode.kDirNotEmpty);
    await namespace.commit({ remove: directory });
  }

  /** Whether it was the source of clones that are all complete, or gone: of that the snapshot-clone service knows. */
  async function isReleasedSource(file: FileRecord, path: string): Promise<boolean> {
    if (file.status !== FileStatus.kFileBeingCloned || namespace.snapshotOf(file)) return false;
    if (!mds.cloneReferences) throw new StatusFailure(StatusCode.kSnapshotCloneServerNotInit);
    const { inUse, clones } = await mds.cloneReferences(path, file.owner).catch(() => {
      throw new StatusFailure(StatusCode.KInternalError);
    });
    const isThere = ({ File, Inode }: { File: string; Inode: number }) =>
      namespace.entryAt(File)?.id === Inode;
    return !inUse && !clones.some(isThere);
  }

  async function recycle(volume: FileRecord, path: string): Promise<void> {
    const seconds = Math.floor(mds.now() / 1_000_000);
    await namespace.commit({ put: recycled(volume, path, `${volume.name}-${volume.id}-${seconds}`) });
  }

  async function destroy(volume: FileRecord): Promise<void> {
    if (volume.parentId !== recycleBinId) throw new StatusFailure(StatusCode.kNotSupported);
    await namespace.commit({ put: { ...volume, status: FileStatus.kFileDeleting } });
    cleaner.wake();
  }

  return {
    deleteFile: request =>
      mds.exclusive(async () => {
        const { fileName, fileId, forceDelete } = request;
        const caller = mds.identify(request, fileName);
        if (fileName === '/' && caller.isRoot) throw new StatusFailure(StatusCode.kParaError);
        const file = access.strictFile(fileName, caller);
        requireId(file, fileId);
        if (file.type === FileType.INODE_DIRECTORY) await removeDirectory(file);
        else {
          if (!(await isReleasedSource(file, fileName))) mds.guard(file, fileName);
          if (file.status === FileStatus.kFileDeleting)
            throw new StatusFailure(StatusCode.kFileUnderDeleting);
          if (forceDelete) await destroy(file);
          else await recycle(file, fileName);
        }
        return { statusCode: StatusCode.kOK };
      }),
  };
}
