import type { DownloadUrlOptions } from './auth/download-url.js';
import type { PutPolicyMembers } from './auth/put-policy.js';
import type { BucketStatOptions } from './buckets/bucket-stat.js';
import type { BucketStatisticsOptions } from './buckets/bucket-statistics.js';
import type { CallOptions } from './call-options.js';
import type { WcsClientOptions } from './client-options.js';
import type {
  BufferDownloadOptions,
  DownloadByKey,
  DownloadByUrl,
  DownloadOptions,
  FileDownloadOptions,
} from './download/options.js';
import type { ObjectReference } from './encoding.js';
import type { ExecuteOptions } from './fops/fops.js';
import type { DetectOptions } from './images/detect.js';
import type { WaitOptions } from './jobs/job.js';
import type { JobOptions } from './jobs/start-job.js';
import type { LiveListOptions } from './live/live.js';
import type { DeleteManyOptions } from './objects/delete-many.js';
import type { ListObjectsOptions } from './objects/list.js';
import type { MoveOptions } from './objects/move-copy.js';
import type { PrefetchOptions } from './objects/prefetch.js';
import type { SetDeadlineOptions } from './objects/set-deadline.js';
import type { KnownOptions } from './public-call.js';
import type { AppendOptions } from './upload/append.js';
import type { AppenderCallOptions } from './upload/appender.js';
import type {
  BlockCallOptions,
  MakeBlockOptions,
  MakeFileOptions,
  PutChunkOptions,
} from './upload/block-primitives.js';
import type { BrowserUploadOptions } from './upload/browser-upload.js';
import type { UploadFromUrlOptions, UploadOptions } from './upload/options.js';
import type { UploadManyOptions } from './upload/upload-many.js';

// The types see to it that none is forgotten.

export const CALL: KnownOptions<CallOptions> = {
  signal: 'any',
  timeout: 'any',
  headers: 'object',
  retry: 'object',
};

export const REFERENCE: KnownOptions<ObjectReference & CallOptions> = { bucket: 'any', key: 'any', ...CALL };

export const SOURCE: KnownOptions<
  Omit<DownloadByKey & Omit<DownloadByUrl, 'bucket' | 'key'>, never> & CallOptions
> = {
  ...REFERENCE,
  url: 'any',
};

const MEMBERS = {
  mimeType: 'any',
  keepDays: 'any',
  variables: 'object',
  description: 'any',
  trafficLimit: 'any',
} as const;

const UPLOAD_MEMBERS = {
  ...MEMBERS,
  ...REFERENCE,
  overwrite: 'any',
  policy: 'object',
  token: 'any',
  formThreshold: 'any',
  blockSize: 'any',
  chunkSize: 'any',
  concurrency: 'any',
  verify: 'any',
  form: 'object',
  onProgress: 'function',
  onStart: 'function',
} as const;

export const UPLOAD: KnownOptions<UploadOptions> = {
  ...UPLOAD_MEMBERS,
  source: 'any',
  resume: 'any',
  uploadId: 'text',
};

export const UPLOAD_FROM_URL: KnownOptions<UploadFromUrlOptions> = {
  ...UPLOAD_MEMBERS,
  url: 'any',
  sourceHeaders: 'object',
  maxRedirects: 'any',
};

const BLOCK_CALL: KnownOptions<BlockCallOptions> = {
  ...REFERENCE,
  uploadId: 'text',
  overwrite: 'any',
  policy: 'object',
  token: 'any',
  trafficLimit: 'any',
};

export const MAKE_BLOCK: KnownOptions<MakeBlockOptions> = {
  ...BLOCK_CALL,
  blockSize: 'any',
  index: 'any',
  chunk: 'any',
};

export const PUT_CHUNK: KnownOptions<PutChunkOptions> = {
  ...BLOCK_CALL,
  ctx: 'any',
  offset: 'any',
  chunk: 'any',
};

export const MAKE_FILE: KnownOptions<MakeFileOptions> = {
  ...BLOCK_CALL,
  size: 'any',
  contexts: 'any',
  mimeType: 'any',
  keepDays: 'any',
  variables: 'object',
};

const { key: _key, onStart: _onStart, ...SHARED_MEMBERS } = UPLOAD_MEMBERS;

export const UPLOAD_MANY: KnownOptions<UploadManyOptions> = {
  ...SHARED_MEMBERS,
  items: 'any',
  resume: 'any',
  stopOnError: 'any',
};

export const APPENDER: KnownOptions<Omit<AppendOptions, 'source' | 'onProgress' | keyof CallOptions>> = {
  ...MEMBERS,
  bucket: 'any',
  key: 'any',
  policy: 'object',
  token: 'any',
  pieceSize: 'any',
  verify: 'any',
  position: 'any',
};

export const APPENDER_CALL: KnownOptions<AppenderCallOptions> = { ...CALL, onProgress: 'function' };

export const APPENDER_STREAM: KnownOptions<AppenderCallOptions & { batchSize?: number }> = {
  ...APPENDER_CALL,
  batchSize: 'any',
};

export const APPEND: KnownOptions<AppendOptions> = {
  ...APPENDER,
  ...CALL,
  source: 'any',
  onProgress: 'function',
};

export const DOWNLOAD_STREAM: KnownOptions<DownloadOptions> & typeof SOURCE = {
  ...SOURCE,
  start: 'any',
  end: 'any',
  etag: 'text',
  blockSize: 'any',
  verify: 'any',
  trafficLimit: 'any',
  onProgress: 'function',
};

export const DOWNLOAD: KnownOptions<FileDownloadOptions & Pick<BufferDownloadOptions, 'maxSize'>> &
  typeof SOURCE = {
  ...DOWNLOAD_STREAM,
  to: 'any',
  makeFolders: 'any',
  resume: 'any',
  concurrency: 'any',
  partSize: 'any',
  maxSize: 'any',
};

export const LIST: KnownOptions<ListObjectsOptions> = {
  ...CALL,
  prefix: 'text',
  mode: 'any',
  pageSize: 'any',
  marker: 'text',
  startTime: 'any',
  endTime: 'any',
};

export const JOB: KnownOptions<JobOptions> = { ...CALL, notifyUrl: 'any', force: 'any', separate: 'any' };

export const EXECUTE: KnownOptions<ExecuteOptions> = { ...JOB, ...REFERENCE, fops: 'any' };

export const WAIT: KnownOptions<WaitOptions> = { ...CALL, interval: 'any', onUpdate: 'function' };

export const MOVE: KnownOptions<MoveOptions> = { ...CALL, from: 'any', to: 'any' };

export const SET_DEADLINE: KnownOptions<SetDeadlineOptions> = { ...REFERENCE, days: 'any', relevance: 'any' };

export const PREFETCH: KnownOptions<PrefetchOptions> = { ...CALL, bucket: 'any', keys: 'any' };

export const DELETE_MANY: KnownOptions<DeleteManyOptions> = {
  ...CALL,
  bucket: 'any',
  keys: 'any',
  concurrency: 'any',
  onResult: 'function',
};

const DAYS = { startDate: 'any', endDate: 'any', details: 'any', bucket: 'any' } as const;

export const BUCKET_STAT: KnownOptions<BucketStatOptions> = { ...CALL, ...DAYS, storageClass: 'any' };

export const BUCKET_STATISTICS: KnownOptions<BucketStatisticsOptions> = { ...CALL, ...DAYS, type: 'any' };

export const DETECT: KnownOptions<DetectOptions> = { ...CALL, image: 'any', type: 'any', bucket: 'any' };

export const LIVE_LIST: KnownOptions<LiveListOptions> = {
  ...CALL,
  bucket: 'any',
  channel: 'any',
  startTime: 'any',
  endTime: 'any',
  start: 'any',
  limit: 'any',
};

export const DOWNLOAD_URL: KnownOptions<ObjectReference & DownloadUrlOptions> = {
  bucket: 'any',
  key: 'any',
  expiresIn: 'any',
  expires: 'any',
};

const POLICY: KnownOptions<PutPolicyMembers> = {
  saveKey: 'any',
  fsizeLimit: 'any',
  overwrite: 'any',
  returnUrl: 'any',
  returnBody: 'any',
  callbackUrl: 'any',
  callbackBody: 'any',
  persistentOps: 'any',
  persistentNotifyUrl: 'any',
  contentDetect: 'any',
  detectNotifyURL: 'any',
  detectNotifyRule: 'any',
  separate: 'any',
  instant: 'any',
  lastModifiedTime: 'any',
  hashAlgorithm: 'any',
};

const { fsizeLimit: _limit, ...PAGE_POLICY } = POLICY;

export const BROWSER_UPLOAD: KnownOptions<BrowserUploadOptions> = {
  ...PAGE_POLICY,
  bucket: 'any',
  key: 'any',
  maxSize: 'any',
  expiresIn: 'any',
};

export const CLIENT: KnownOptions<WcsClientOptions> = {
  accessKey: 'text',
  secretKey: 'text',
  credentials: 'function',
  signatureAlgorithm: 'any',
  uploadUrl: 'text',
  managementUrl: 'text',
  downloadUrl: 'text',
  https: 'any',
  verifyTls: 'any',
  retry: 'object',
  timeouts: 'object',
  tokenLifetime: 'any',
  blockSize: 'any',
  chunkSize: 'any',
  concurrency: 'any',
  trafficLimit: 'any',
  maxRate: 'any',
  lowestRate: 'any',
  defaults: 'any',
  recordFolder: 'text',
  proxy: 'any',
  proxyFromEnvironment: 'any',
  agent: 'object',
  userAgent: 'text',
  onAnswer: 'function',
};

export const CALL_DEFAULTS: KnownOptions<NonNullable<Exclude<WcsClientOptions['defaults'], false>>> = {
  policy: 'object',
  list: 'object',
  job: 'object',
};
