export { managementToken } from './auth/management-token.js';
export { type Credentials, type SignatureAlgorithm, signature } from './auth/signature.js';
export type { TokenProvider, TokenRequest } from './auth/token-provider.js';
export { type PutPolicy, policyOf, uploadToken } from './auth/upload-token.js';
export type { CallOptions } from './call-options.js';
export { WcsClient } from './client.js';
export type { WcsClientOptions } from './client-options.js';
export { clientOptionsOf } from './config/client-options.js';
export {
  BOOLEAN_SETTINGS,
  isSettingName,
  parseBoolean,
  SETTING_DEFAULTS,
  type SettingName,
  type Settings,
} from './config/settings.js';
export {
  defaultConfigPath,
  formatConfig,
  parseConfig,
  readConfig,
  type WcsConfig,
  writeConfig,
} from './config/wcscfg.js';
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
export { encodeEntry, type ObjectReference } from './encoding.js';
export { WcsError, type WcsErrorCode, type WcsErrorDetails } from './errors.js';
export type { RetryOptions } from './http/retry.js';
export type { DeleteResult } from './objects/delete.js';
export {
  type ListedObject,
  type ListObjectsOptions,
  ObjectListing,
  type ObjectPage,
} from './objects/list.js';
export type { Bucket } from './objects/list-buckets.js';
export type { ObjectStat } from './objects/stat.js';
export type { Progress } from './progress.js';
export type { UploadOptions, UploadResult, UploadStart } from './upload/options.js';
export {
  FileUploadRecordStore,
  type FinishedBlock,
  type UploadRecord,
  type UploadRecordHeader,
  type UploadRecordStore,
} from './upload/record-store.js';
export type { FileIdentity, UploadSource } from './upload/source.js';
