import { type CurveFSService, FileType, StatusCode } from '../../proto/nameserver2_pb.js';
import type { Handlers } from '../../rpc/service.js';
import { StatusFailure } from '../../rpc/status-failure.js';
import { type Mds, requireVolume } from '../mds.js';
import { changedThrottle, extendedThrottle } from '../throttle.js';

/** ExtendFile, ChangeOwner, UpdateFileThrottleParams. */
export function changeFile(mds: Mds): Handlers<typeof CurveFSService> {
  const { namespace, access, limits } = mds;
  const done = { statusCode: StatusCode.kOK };

  return {
    extendFile: request =>
      mds.exclusive(async () => {
        const caller = mds.identify(request, request.fileName);
        const file = access.file(request.fileName, caller);
        requireVolume(file, StatusCode.kNotSupported);
        const length = Number(request.newSize);
        // Free space does not matter here (protocol 9, item 31).
        if (length > limits.maxLength) throw new StatusFailure(StatusCode.kFileLengthNotSupported);
        if (length < file.length) throw new StatusFailure(StatusCode.kShrinkBiggerFile);
        if (length === file.length) return done;
        if ((length - file.length) % file.segmentSize !== 0)
          throw new StatusFailure(StatusCode.kExtentUnitError);
        await namespace.commit({ put: { ...file, length, throttle: extendedThrottle(file, length) } });
        return done;
      }),

    changeOwner: request =>
      mds.exclusive(async () => {
        const { fileName, newOwner, rootOwner, signature, date } = request;
        const caller = mds.identify({ owner: rootOwner, signature, date }, fileName);
        if (!caller.isRoot) throw new StatusFailure(StatusCode.kOwnerAuthFail);
        const file = access.file(fileName, caller);
        if (file.owner === newOwner) return done;
        if (file.type === FileType.INODE_PAGEFILE) mds.guard(file, fileName);
        else if (namespace.list(file).length > 0) throw new StatusFailure(StatusCode.kDirNotEmpty);
        if (fileName === '/') return done;
        await namespace.commit({ put: { ...file, owner: newOwner } });
        return done;
      }),

    updateFileThrottleParams: request =>
      mds.exclusive(async () => {
        const caller = mds.identify(request, request.fileName);
        const file = access.file(request.fileName, caller);
        requireVolume(file, StatusCode.kNotSupported);
        const { throttleParams } = request;
        if (!throttleParams) throw new StatusFailure(StatusCode.kParaError);
        await namespace.commit({ put: { ...file, throttle: changedThrottle(file, throttleParams) } });
        return done;
      }),
  };
}
