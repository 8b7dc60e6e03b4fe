/** `filetype` of a directory. */
export const INODE_DIRECTORY = 0;
/** `filetype` of a volume. */
export const INODE_PAGEFILE = 1;

/** Bytes: what offsets and lengths are multiples of on most volumes. {@link FileInfo_t}.blocksize tells exactly. */
export const IO_ALIGNED_BLOCK_SIZE = 4096;
/** Declared by libcurve, and not enforced. */
export const PATH_MAX_SIZE = 4096;
/** Declared by libcurve, and not enforced. */
export const NAME_MAX_SIZE = 256;
/** Declared by libcurve, and not enforced. */
export const CBD_MAX_FILE_PATH_LEN = 1024;
/** Declared by libcurve, and not enforced: 32 MiB. */
export const CBD_MAX_BUF_LEN = 32 * 2 ** 20;

/** `op` of a {@link CurveAioContext}. */
export const LIBCURVE_OP = {
  /** AioRead */
  READ: 0,
  /** AioWrite */
  WRITE: 1,
  /** AioDiscard */
  DISCARD: 2,
} as const;
