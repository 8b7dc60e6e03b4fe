import { crc32 } from '@curve-wcs/etag';
import { type PutPolicyMembers, policyMembers } from '../auth/put-policy.js';
import type { TokenProvider } from '../auth/token-provider.js';
import { type CallOptions, CallScope } from '../call-options.js';
import { type ClientContext, requireSetting } from '../context.js';
import { checkReference, type ObjectReference } from '../encoding.js';
import { invalidArgument } from '../errors.js';
import { type AnswerMembers, textMember } from '../http/answer-members.js';
import { withRetry } from '../http/retry.js';
import { wholeNumber } from '../number-options.js';
import { checkChunk } from './block-sender.js';
import { BlockWire, type ChunkAnswer } from './block-wire.js';
import { checkMembers, checkUploadId, type ObjectMembers } from './options.js';
import { uploadTokens } from './upload-tokens.js';

/** What the requests of one upload in blocks share. */
export interface BlockCallOptions extends ObjectReference, CallOptions {
  /** Names the upload: the same for all of its requests, up to 128 letters and digits. */
  uploadId: string;
  /** Replace an existing object. Default false. */
  overwrite?: boolean | undefined;
  /** Further members of the put policy, for the tokens that the client signs itself. */
  policy?: Omit<PutPolicyMembers, 'saveKey'> | undefined;
  /** An upload token, or a function that gives one. Default: the client signs with its keys. */
  token?: TokenProvider | undefined;
  /** Ceiling of the service's speed, sent as `x-wos-traffic-limit`; 0 is no limit. */
  trafficLimit?: number | undefined;
}

/** Options of {@link WcsClient.makeBlock}. */
export interface MakeBlockOptions extends BlockCallOptions {
  /** Size of the block in bytes: that of all blocks but the last is a multiple of 4 MiB. */
  blockSize: number;
  /** Place of the block in the object, from 0. */
  index: number;
  /** The first bytes of the block, or all. */
  chunk: Uint8Array;
}

/** Options of {@link WcsClient.putChunk}. */
export interface PutChunkOptions extends BlockCallOptions {
  /** The block so far: what the request before gave. */
  ctx: string;
  /** Bytes that the block has so far. */
  offset: number;
  /** The bytes that come next. */
  chunk: Uint8Array;
}

/** Options of {@link WcsClient.makeFile}. */
export interface MakeFileOptions
  extends BlockCallOptions,
    Pick<ObjectMembers, 'mimeType' | 'keepDays' | 'variables'> {
  /** Size of the object in bytes. */
  size: number;
  /** The last `ctx` of each block, in the order of the blocks. */
  contexts: readonly string[];
}

/** What {@link WcsClient.makeBlock} and {@link WcsClient.putChunk} give. */
export interface PutChunkResult {
  /** The block so far; a ctx that was given before is void. */
  ctx: string;
  /** Bytes that the block has now. */
  offset: number;
}

/** What {@link WcsClient.makeFile} gives. */
export interface MakeFileResult extends ObjectReference {
  /** The service's hash of the object, where its answer has one: it was not compared with anything. */
  hash?: string;
  /** The members of the answer. */
  answer: AnswerMembers;
  /** The service's id of the request. */
  requestId?: string;
}

/** `POST /mkblk/<size>/<index>` (wcs-api §2.4). */
export async function makeBlock(client: ClientContext, options: MakeBlockOptions): Promise<PutChunkResult> {
  const { index } = options;
  const blockSize = wholeNumber('blockSize', options.blockSize, { minimum: 1 });
  wholeNumber('index', index);
  return putBytes(client, 'makeBlock', options, blockSize, 0, (wire, chunk, signal) =>
    wire.mkblk(blockSize, index, chunk, signal),
  );
}

/** `POST /bput/<ctx>/<offset>` (wcs-api §2.4). */
export async function putChunk(client: ClientContext, options: PutChunkOptions): Promise<PutChunkResult> {
  const { ctx } = options;
  checkContext('ctx', ctx);
  const offset = wholeNumber('offset', options.offset, { minimum: 1 });
  return putBytes(client, 'putChunk', options, Number.MAX_SAFE_INTEGER, offset, (wire, chunk, signal) =>
    wire.bput(ctx, offset, chunk, signal),
  );
}

/** `POST /mkfile/<size>` (wcs-api §2.4). */
export async function makeFile(client: ClientContext, options: MakeFileOptions): Promise<MakeFileResult> {
  const { bucket, key, contexts } = options;
  const size = wholeNumber('size', options.size, { minimum: 1 });
  checkMembers(options);
  if (!Array.isArray(contexts) || contexts.length === 0) {
    throw invalidArgument('contexts', 'a list of at least one ctx', contexts);
  }
  for (const [index, ctx] of contexts.entries()) checkContext(`contexts[${index}]`, ctx);
  const { answer, requestId } = await withWire(client, 'makeFile', options, (wire, signal) =>
    wire.mkfile(size, [...contexts], signal),
  );
  const hash = textMember(answer, 'hash');
  return {
    bucket,
    key: textMember(answer, 'key') ?? key,
    ...(hash === undefined ? {} : { hash }),
    answer,
    ...(requestId === undefined ? {} : { requestId }),
  };
}

async function putBytes(
  client: ClientContext,
  operation: string,
  options: MakeBlockOptions | PutChunkOptions,
  room: number,
  offset: number,
  send: (wire: BlockWire, chunk: Uint8Array, signal: AbortSignal) => Promise<ChunkAnswer>,
): Promise<PutChunkResult> {
  const { chunk } = options;
  if (!(chunk instanceof Uint8Array) || chunk.length === 0 || chunk.length > room) {
    throw invalidArgument('chunk', 'at least one byte, and no more than the block has', chunk);
  }
  const end = offset + chunk.length;
  const { ctx } = await withWire(client, operation, options, async (wire, signal) => {
    const answer = await send(wire, chunk, signal);
    checkChunk(answer, crc32(chunk), end);
    return answer;
  });
  return { ctx, offset: end };
}

async function withWire<T>(
  client: ClientContext,
  operation: string,
  options: BlockCallOptions & Pick<ObjectMembers, 'mimeType' | 'keepDays' | 'variables'>,
  request: (wire: BlockWire, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { bucket, key, uploadId, token, overwrite, policy, trafficLimit } = options;
  checkReference(options);
  checkUploadId(uploadId);
  if (trafficLimit !== undefined) wholeNumber('trafficLimit', trafficLimit);
  const uploadUrl = requireSetting(client.uploadUrl, 'uploadUrl', operation);
  using scope = new CallScope(client, operation, options);
  const { context } = scope;
  const signal = scope.signal ?? new AbortController().signal;
  const members = policy === undefined ? undefined : policyMembers(policy);
  const wire = new BlockWire(context, uploadUrl, {
    uploadId,
    subject: `${bucket}:${key}`,
    key,
    tokens: uploadTokens(context, operation, key, { bucket, token, overwrite, policy: members, signal }),
    replacingTokens: () => undefined,
    mimeType: options.mimeType,
    keepDays: options.keepDays,
    variables: options.variables ?? {},
    trafficLimit,
  });
  return await withRetry(() => request(wire, signal), context.retry, signal);
}

function checkContext(name: string, ctx: unknown): void {
  if (typeof ctx !== 'string' || !/^[\w.~=-]+$/.test(ctx))
    throw invalidArgument(name, 'a ctx of the service', ctx);
}
