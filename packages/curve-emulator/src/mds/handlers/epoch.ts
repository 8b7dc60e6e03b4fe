import { type CurveFSService, StatusCode } from '../../proto/nameserver2_pb.js';
import type { Handlers } from '../../rpc/service.js';
import { fileInfo } from '../file-info.js';
import { location } from '../location.js';
import { type Mds, requireVolume } from '../mds.js';

/** IncreaseFileEpoch: begins to fence (protocol 4.11). */
export function epoch(mds: Mds): Handlers<typeof CurveFSService> {
  return {
    increaseFileEpoch: request =>
      mds.exclusive(async () => {
        const file = mds.access.file(request.fileName, mds.identify(request, request.fileName));
        requireVolume(file, StatusCode.kNotSupported);
        const fenced = { ...file, epoch: (file.epoch ?? 0) + 1 };
        await mds.namespace.commit({ put: fenced });
        const csLocs = mds.topology.chunkservers.map(location);
        return { statusCode: StatusCode.kOK, fileInfo: fileInfo(fenced), csLocs };
      }),
  };
}
