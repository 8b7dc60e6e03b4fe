import { type CurveFSService, FileStatus, StatusCode } from '../../proto/nameserver2_pb.js';
import type { Handlers } from '../../rpc/service.js';
import { StatusFailure } from '../../rpc/status-failure.js';
import { type Mds, requireId, requireVolume } from '../mds.js';
import type { Change } from '../namespace.js';
import { isPrefix } from '../paths.js';
import { moved, recycled } from '../recycle.js';

/** RenameFile: a volume that is in the way goes to the recycle bin (protocol 5.3). */
export function renameFile(mds: Mds): Handlers<typeof CurveFSService> {
  const { namespace, access } = mds;

  return {
    renameFile: request =>
      mds.exclusive(async () => {
        const { oldFileName: from, newFileName: to } = request;
        const caller = mds.identify(request, from, to);
        const same = from === to;
        if (from === '/' || to === '/' || (!same && (isPrefix(from, to) || isPrefix(to, from)))) {
          throw new StatusFailure(StatusCode.kParaError);
        }
        if (!caller.isRoot) {
          access.file(from, caller);
          access.destination(to, caller);
        }
        if (same) throw new StatusFailure(StatusCode.kFileExists);
        const file = access.file(from, caller);
        requireId(file, request.oldFileID);
        requireVolume(file, StatusCode.kNotSupported);
        if (file.status === FileStatus.kFileDeleting) throw new StatusFailure(StatusCode.kFileUnderDeleting);
        mds.guard(file, from);
        const { parent, name, entry } = access.lookup(to, caller);
        const changes: Change[] = [{ put: moved(file, parent, name) }];
        if (entry) {
          requireId(entry, request.newFileID);
          requireVolume(entry, StatusCode.kFileExists);
          mds.guard(entry, to);
          changes.unshift({ put: recycled(entry, to, `${entry.name}-${entry.id}`) });
        }
        await namespace.commit(...changes);
        return { statusCode: StatusCode.kOK };
      }),
  };
}
