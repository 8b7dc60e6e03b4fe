export type { AddonLoadError } from './addon/addon-load-error.js';
export type { AddonProblem, AddonProblemCode } from './addon/addon-problem.js';
export type {
  CreateClient,
  NativeAllocatedSize,
  NativeCallOptions,
  NativeChunk,
  NativeChunkserver,
  NativeClient,
  NativeConfig,
  NativeCopyset,
  NativeCreateOptions,
  NativeError,
  NativeErrorKind,
  NativeFileInfo,
  NativeMountPoint,
  NativeOpenOptions,
  NativePoolset,
  NativeSegment,
  NativeStatistics,
  NativeSyncOptions,
  NativeThrottle,
  NativeUnaryAnswer,
  NativeUnaryCall,
  NativeUser,
  NativeWait,
} from './native-binding.js';
export { createClient } from './native-client.js';
