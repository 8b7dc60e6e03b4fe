import type { FileStatus, FileType, ThrottleType } from '../proto/nameserver2_pb.js';

/** The quality of service that a volume is to have (protocol 3.2). */
export interface ThrottleRecord {
  type: ThrottleType;
  /** As text what JSON has no number for. */
  limit: number | string;
  burst?: number | string;
  /** In seconds. */
  burstLength?: number | string;
}

/** A volume or a directory. Sizes are bytes. Records never change: a changed one takes the place of the old. */
export interface FileRecord {
  id: number;
  parentId: number;
  /** The last component of the path. */
  name: string;
  type: FileType;
  owner: string;
  length: number;
  /** Microseconds since the epoch. */
  ctime: number;
  seqNum: number;
  status: FileStatus;
  chunkSize: number;
  segmentSize: number;
  blockSize: number;
  stripeUnit: number;
  stripeCount: number;
  poolset: string;
  throttle?: readonly ThrottleRecord[];
  /** Absent until the first IncreaseFileEpoch. */
  epoch?: number;
  /** Of a clone: the path of the volume that it is of, or nothing where that is a snapshot. */
  cloneSource?: string;
  /** Of a clone: how long what it is of was. */
  cloneLength?: number;
  /** The path it had, while it lies in the recycle bin. */
  originalPath?: string;
}

/** Where the chunks of an allocated segment are. */
export interface SegmentRecord {
  poolId: number;
  /** In the order of their addresses. */
  chunks: readonly { id: number; copysetId: number }[];
}

/** The inode ids that are always there (protocol 3.2). */
export const rootId = 0;
export const recycleBinId = 1;
export const recycleBinName = 'RecycleBin';
