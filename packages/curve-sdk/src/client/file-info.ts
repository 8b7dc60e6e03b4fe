import type { NativeFileInfo, NativeThrottle } from '@curve-wcs/curve-native';

/** What is known of a volume or directory (curve-protocol.md §3.2, FileInfo). */
export interface FileInfo {
  /** Absolute path. */
  readonly path: string;
  /** Last part of the path. */
  readonly name: string;
  /** Inode id. */
  readonly id: bigint;
  /** Inode id of the directory it is in. */
  readonly parentId: bigint;
  /** What it is. */
  readonly kind: 'volume' | 'directory';
  /** Name of the owner. */
  readonly owner: string;
  /** Bytes; 0 for directories. */
  readonly length: number;
  /** When it was made, by the cluster's clock; for `/` the beginning of 1970. */
  readonly createdAt: Date;
  /** Bytes of a chunk, the unit of placement. */
  readonly chunkSize: number;
  /** Bytes of a segment, the unit of allocation and growth. */
  readonly segmentSize: number;
  /** Bytes that offsets and lengths of reads and writes are multiples of: 512 or 4096. */
  readonly blockSize: number;
  /** How it is striped, if it is. */
  readonly stripe?: Stripe;
  /** Name of its poolset. */
  readonly poolset: string;
  /** What it is going through. */
  readonly status: FileStatus;
  /** Raised by {@link Volume.increaseEpoch}; 0 before the first time. */
  readonly epoch: bigint;
  /** The limits of its use that the cluster set. */
  readonly throttles: readonly Throttle[];
}

/** How a volume is spread: units take turns on `count` chunks (curve-protocol.md §4.6). */
export interface Stripe {
  /** Bytes. */
  readonly unit: number;
  /** Chunks that take turns. */
  readonly count: number;
}

/** What a volume is going through; `created` is the usual one. */
export type FileStatus =
  | 'created'
  | 'deleting'
  | 'cloning'
  | 'cloneMetaInstalled'
  | 'cloned'
  | 'beingCloned'
  | 'unknown';

/** One limit of a volume's use; in force where `throttle.enable` is set (curve-protocol.md §4.14). */
export interface Throttle {
  /** What is limited: operations (`iops`) or bytes (`bps`), of reads, writes or both. */
  readonly kind: ThrottleKind;
  /** Operations or bytes per second; 0 is no limit. */
  readonly limit: number;
  /** Operations or bytes per second in a burst. */
  readonly burst: number;
  /** Seconds that a burst may last. */
  readonly burstSeconds: number;
}

/** What a {@link Throttle} limits. */
export type ThrottleKind =
  | 'iopsTotal'
  | 'iopsRead'
  | 'iopsWrite'
  | 'bpsTotal'
  | 'bpsRead'
  | 'bpsWrite'
  | 'unknown';

const STATUSES: readonly FileStatus[] = [
  'created',
  'deleting',
  'cloning',
  'cloneMetaInstalled',
  'cloned',
  'beingCloned',
];
const THROTTLES: readonly ThrottleKind[] = [
  'unknown',
  'iopsTotal',
  'iopsRead',
  'iopsWrite',
  'bpsTotal',
  'bpsRead',
  'bpsWrite',
];

/** What the MDS said, in friendlier terms. */
export function fileInfo(path: string, native: NativeFileInfo): FileInfo {
  return {
    path,
    name: native.fileName,
    id: native.id,
    parentId: native.parentId,
    kind: native.fileType === 0 ? 'directory' : 'volume',
    owner: native.owner,
    length: Number(native.length),
    createdAt: new Date(Number(native.ctime / 1000n)),
    chunkSize: native.chunkSize,
    segmentSize: native.segmentSize,
    blockSize: native.blocksize,
    ...(native.stripeUnit === 0n || native.stripeCount === 0n
      ? {}
      : { stripe: { unit: Number(native.stripeUnit), count: Number(native.stripeCount) } }),
    poolset: native.poolset,
    status: STATUSES[native.fileStatus] ?? 'unknown',
    epoch: native.epoch,
    throttles: native.throttle.map(throttle),
  };
}

function throttle({ type, limit, burst, burstLength }: NativeThrottle): Throttle {
  return {
    kind: THROTTLES[type] ?? 'unknown',
    limit: Number(limit),
    burst: Number(burst),
    burstSeconds: Number(burstLength),
  };
}

/** The path of an entry of a directory. */
export function pathIn(directory: string, name: string): string {
  return directory === '/' ? `/${name}` : `${directory}/${name}`;
}
