export type { NativeConfig as CurveConfig } from '@curve-wcs/curve-native';
export { CBDClient } from './cbd/cbd-client.js';
export { CBDError } from './cbd/cbd-error.js';
export {
  CBD_MAX_BUF_LEN,
  CBD_MAX_FILE_PATH_LEN,
  INODE_DIRECTORY,
  INODE_PAGEFILE,
  IO_ALIGNED_BLOCK_SIZE,
  LIBCURVE_OP,
  NAME_MAX_SIZE,
  PATH_MAX_SIZE,
} from './cbd/constants.js';
export { errorName, LIBCURVE_ERROR } from './cbd/error-codes.js';
export { LibCBD } from './cbd/lib-cbd.js';
export type { PromiseCalls } from './cbd/promise-calls.js';
export {
  type CreateContext,
  type CurveAioContext,
  type DirInfo,
  FileInfo_t,
  type Integer,
  type UserInfo,
  UserInfo_t,
} from './cbd/types.js';
