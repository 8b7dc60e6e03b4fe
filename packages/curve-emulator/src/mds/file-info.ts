import type { MessageInitShape } from '@bufbuild/protobuf';
import { type FileInfoSchema, FileType } from '../proto/nameserver2_pb.js';
import type { Caller } from './auth.js';
import { type FileRecord, recycleBinId, rootId } from './records.js';
import { throttleParams } from './throttle.js';

/** What the MDS tells of a file; the root and the recycle bin have less (protocol 9, item 5). */
export function fileInfo(file: FileRecord): MessageInitShape<typeof FileInfoSchema> {
  const { type: fileType, owner, name: fileName } = file;
  const id = BigInt(file.id);
  if (file.id === rootId) return { id, fileName, fileType, owner };
  const parentId = BigInt(file.parentId);
  const ctime = BigInt(file.ctime);
  if (file.id === recycleBinId) return { id, fileName, parentId, fileType, owner, ctime };
  return {
    ...{ id, fileName, parentId, fileType, owner, ctime },
    chunkSize: file.chunkSize,
    segmentSize: file.segmentSize,
    length: BigInt(file.length),
    seqNum: BigInt(file.seqNum),
    fileStatus: file.status,
    stripeUnit: BigInt(file.stripeUnit),
    stripeCount: BigInt(file.stripeCount),
    poolset: file.poolset,
    // Clones tell no block size.
    ...(file.cloneSource === undefined
      ? { blocksize: file.blockSize }
      : { cloneSource: file.cloneSource, cloneLength: BigInt(file.cloneLength ?? 0) }),
    ...(file.originalPath !== undefined && { originalFullPathName: file.originalPath }),
    ...(file.epoch !== undefined && { epoch: BigInt(file.epoch) }),
    ...(fileType !== FileType.INODE_DIRECTORY && { throttleParams: throttleParams(file.throttle ?? []) }),
  };
}

/**
 * What an answer has in place of file info when a call fails: the root user passes every check of rights, so its calls
 * fail later than those of others, with an empty message.
 */
export function unlookedAt({ isRoot }: Caller): { fileInfo?: MessageInitShape<typeof FileInfoSchema> } {
  return isRoot ? { fileInfo: {} } : {};
}
