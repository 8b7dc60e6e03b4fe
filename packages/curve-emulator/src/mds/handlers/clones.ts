import { isFieldSet } from '@bufbuild/protobuf';
import {
  CreateCloneFileRequestSchema,
  type CurveFSService,
  FileStatus,
  FileType,
  StatusCode,
} from '../../proto/nameserver2_pb.js';
import type { Handlers } from '../../rpc/service.js';
import { failingWith, StatusFailure } from '../../rpc/status-failure.js';
import { fileInfo, unlookedAt } from '../file-info.js';
import { type Mds, requireId, requireVolume } from '../mds.js';
import { components } from '../paths.js';
import { defaultThrottle } from '../throttle.js';
import { checkStripe } from '../volume-rules.js';

const { kFileCreated, kFileCloning, kFileCloneMetaInstalled, kFileCloned, kFileBeingCloned } = FileStatus;

/** To which states a volume may be set, by the one that it is in. */
const following = new Map<FileStatus, readonly FileStatus[]>([
  [kFileCreated, [kFileCreated, kFileBeingCloned]],
  [kFileCloning, [kFileCloning, kFileCloneMetaInstalled]],
  [kFileCloneMetaInstalled, [kFileCloneMetaInstalled, kFileCloned]],
  [kFileCloned, [kFileCloned, kFileBeingCloned]],
  [kFileBeingCloned, [kFileBeingCloned, kFileCreated, kFileCloned]],
]);

/** CreateCloneFile, SetCloneFileStatus (curve-snapshot.md §5). */
export function clones(mds: Mds): Handlers<typeof CurveFSService> {
  const { namespace, access, limits, topology } = mds;

  return {
    createCloneFile: request =>
      mds.exclusive(async () => {
        const { fileName, owner, cloneSource } = request;
        const caller = mds.identify(request, fileName);
        return failingWith(unlookedAt(caller), async () => {
          const [length, seqNum] = [Number(request.fileLength), Number(request.seq)];
          const [stripeUnit, stripeCount] = [Number(request.stripeUnit), Number(request.stripeCount)];
          const isVolume = request.fileType === FileType.INODE_PAGEFILE;
          if (!isVolume || length < limits.minLength || seqNum === 0)
            throw new StatusFailure(StatusCode.kParaError);
          checkStripe(stripeUnit, stripeCount, limits);
          const named = isFieldSet(request, CreateCloneFileRequestSchema.field.poolset);
          const wanted = named && request.poolset !== '' ? request.poolset : topology.poolsets[0]?.name;
          const poolset = topology.poolsets.find(({ name }) => name === wanted);
          if (!poolset) throw new StatusFailure(StatusCode.kPoolsetNotExist);
          if (fileName === '/') throw new StatusFailure(StatusCode.kCloneFileNameIllegal);
          const { parent, name, entry } = access.place(fileName, caller);
          if (entry) throw new StatusFailure(StatusCode.kFileExists);
          const { id, changes } = mds.ids.inode();
          const { segmentSize, blockSize } = limits;
          const clone = {
            ...{ id, parentId: parent.id, name, type: FileType.INODE_PAGEFILE, owner, length },
            ...{ ctime: mds.now(), seqNum, status: kFileCloning, chunkSize: request.chunksize },
            ...{ segmentSize, blockSize, stripeUnit, stripeCount, poolset: poolset.name },
            ...{ throttle: defaultThrottle(length), cloneSource, cloneLength: length },
          };
          await namespace.commit({ put: clone }, ...changes);
          return { statusCode: StatusCode.kOK, fileInfo: fileInfo(clone) };
        });
      }),

    // Whoever asks for it.
    setCloneFileStatus: ({ fileName, fileID, fileStatus: status }) =>
      mds.exclusive(async () => {
        components(fileName);
        const { entry: file } = namespace.walk(fileName);
        if (!file) throw new StatusFailure(StatusCode.kFileNotExists);
        requireId(file, fileID);
        requireVolume(file, StatusCode.kNotSupported);
        if (!following.get(file.status)?.includes(status))
          throw new StatusFailure(StatusCode.kCloneStatusNotMatch);
        await namespace.commit({ put: { ...file, status } });
        return { statusCode: StatusCode.kOK };
      }),
  };
}
