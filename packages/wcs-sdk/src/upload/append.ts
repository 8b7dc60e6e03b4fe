import { untilAborted } from '../abort.js';
import { type PutPolicyMembers, policyMembers } from '../auth/put-policy.js';
import type { TokenProvider } from '../auth/token-provider.js';
import { type CallOptions, CallScope } from '../call-options.js';
import { type ClientContext, requireSetting } from '../context.js';
import { checkReference, type ObjectReference } from '../encoding.js';
import { wholeNumber } from '../number-options.js';
import { type Progress, ProgressMeter } from '../progress.js';
import { type AppendedPiece, appendPiece } from './append-piece.js';
import { endOfObject } from './append-position.js';
import { openSource } from './open-source.js';
import { checkMembers, type ObjectMembers } from './options.js';
import { type RandomSource, type SequentialSource, sliceOf, type UploadSource } from './source.js';

/** What an object is appended to with, besides the content. */
export interface AppendTarget extends ObjectReference, ObjectMembers {
  /** Further members of the put policy, for the tokens that the client signs itself. */
  policy?: Omit<PutPolicyMembers, 'saveKey' | 'overwrite'>;
  /** An upload token, or a function that gives one. Default: the client signs with its keys. */
  token?: TokenProvider;
  /**
   * Content larger than this goes in several pieces, one after the other; of a stream, so much is held in memory.
   * In bytes, at most 2 GiB. Default 16 MiB.
   */
  pieceSize?: number;
  /** Compare the service's hash where a piece is the whole object. Default true. */
  verify?: boolean;
}

/** Options of {@link WcsClient.append}. */
export interface AppendOptions extends AppendTarget, CallOptions {
  /** What to append. */
  source: UploadSource;
  /**
   * Where it must go: the object's size so far in bytes, 0 to make the object. If the object ends elsewhere nothing is
   * stored and the call fails with `APPEND_CONFLICT`. Default: wherever the object ends, which is asked for with
   * `stat`; 0 where there is none.
   */
  position?: number;
  /** Called with a snapshot, at most 20 times a second. */
  onProgress?: (progress: Progress) => void;
}

/** What {@link WcsClient.append} gives. */
export interface AppendResult {
  /** The bucket. */
  bucket: string;
  /** The key. */
  key: string;
  /** Where the content begins in the object, in bytes. */
  position: number;
  /** Where the next piece goes: the object's size in bytes. */
  nextPosition: number;
  /** Bytes appended. */
  size: number;
  /** Whether the service's hash was compared and is right, which only a first piece allows. */
  verified: boolean;
  /** The members of the service's last answer. */
  answer: Record<string, unknown>;
  /** The service's id of the last request. */
  requestId?: string;
}

const LARGEST_PIECE = 2 * 2 ** 30;

/** `POST /append/<position>` (wcs-api §2.3), as often as the content needs. */
export async function append(client: ClientContext, options: AppendOptions): Promise<AppendResult> {
  const { bucket, key, position, verify = true } = options;
  checkReference(options);
  checkMembers(options);
  const policy = options.policy && policyMembers(options.policy);
  const pieceSize = wholeNumber('pieceSize', options.pieceSize ?? 16 * 2 ** 20, {
    minimum: 1,
    maximum: LARGEST_PIECE,
  });
  if (position !== undefined) wholeNumber('position', position);
  const uploadUrl = requireSetting(client.uploadUrl, 'uploadUrl', 'append');
  using scope = new CallScope(client, 'append', options);
  const { context, signal } = scope;
  signal?.throwIfAborted();
  const source = await openSource(options.source);
  try {
    const start = position ?? (await endOfObject(context, { bucket, key }, signal));
    const progress = new ProgressMeter(
      options.onProgress,
      source.kind === 'random' ? source.size : undefined,
    );
    let next = start;
    let size = 0;
    let last: AppendedPiece | undefined;
    for await (const content of piecesOf(source, pieceSize, signal)) {
      const first = last === undefined;
      last = await appendPiece(context, {
        bucket,
        key,
        uploadUrl,
        content,
        position: next,
        // Only the first piece may go elsewhere: the others belong behind it.
        anywhere: first && position === undefined,
        token: options.token,
        policy,
        members: options,
        verify,
        progress,
        signal,
      });
      next = last.position + content.size;
      size += content.size;
    }
    progress.finish();
    return {
      bucket,
      key,
      position: next - size,
      nextPosition: next,
      size,
      verified: last?.verified ?? false,
      answer: last?.answer ?? {},
      ...(last?.requestId === undefined ? {} : { requestId: last.requestId }),
    };
  } finally {
    await source.close();
  }
}

/** The content in pieces that can be read again; an empty one only if there is nothing else. */
async function* piecesOf(
  source: RandomSource | SequentialSource,
  pieceSize: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<RandomSource> {
  if (source.kind === 'random') {
    let start = 0;
    do {
      yield sliceOf(source, start, Math.min(pieceSize, source.size - start));
      start += pieceSize;
    } while (start < source.size);
    return;
  }
  for (let first = true; ; first = false) {
    const memory = Buffer.allocUnsafe(pieceSize);
    const filled = source.fill(memory);
    const length = await (signal ? untilAborted(filled, signal) : filled);
    if (length === 0 && !first) return;
    yield (await openSource(memory.subarray(0, length))) as RandomSource;
    if (length < pieceSize) return;
  }
}
