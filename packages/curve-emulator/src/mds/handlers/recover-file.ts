import { type CurveFSService, FileStatus, StatusCode } from '../../proto/nameserver2_pb.js';
import type { Handlers } from '../../rpc/service.js';
import { StatusFailure } from '../../rpc/status-failure.js';
import { type Caller, own } from '../auth.js';
import { type Mds, requireId } from '../mds.js';
import { components } from '../paths.js';
import { type FileRecord, recycleBinId } from '../records.js';
import { recovered } from '../recycle.js';

/** What a volume in these states is answered when it is to be recovered. */
const refused = new Map([
  [FileStatus.kFileDeleting, StatusCode.kFileUnderDeleting],
  [FileStatus.kFileCloneMetaInstalled, StatusCode.kRecoverFileCloneMetaInstalled],
  [FileStatus.kFileCloning, StatusCode.kRecoverFileError],
]);

/** RecoverFile: out of the recycle bin (protocol 5.3). */
export function recoverFile(mds: Mds): Handlers<typeof CurveFSService> {
  const { namespace, access } = mds;

  /** The entry with an id; else, of those that had the path, the one that was created last. */
  function choose(path: string, id: number): FileRecord {
    const bin = namespace.byId(recycleBinId);
    if (!bin) throw new StatusFailure(StatusCode.kDirNotExist);
    const byId = namespace.byId(id);
    if (id !== 0 && byId?.parentId === recycleBinId) return byId;
    let latest: FileRecord | undefined;
    for (const file of namespace.list(bin)) {
      if (file.originalPath === path && (!latest || isNewer(file, latest))) latest = file;
    }
    if (!latest) throw new StatusFailure(StatusCode.kFileNotExists);
    return latest;
  }

  /** The rights at the place where it was decide, wherever it is to go (protocol 9, item 36). */
  function requireRightsWhereItWas({ originalPath }: FileRecord, caller: Caller): void {
    if (originalPath === undefined) throw new StatusFailure(StatusCode.kOwnerAuthFail);
    access.destination(originalPath, caller);
  }

  return {
    recoverFile: request =>
      mds.exclusive(async () => {
        const { fileName, fileId } = request;
        // Whoever calls, the volume is looked for first.
        components(fileName);
        const file = choose(fileName, Number(fileId));
        const caller = mds.identify(request, fileName);
        own(file, caller);
        if (!caller.isRoot) requireRightsWhereItWas(file, caller);
        const { parent, name, entry } = namespace.walk(fileName);
        if (entry) throw new StatusFailure(StatusCode.kFileExists);
        requireId(file, fileId);
        const status = refused.get(file.status);
        if (status !== undefined) throw new StatusFailure(status);
        await namespace.commit({ put: recovered(file, parent, name) });
        return { statusCode: StatusCode.kOK };
      }),
  };
}

/** Whether it was made after the other one, also where the clock did not go on in between. */
function isNewer(one: FileRecord, other: FileRecord): boolean {
  return one.ctime > other.ctime || (one.ctime === other.ctime && one.id > other.id);
}
