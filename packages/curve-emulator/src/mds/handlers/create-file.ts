import { type CurveFSService, FileStatus, FileType, StatusCode } from '../../proto/nameserver2_pb.js';
import type { Handlers } from '../../rpc/service.js';
import { StatusFailure } from '../../rpc/status-failure.js';
import type { Mds } from '../mds.js';
import { defaultThrottle } from '../throttle.js';
import { checkLength, checkStripe } from '../volume-rules.js';

/** What a request says about a new volume. */
interface VolumeRequest {
  fileLength: bigint;
  stripeUnit: bigint;
  stripeCount: bigint;
  poolset: string;
}

/** CreateFile: volumes and directories. */
export function createFile(mds: Mds): Handlers<typeof CurveFSService> {
  const { namespace, access, limits } = mds;

  /** Poolset, length, space and stripe are looked at in this order, and before existence (protocol 9, item 30). */
  function volume(request: VolumeRequest) {
    const { poolsets } = mds.topology;
    const poolset = request.poolset === '' ? poolsets[0] : poolsets.find(one => one.name === request.poolset);
    if (!poolset) throw new StatusFailure(StatusCode.kPoolsetNotExist);
    const length = Number(request.fileLength);
    const [stripeUnit, stripeCount] = [Number(request.stripeUnit), Number(request.stripeCount)];
    checkLength(length, limits, mds.free(poolset.poolId));
    checkStripe(stripeUnit, stripeCount, limits);
    return { length, stripeUnit, stripeCount, poolset: poolset.name, throttle: defaultThrottle(length) };
  }

  const directory = { length: 0, stripeUnit: 0, stripeCount: 0, poolset: '' };

  return {
    createFile: request =>
      mds.exclusive(async () => {
        const { fileName, owner, fileType: type } = request;
        const caller = mds.identify(request, fileName);
        // Rights and the directories of the path come first, for the root user they come last.
        const checked = caller.isRoot ? undefined : access.place(fileName, caller);
        if (type !== FileType.INODE_PAGEFILE && type !== FileType.INODE_DIRECTORY) {
          throw new StatusFailure(StatusCode.kNotSupported);
        }
        const shape = type === FileType.INODE_PAGEFILE ? volume(request) : directory;
        const { parent, name, entry } = checked ?? access.place(fileName, caller);
        if (entry) throw new StatusFailure(StatusCode.kFileExists);
        const { id, changes } = mds.ids.inode();
        const { chunkSize, segmentSize, blockSize } = limits;
        const file = {
          ...{ id, parentId: parent.id, name, type, owner, ctime: mds.now(), seqNum: 1 },
          ...{ status: FileStatus.kFileCreated, chunkSize, segmentSize, blockSize },
          ...shape,
        };
        await namespace.commit({ put: file }, ...changes);
        return { statusCode: StatusCode.kOK };
      }),
  };
}
