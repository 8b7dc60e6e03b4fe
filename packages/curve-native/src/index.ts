export type {
  CreateClient,
  NativeAllocatedSize,
  NativeCallOptions,
  NativeClient,
  NativeConfig,
  NativeCreateOptions,
  NativeError,
  NativeErrorKind,
  NativeFileInfo,
  NativeMountPoint,
  NativeOpenOptions,
  NativePoolset,
  NativeStatistics,
  NativeSyncOptions,
  NativeThrottle,
  NativeUser,
} from './native-binding.js';
export { createClient } from './native-client.js';
