export type { NativeConfig as CurveConfig } from '@curve-wcs/curve-native';
export type { CallOptions } from './call-options.js';
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
export { CurveClient } from './client/curve-client.js';
export type { FileInfo, FileStatus, Stripe, Throttle, ThrottleKind } from './client/file-info.js';
export type {
  ConnectOptions,
  CreateVolumeOptions,
  CurveUser,
  MkdirOptions,
  MountPoint,
  NamedUser,
  OpenOptions,
  Poolset,
  Usage,
} from './client/options.js';
export type { Chunk, Chunkserver, Segment } from './client/segments.js';
export type { ClientStats, ClusterWait, CopysetName, LatencyStats } from './client/stats.js';
export type { RestoreOptions, Trash, TrashEntry } from './client/trash.js';
export type { ClusterClient } from './cluster/calls.js';
export type { ClusterChunkserver } from './cluster/chunkservers.js';
export type { Cluster, ClusterCallOptions, CopysetsOptions } from './cluster/cluster.js';
export type { CopysetHealth, CopysetProblem } from './cluster/copyset-health.js';
export type { Member, MemberOptions } from './cluster/members.js';
export type { ClusterSpace, PoolSpace, Space } from './cluster/space.js';
export type { ClusterReason, ClusterStatus, StatusOptions } from './cluster/status.js';
export type { BurstLimit, Limit, VolumeLimits } from './cluster/throttle.js';
export type {
  ChunkserverDisk,
  ClusterPart,
  PhysicalPool,
  Pool,
  RegisteredChunkserver,
  Server,
  Zone,
} from './cluster/topology.js';
export { CurveError, type CurveErrorCode } from './errors/curve-error.js';
export type { ImageSource } from './image/image-source.js';
export type {
  ExportOptions,
  ImageOptions,
  ImageProgress,
  ImageResult,
  ImportOptions,
} from './image/options.js';
export type { NativeSnapshot } from './native-snapshots/native-snapshot.js';
export type { CreateNativeSnapshotOptions, NativeSnapshots } from './native-snapshots/native-snapshots.js';
export type { ChangedRange, ChangesOptions } from './native-snapshots/since.js';
export type { CurveCallTrace } from './observe/observed-call.js';
export type { OperationMetrics } from './observe/operation-counters.js';
export type { CloneReference, CloneReferences } from './snapshots/clone-references.js';
export type {
  CloneKind,
  CloneSourceKind,
  CloneStatus,
  CloneStep,
  CloneTask,
} from './snapshots/clone-task.js';
export type {
  CloneOptions,
  CreateSnapshotOptions,
  ListSnapshotsOptions,
  RecoverOptions,
  TasksOptions,
} from './snapshots/options.js';
export type { Snapshot, SnapshotStatus } from './snapshots/snapshot.js';
export type { SnapshotTask, TaskWaitOptions } from './snapshots/snapshot-task.js';
export type { Snapshots } from './snapshots/snapshots.js';
export type { Extent, ExtentOptions } from './volume/extents.js';
export type {
  DiscardOptions,
  RangeOptions,
  ReadIntoOptions,
  ReadNewOptions,
  ReadResult,
  ReadVectorResult,
  VectorOptions,
  WriteOptions,
  WriteResult,
} from './volume/options.js';
export type { BytesRead, BytesWritten, ReadStreamOptions, StreamOptions } from './volume/stream-options.js';
export type { ReadModifyWrite } from './volume/vector.js';
export { Volume } from './volume/volume.js';
