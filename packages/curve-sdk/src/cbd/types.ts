import type { NativeFileInfo } from '@curve-wcs/curve-native';

/** A number of bytes or an id: an integer from 0 up to 2^53 - 1 as `number`, up to 2^64 - 1 as `bigint`. */
export type Integer = number | bigint;

/** Who calls, as a plain object or a {@link UserInfo_t}. */
export interface UserInfo {
  /** Name of the owner. `root` may do everything, given its password. */
  readonly owner: string;
  /**
   * Only `root` needs one: it signs that user's calls (curve-protocol.md §4.4).
   *
   * @default ''
   */
  readonly password?: string | undefined;
}

/**
 * Who calls; the twin of `curvefs.UserInfo_t` (curve-protocol.md §5.1).
 *
 * @example
 * ```ts
 * import { UserInfo_t } from '@curve-wcs/curve-sdk';
 *
 * const user = new UserInfo_t('alice');
 * const root = new UserInfo_t('root', 'root_password');
 * console.log(user.owner, root.owner); // → alice root
 * ```
 */
export class UserInfo_t implements UserInfo {
  /** Name of the owner. */
  owner: string;
  /** Only `root` needs one. */
  password: string;

  constructor(owner = '', password = '') {
    this.owner = owner;
    this.password = password;
  }
}

/**
 * What is known of a volume or directory; StatFile fills one. The twin of `curvefs.FileInfo_t` (curve-protocol.md
 * §5.1), with the block size in addition.
 *
 * @example
 * ```ts
 * import { FileInfo_t, INODE_PAGEFILE } from '@curve-wcs/curve-sdk';
 *
 * const info = new FileInfo_t();
 * console.log(info.filetype === INODE_PAGEFILE, info.length); // → false 0
 * ```
 */
export class FileInfo_t {
  /** Inode id. */
  id = 0;
  /** Inode id of the directory it is in. */
  parentid = 0;
  /** {@link INODE_DIRECTORY} or {@link INODE_PAGEFILE}. */
  filetype = 0;
  /** Bytes; 0 for directories. */
  length = 0;
  /** Creation time in microseconds since 1970, by the cluster's clock. */
  ctime = 0;
  /** Last component of the path. */
  filename = '';
  /** Name of the owner. */
  owner = '';
  /** 0 created, 1 deleting, 2 cloning, 3 clone metadata installed, 4 cloned, 5 being cloned. */
  fileStatus = 0;
  /** Bytes; 0 if the volume is not striped. */
  stripeUnit = 0;
  /** 0 if the volume is not striped. */
  stripeCount = 0;
  /** Offsets and lengths of reads and writes are multiples of this: 512 or 4096 bytes. */
  blocksize = 4096;
}

/** What Create2 makes; the twin of `curvefs.CreateContext` (curve-protocol.md §5.1). */
export interface CreateContext {
  /** Absolute path. */
  readonly name: string;
  /** Bytes: 10 GiB to 20 TiB, a multiple of 1 GiB. */
  readonly length: Integer;
  /** Becomes the owner. */
  readonly user: UserInfo;
  /**
   * Name of the poolset.
   *
   * @default '' (the cluster chooses)
   */
  readonly poolset?: string | undefined;
  /**
   * Bytes.
   *
   * @default 0 (not striped)
   */
  readonly stripeUnit?: Integer | undefined;
  /** @default 0 (not striped) */
  readonly stripeCount?: Integer | undefined;
}

/** One asynchronous operation (curve-protocol.md §5.1). It and its buffer must stay as they are until the callback. */
export interface CurveAioContext {
  /** Bytes; a multiple of the block size. */
  readonly offset: Integer;
  /** Bytes; a multiple of the block size. With 0 nothing happens and the callback is not called. */
  readonly length: number;
  /** Where reads go and writes come from; at least `length` bytes. Discards need none. */
  readonly buf?: Uint8Array | undefined;
  /** Called once, from the event loop, when `ret` is set. */
  readonly cb?: ((context: CurveAioContext) => void) | undefined;
  /** {@link LIBCURVE_OP}; for the caller's own use, the calls do not look at it. */
  readonly op?: number | undefined;
  /** Set before the callback: `length`, for discards 0, or a negative code. */
  ret?: number | undefined;
}

/** An open directory: OpenDir gives one, Listdir fills it. */
export class DirInfo {
  /** Absolute path. */
  readonly dirPath: string;
  /** Who lists. */
  readonly userInfo: UserInfo;
  /** The entries in the order of their names' bytes, once Listdir returned 0; without status and stripe. */
  fileInfo: FileInfo_t[] = [];

  /** @internal */
  constructor(dirPath: string, userInfo: UserInfo) {
    this.dirPath = dirPath;
    this.userInfo = userInfo;
  }

  /** How many entries there are. */
  get dirSize(): number {
    return this.fileInfo.length;
  }
}

/** Writes what the cluster said into the caller's object. */
export function fillFileInfo(target: FileInfo_t, native: NativeFileInfo): void {
  fillEntry(target, native);
  target.fileStatus = native.fileStatus;
  target.stripeUnit = Number(native.stripeUnit);
  target.stripeCount = Number(native.stripeCount);
  target.blocksize = native.blocksize;
}

/** A directory's entry: libcurve leaves status and stripe unset there (curve-protocol.md §5.2, Listdir). */
export function entryOf(native: NativeFileInfo): FileInfo_t {
  const entry = new FileInfo_t();
  fillEntry(entry, native);
  return entry;
}

function fillEntry(target: FileInfo_t, native: NativeFileInfo): void {
  target.id = Number(native.id);
  target.parentid = Number(native.parentId);
  target.filetype = native.fileType;
  target.length = Number(native.length);
  target.ctime = Number(native.ctime);
  target.filename = native.fileName;
  target.owner = native.owner;
}
