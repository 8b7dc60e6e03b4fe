import { BLOCK_SIZE } from '@curve-wcs/etag';
import { mergePolicy } from '../auth/merge-policy.js';
import { isVariableName } from '../auth/policy-template.js';
import { type PutPolicy, type PutPolicyMembers, policyMembers } from '../auth/put-policy.js';
import type { TokenProvider } from '../auth/token-provider.js';
import type { CallOptions } from '../call-options.js';
import { checkBucket, checkKey } from '../encoding.js';
import { invalidArgument, WcsError } from '../errors.js';
import { wholeNumber } from '../number-options.js';
import type { Progress } from '../progress.js';
import type { FinishedBlock, UploadRecordStore } from './record-store.js';
import { type UploadSource, wrongSource } from './source.js';
import type { UrlSourceOptions } from './url-source.js';

/** How the file's part of a form is labelled. */
export interface FormPart {
  /** Its file name: `$(fname)` in templates. Default: the name of the file that is uploaded, else of the key. */
  fileName?: string | undefined;
  /** Its content type, by which the service may go where there is no `mimeType`. Default `application/octet-stream`. */
  contentType?: string | undefined;
}

/** What is stored with an object, and how fast the service takes it. */
export interface ObjectMembers {
  /** Stored content type. Default: the service guesses. */
  mimeType?: string | undefined;
  /** Days to keep the object; 0 removes it as soon as possible, -1 keeps it for ever. Default: for ever. */
  keepDays?: number | undefined;
  /**
   * Custom variables: `{ name: value }` is `$(x:name)` in templates. Names may not contain slashes, brackets and
   * quotation marks, values no `&`.
   */
  variables?: Record<string, string> | undefined;
  /** The form member `desc`, in which some official clients give the local file name; not sent with blocks. */
  description?: string | undefined;
  /** Ceiling of the service's speed for this upload, sent as `x-wos-traffic-limit`; 0 is no limit. */
  trafficLimit?: number | undefined;
}

/** Options of {@link WcsClient.upload}. */
export interface UploadOptions extends CallOptions, ObjectMembers {
  /** Bucket to upload to. */
  bucket: string;
  /**
   * Key of the object: 1 to 1,000 bytes of UTF-8. Default: what the token's scope or `saveKey` says, else the name of
   * the file that is uploaded.
   */
  key?: string;
  /** What to upload. */
  source: UploadSource;
  /** Replace an existing object. Default false: the upload fails with `OBJECT_EXISTS`. */
  overwrite?: boolean;
  /**
   * Further members of the put policy, for the tokens that the client signs itself. With `saveKey`, which excludes
   * `key`, the service makes the key; that is for form posts alone, so `formThreshold` bounds streams and 500 MB all
   * else.
   */
  policy?: PutPolicyMembers;
  /** An upload token, or a function that gives one. Default: the client signs with its keys. */
  token?: TokenProvider;
  /**
   * Largest size, in bytes, that goes in a single form post; more goes in blocks. Streams of unknown length go
   * by form when they end within their first block. Default 20 MiB, the service's recommendation; at most 500 MB.
   */
  formThreshold?: number;
  /**
   * Block size in bytes: a positive multiple of 4 MiB. Default 4 MiB. With any other size the service's own
   * hash of the object is another than its wcs-etag.
   */
  blockSize?: number;
  /** Bytes sent in one request: at most the block size. Default: the block size. */
  chunkSize?: number;
  /** Blocks sent at the same time. Default 4. Memory is bounded by `concurrency` × max(`chunkSize`, 4 MiB). */
  concurrency?: number;
  /**
   * Compare what was stored with what was read: every chunk of a block by its CRC-32 as it arrives, so that a damaged one
   * is sent again, and the object by its hash at the end. `'final'` leaves out the chunks where the hash will prove them
   * all, which takes a quarter less of hashing; a damaged one then fails the upload with `CHECKSUM_MISMATCH` when the
   * object is stored already. Default true. Hashing runs in worker threads.
   */
  verify?: boolean | 'final';
  /**
   * Remember finished blocks, so that the upload of the same unchanged file goes on where an earlier attempt
   * ended. `true` keeps records in the client's record folder. Files only. Default false.
   */
  resume?: boolean | UploadRecordStore;
  /** Id of the upload to resume, or to give to a new one: letters and digits. Default: found by file and key. */
  uploadId?: string;
  /** How the file's part is labelled where the upload goes by form; official clients differ in that. */
  form?: FormPart;
  /** Called with a snapshot, at most 20 times a second. */
  onProgress?: (progress: Progress) => void;
  /** Called when an upload in blocks begins or is resumed: its id is what resumes it. */
  onStart?: (start: UploadStart) => void;
}

/** Options of {@link WcsClient.uploadFromUrl}. */
export interface UploadFromUrlOptions
  extends Omit<UploadOptions, 'source' | 'resume' | 'uploadId'>,
    UrlSourceOptions {
  /** An http: or https: address; its query and credentials appear in no error. */
  url: string | URL;
}

/** How an upload in blocks begins. */
export interface UploadStart {
  /** The upload's id. */
  uploadId: string;
  /** Number of blocks, where the size is known. */
  blocks?: number;
  /** Number of blocks that an earlier attempt has left. */
  finishedBlocks: number;
  /** Those blocks. */
  finished: readonly FinishedBlock[];
}

/** What {@link WcsClient.upload} gives. */
export interface UploadResult {
  /** The bucket uploaded to. */
  bucket: string;
  /**
   * The key under which the object is stored. Empty if a token's `saveKey` has made it and the answer, which the
   * token's `returnBody` or callback decides, does not tell.
   */
  key: string;
  /** Size in bytes. */
  size: number;
  /** The wcs-etag of what was sent; absent with `verify: false`. */
  etag?: string;
  /** The service's hash, where its answer has one. */
  hash?: string;
  /** Whether the stored hash was compared and is right. */
  verified: boolean;
  /** Whether it went as one form post or in blocks. */
  method: 'form' | 'blocks';
  /** Bytes that an earlier attempt had already sent. */
  resumed: number;
  /** The members of the service's answer: what `returnBody` or the callback made of it. */
  answer: Record<string, unknown>;
  /** The service's id of the last request. */
  requestId?: string;
}

/** {@link UploadOptions} checked, with defaults. */
export interface UploadPlan
  extends ObjectMembers,
    Required<Pick<UploadOptions, 'bucket' | 'formThreshold' | 'blockSize' | 'chunkSize' | 'concurrency'>> {
  verify: boolean;
  /** Whether chunks need not be verified where the object will be. */
  finalOnly: boolean;
  key: string | undefined;
  overwrite: boolean | undefined;
  /** As it is written into tokens. */
  policy: Partial<PutPolicy> | undefined;
  token: TokenProvider | undefined;
  resume: boolean | UploadRecordStore | undefined;
  uploadId: string | undefined;
  form: FormPart | undefined;
  onProgress: ((progress: Progress) => void) | undefined;
  onStart: ((start: UploadStart) => void) | undefined;
  signal: AbortSignal | undefined;
}

/** The service takes no form posts larger than this (wcs-api §2.2). */
export const LARGEST_FORM = 500_000_000;

/** Checks everything that can be wrong before any I/O. */
export function planUpload(options: UploadOptions, defaults: Partial<UploadOptions>): UploadPlan {
  const { bucket, key, source } = options;
  checkBucket(bucket);
  if (key !== undefined) checkKey(key);
  if (source === undefined || source === null) throw wrongSource(source);
  const blockSize = options.blockSize ?? defaults.blockSize ?? BLOCK_SIZE;
  wholeNumber('blockSize', blockSize, { minimum: BLOCK_SIZE });
  if (blockSize % BLOCK_SIZE !== 0)
    throw invalidArgument('blockSize', 'a positive multiple of 4 MiB (4194304)', blockSize);
  // Written out member by member: copies by name cost more than a small upload can bear.
  const plan: UploadPlan = {
    bucket,
    key,
    overwrite: options.overwrite,
    mimeType: options.mimeType,
    keepDays: options.keepDays,
    variables: options.variables,
    description: options.description,
    trafficLimit: options.trafficLimit ?? defaults.trafficLimit,
    policy: uploadPolicy(options, defaults.policy),
    token: options.token,
    formThreshold: options.formThreshold ?? 20 * 2 ** 20,
    blockSize,
    chunkSize: options.chunkSize ?? defaults.chunkSize ?? blockSize,
    concurrency: options.concurrency ?? defaults.concurrency ?? 4,
    verify: options.verify !== false,
    finalOnly: options.verify === 'final',
    resume: options.resume,
    uploadId: options.uploadId,
    form: options.form,
    onProgress: options.onProgress,
    onStart: options.onStart,
    signal: options.signal,
  };
  if (plan.uploadId !== undefined) checkUploadId(plan.uploadId);
  if (![undefined, true, false, 'final'].includes(options.verify)) {
    throw invalidArgument('verify', "true, false or 'final'", options.verify);
  }
  checkMembers(plan);
  const { fileName, contentType } = plan.form ?? {};
  if (fileName !== undefined && typeof fileName !== 'string')
    throw invalidArgument('form.fileName', 'text', fileName);
  if (contentType !== undefined && !isMimeType(contentType)) {
    throw invalidArgument('form.contentType', 'a content type', contentType);
  }
  wholeNumber('chunkSize', plan.chunkSize, { minimum: 1, maximum: blockSize });
  wholeNumber('concurrency', plan.concurrency, { minimum: 1, maximum: 256 });
  wholeNumber('formThreshold', plan.formThreshold, { maximum: LARGEST_FORM });
  return plan;
}

/** What the client's own tokens say of this upload, with the client's defaults. */
function uploadPolicy(
  { policy, token, key, overwrite }: UploadOptions,
  defaults: PutPolicyMembers | undefined,
): Partial<PutPolicy> | undefined {
  if (key !== undefined && policy?.saveKey !== undefined) {
    throw new WcsError('INVALID_ARGUMENT', 'give key or policy.saveKey, not both');
  }
  // A token is what it is, and most uploads say nothing more.
  if (defaults === undefined || token !== undefined)
    return policy === undefined ? undefined : policyMembers(withKeyInAnswer(policy));
  const own = overwrite === undefined ? policy : { overwrite, ...policy };
  const merged = mergePolicy(defaults, key === undefined ? own : { saveKey: undefined, ...own });
  return merged === undefined ? undefined : policyMembers(withKeyInAnswer(merged));
}

/** Whoever has the service make the key wants to know it. */
function withKeyInAnswer(policy: PutPolicyMembers): PutPolicyMembers {
  const { saveKey, returnBody, callbackUrl } = policy;
  if (saveKey === undefined || callbackUrl !== undefined) return policy;
  if (returnBody === undefined) return { ...policy, returnBody: 'key=$(key)&hash=$(hash)' };
  const template = typeof returnBody === 'string' ? returnBody : Object.values(returnBody).join('&');
  if (template.includes('$(key)')) return policy;
  throw new WcsError(
    'INVALID_ARGUMENT',
    'with policy.saveKey, policy.returnBody needs a member key=$(key): nothing else tells the key',
  );
}

/** Checks the id of an upload in blocks: it goes into a header, and into the name of a record. */
export function checkUploadId(uploadId: unknown): void {
  if (typeof uploadId !== 'string' || !/^[\x21-\x2e\x30-\x7e]{1,128}$/.test(uploadId)) {
    throw invalidArgument('uploadId', 'up to 128 letters and digits', uploadId);
  }
}

/** Checks what is to be stored with an object. */
export function checkMembers(members: ObjectMembers): void {
  const { mimeType, keepDays, variables, description, trafficLimit } = members;
  for (const [name, value] of Object.entries(variables ?? {})) {
    if (!isVariableName(name))
      throw invalidArgument(
        'the name of a variable',
        'without slashes, brackets, quotation marks and control characters',
        name,
      );
    if (typeof value !== 'string' || /[&\p{Surrogate}]/u.test(value))
      throw invalidArgument(`variables.${name}`, 'a string without &', value);
  }
  if (keepDays !== undefined) wholeNumber('keepDays', keepDays, { minimum: -1 });
  if (trafficLimit !== undefined) wholeNumber('trafficLimit', trafficLimit);
  if (mimeType !== undefined && !isMimeType(mimeType)) {
    throw invalidArgument('mimeType', 'a content type', mimeType);
  }
  if (description !== undefined && typeof description !== 'string') {
    throw invalidArgument('description', 'a string', description);
  }
}

/** Whether a text can be a content type: printable, for it goes into headers and forms. */
export function isMimeType(text: string): boolean {
  return /^[\x21-\x7e][\x20-\x7e]*$/.test(text);
}
