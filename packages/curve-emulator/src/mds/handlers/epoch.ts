import { type CurveFSService, StatusCode } from '../../proto/nameserver2_pb.js';
import type { Handlers } from '../../rpc/service.js';
import { failingWith, StatusFailure } from '../../rpc/status-failure.js';
import { fileInfo, unlookedAt } from '../file-info.js';
import { location } from '../location.js';
import type { Mds } from '../mds.js';

/** IncreaseFileEpoch: begins to fence (protocol 4.11). A directory can have an epoch, too. */
export function epoch(mds: Mds): Handlers<typeof CurveFSService> {
  return {
    increaseFileEpoch: request =>
      mds.exclusive(async () => {
        const caller = mds.identify(request, request.fileName);
        return failingWith(unlookedAt(caller), async () => {
          if (request.fileName === '/' && caller.isRoot) throw new StatusFailure(StatusCode.kParaError);
          const file = mds.access.file(request.fileName, caller);
          const fenced = { ...file, epoch: (file.epoch ?? 0) + 1 };
          await mds.namespace.commit({ put: fenced });
          const csLocs = mds.topology.chunkservers.map(location);
          return { statusCode: StatusCode.kOK, fileInfo: fileInfo(fenced), csLocs };
        });
      }),
  };
}
