export type { CredentialsProvider } from './auth/credentials-source.js';
export { type DownloadUrlOptions, signDownloadUrl } from './auth/download-url.js';
export { managementToken } from './auth/management-token.js';
export {
  type PolicyTemplate,
  type PutPolicy,
  type PutPolicyMembers,
  type PutPolicyOptions,
  putPolicy,
  type Switch,
} from './auth/put-policy.js';
export { type PolicyStyle, serializePolicy } from './auth/serialize-policy.js';
export { type Credentials, type SignatureAlgorithm, signature } from './auth/signature.js';
export type { TokenProvider, TokenRequest } from './auth/token-provider.js';
export { policyOf, uploadToken } from './auth/upload-token.js';
export {
  type BucketStatOptions,
  type BucketStatResult,
  type BucketStorage,
  STORAGE_CLASSES,
  type StorageClass,
} from './buckets/bucket-stat.js';
export type {
  BucketCount,
  BucketCounter,
  BucketStatisticsOptions,
  BucketStatisticsResult,
} from './buckets/bucket-statistics.js';
export type { Buckets } from './buckets/buckets.js';
export type { DateRange, Day } from './buckets/date-range.js';
export type { Bucket } from './buckets/list-buckets.js';
export type { CallDefaults } from './call-defaults.js';
export type { CallOptions } from './call-options.js';
export {
  type CallbackHandlerOptions,
  createCallbackHandler,
  type UploadCallback,
} from './callbacks/callback-handler.js';
export { type JobNotification, parseNotification } from './callbacks/notification.js';
export {
  createNotificationHandler,
  type NotificationHandlerOptions,
} from './callbacks/notification-handler.js';
export type { ReceiverOptions, RequestHandler } from './callbacks/receive.js';
export { type SignedCallback, verifyCallback } from './callbacks/verify-callback.js';
export { WcsClient } from './client.js';
export type { WcsClientOptions } from './client-options.js';
export { callDefaultsOf } from './config/call-defaults.js';
export { clientOptionsOf } from './config/client-options.js';
export {
  applyEnvironment,
  type ConfigChoice,
  type ConfigPath,
  configPathOf,
  ENVIRONMENT_SETTINGS,
  type Environment,
  type EnvironmentSetting,
  loadConfig,
} from './config/environment.js';
export {
  BOOLEAN_SETTINGS,
  isSettingName,
  parseBoolean,
  parseInteger,
  SETTING_DEFAULTS,
  type SettingName,
  type Settings,
} from './config/settings.js';
export { throughLinks } from './config/through-links.js';
export {
  defaultConfigPath,
  formatConfig,
  parseConfig,
  readConfig,
  type WcsConfig,
  writeConfig,
} from './config/wcscfg.js';
export { isAbandonedPart } from './download/abandoned-parts.js';
export type {
  BufferDownloadOptions,
  BufferDownloadResult,
  DownloadByKey,
  DownloadByUrl,
  DownloadOptions,
  DownloadResult,
  DownloadSource,
  FileDownloadOptions,
  StreamDownloadOptions,
} from './download/options.js';
export { hasResumablePart } from './download/part-file.js';
export { encodeEntry, type ObjectReference } from './encoding.js';
export type { ObjectEntry, TargetEntry, TargetReference } from './entry.js';
export { WcsError, type WcsErrorCode, type WcsErrorDetails } from './errors.js';
export type { Fmgr } from './fmgr/fmgr.js';
export type {
  CompressItem,
  CopyItem,
  DeadlineItem,
  DeleteM3u8Item,
  DeletePrefixItem,
  FetchItem,
} from './fmgr/items.js';
export { FopsCommand, type FopsCommands } from './fops/command.js';
/** Builders of processing commands, for {@link Fops.execute} and the put policy's `persistentOps`. */
export * as fop from './fops/commands.js';
export type { ExecuteOptions, Fops } from './fops/fops.js';
export type { ExtraParameters, ParameterValue } from './fops/parameters.js';
export type { AnswerMembers } from './http/answer-members.js';
export type { ServiceAnswer } from './http/observed-sender.js';
export type { RetryOptions } from './http/retry.js';
export type {
  DetectedPerson,
  Detection,
  DetectionType,
  DetectOptions,
  DetectResult,
} from './images/detect.js';
export {
  type ImageMogr2UrlOptions,
  type ImageView2Options,
  type ImageWatermark,
  imageMogr2Url,
  imageView2Url,
  type TextWatermark,
  type WatermarkGravity,
  type WatermarkOptions,
  type WatermarkPlace,
  watermarkUrl,
} from './images/image-url.js';
export type { ExifInfo, ImageInfo, Images } from './images/images.js';
export type { Job, JobKind, WaitOptions } from './jobs/job.js';
export { JobError } from './jobs/job-error.js';
export type { JobItem, JobItemState, JobState, JobStatus } from './jobs/job-status.js';
export type { JobOptions } from './jobs/start-job.js';
export type { Live, LiveListOptions, LiveListResult } from './live/live.js';
export type { AvFormat, AvInfo, AvStream } from './media/av-info.js';
export type { Media } from './media/media.js';
export type { DeleteResult } from './objects/delete.js';
export type {
  DeleteKey,
  DeleteManyItem,
  DeleteManyOptions,
  DeleteManyResult,
} from './objects/delete-many.js';
export { type ListObjectsOptions, ObjectListing, type ObjectPage } from './objects/list.js';
export type { MoveOptions, MoveResult } from './objects/move-copy.js';
export type { ObjectCalls } from './objects/object-calls.js';
export type { PrefetchItem, PrefetchOptions, PrefetchResult } from './objects/prefetch.js';
export type { SetDeadlineOptions, SetDeadlineResult } from './objects/set-deadline.js';
export type { ListedObject, ObjectStat } from './objects/stat.js';
export type { RequestMetrics } from './observe/request-counters.js';
export type { WcsCallTrace, WcsRequestTrace } from './observe/traces.js';
export type { Progress } from './progress.js';
export type { AppendOptions, AppendResult, AppendTarget } from './upload/append.js';
export { Appender, type AppenderCallOptions } from './upload/appender.js';
export type {
  BlockCallOptions,
  MakeBlockOptions,
  MakeFileOptions,
  MakeFileResult,
  PutChunkOptions,
  PutChunkResult,
} from './upload/block-primitives.js';
export type { BrowserUpload, BrowserUploadOptions } from './upload/browser-upload.js';
export type { UploadManyProgress } from './upload/many-progress.js';
export type {
  FormPart,
  ObjectMembers,
  UploadFromUrlOptions,
  UploadOptions,
  UploadResult,
  UploadStart,
} from './upload/options.js';
export {
  FileUploadRecordStore,
  type FinishedBlock,
  type UploadQuery,
  type UploadRecord,
  type UploadRecordHeader,
  type UploadRecordStore,
} from './upload/record-store.js';
export type { FileIdentity, UploadSource } from './upload/source.js';
export {
  type FailedItem,
  type StoredItem,
  UploadBatch,
  type UploadItem,
  type UploadManyOptions,
  type UploadOutcome,
  type UploadSummary,
} from './upload/upload-many.js';
export type { UrlSourceOptions } from './upload/url-source.js';
