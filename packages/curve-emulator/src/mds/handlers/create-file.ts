import { type CurveFSService, FileStatus, FileType, StatusCode } from '../../proto/nameserver2_pb.js';
import type { Handlers } from '../../rpc/service.js';
import { StatusFailure } from '../../rpc/status-failure.js';
import type { Mds } from '../mds.js';
import { defaultThrottle } from '../throttle.js';
import { checkLength, checkStripe } from '../volume-rules.js';

/** What a request says about what is to be made. */
interface ShapeRequest {
  fileType: FileType;
  fileLength: bigint;
  stripeUnit: bigint;
  stripeCount: bigint;
  poolset: string;
}

/** CreateFile: volumes and directories. */
export function createFile(mds: Mds): Handlers<typeof CurveFSService> {
  const { namespace, access, limits, topology } = mds;

  /** Type, poolset, length, space and stripe are looked at in this order, and before existence (protocol 9, item 30). */
  function shapeOf(request: ShapeRequest) {
    const { fileType: type } = request;
    if (type !== FileType.INODE_PAGEFILE && type !== FileType.INODE_DIRECTORY)
      throw new StatusFailure(StatusCode.kNotSupported);
    const isVolume = type === FileType.INODE_PAGEFILE;
    const [standard] = topology.poolsets;
    const name = isVolume && request.poolset === '' ? standard?.name : request.poolset;
    const poolset = topology.poolsets.find(one => one.name === name);
    if (isVolume && !poolset) throw new StatusFailure(StatusCode.kPoolsetNotExist);
    const length = Number(request.fileLength);
    if (isVolume) checkLength(length, limits);
    // A directory is asked for its length, too: there is no room without a poolset.
    if (length > (poolset ? mds.free(poolset.poolId) : 0))
      throw new StatusFailure(StatusCode.kFileLengthNotSupported);
    const [stripeUnit, stripeCount] = [Number(request.stripeUnit), Number(request.stripeCount)];
    checkStripe(stripeUnit, stripeCount, limits);
    return {
      ...{ type, length, stripeUnit, stripeCount, poolset: name ?? '' },
      ...(isVolume && { throttle: defaultThrottle(length) }),
    };
  }

  return {
    createFile: request =>
      mds.exclusive(async () => {
        const { fileName, owner } = request;
        const caller = mds.identify(request, fileName);
        // Rights and the directories of the path come first, for the root user they come last.
        const checked = caller.isRoot ? undefined : access.place(fileName, caller);
        const shape = shapeOf(request);
        const { parent, name, entry } = checked ?? access.place(fileName, caller);
        if (entry) throw new StatusFailure(StatusCode.kFileExists);
        const { id, changes } = mds.ids.inode();
        const { chunkSize, segmentSize, blockSize } = limits;
        const file = {
          ...{ id, parentId: parent.id, name, owner, ctime: mds.now(), seqNum: 1 },
          ...{ status: FileStatus.kFileCreated, chunkSize, segmentSize, blockSize },
          ...shape,
        };
        await namespace.commit({ put: file }, ...changes);
        return { statusCode: StatusCode.kOK };
      }),
  };
}
