import { BLOCK_SIZE } from '@curve-wcs/etag';
import type { AnswerNames } from '../auth/token-provider.js';
import type { ClientContext } from '../context.js';
import type { ObjectReference } from '../encoding.js';
import { WcsError } from '../errors.js';
import { type AnswerMembers, textMember } from '../http/answer-members.js';
import { followsFailedAttempt } from '../http/lost-answer.js';
import { statObject } from '../objects/stat.js';
import type { UploadPlan } from './options.js';

/** An answer to an upload. */
export interface UploadAnswer {
  answer: AnswerMembers;
  requestId: string | undefined;
  /** How it calls key and hash. */
  names: AnswerNames;
}

/** How answers call them where nobody has chosen other names. */
export const PLAIN_NAMES = { key: 'key', hash: 'hash' } satisfies AnswerNames;

/** What is known at the end of an upload; an empty key is unknown. */
export interface Stored extends ObjectReference {
  /** Size in bytes. */
  size: number;
  /** The wcs-etag of what was sent; undefined when nothing is to be verified. */
  etag: string | undefined;
  blockSize: number;
  signal: AbortSignal | undefined;
}

/**
 * Compares the service's hash with what was sent. Where the answer has no hash (a put policy's `returnBody` or
 * callback decides that), the service is asked for it, if the client has the keys to.
 */
export async function confirmHash(
  context: ClientContext,
  stored: Stored,
  { answer, requestId, names }: UploadAnswer,
): Promise<{ hash?: string; verified: boolean }> {
  const { etag, bucket, key, signal } = stored;
  let hash = names.hash === undefined ? undefined : textMember(answer, names.hash);
  if (etag === undefined) return { verified: false, ...(hash ? { hash } : {}) };
  if (hash === undefined && key !== '' && context.credentials && context.managementUrl) {
    hash = (await statObject(context, { bucket, key, signal })).hash || undefined;
  }
  if (hash === undefined) return { verified: false };
  if (hash === etag) return { hash, verified: true };
  // Other block sizes may give another hash by the service's own rules; their chunks were all checked by CRC-32.
  if (stored.blockSize !== BLOCK_SIZE) return { hash, verified: false };
  throw new WcsError(
    'CHECKSUM_MISMATCH',
    `${bucket}:${key} was stored with hash ${hash}, but ${etag} was sent: do not use the stored object`,
    { operation: 'upload', requestId },
  );
}

/**
 * Decides what "exists" means when an earlier attempt's answer was lost: that attempt may have stored the
 * object. It has, if the stored object is what was sent.
 *
 * @param resumed - whether an earlier process has begun the upload, which may have been killed when all was done
 */
export async function storedByLostAttempt(
  context: ClientContext,
  error: unknown,
  stored: Stored,
  { resumed = false } = {},
): Promise<UploadAnswer | undefined> {
  const doubtful = followsFailedAttempt(error, 'OBJECT_EXISTS', { earlier: resumed });
  if (!doubtful || stored.etag === undefined || !context.credentials || !context.managementUrl)
    return undefined;
  const { bucket, key, signal } = stored;
  const found = await statObject(context, { bucket, key, signal }).catch(() => undefined);
  if (found?.hash !== stored.etag || found.size !== stored.size) return undefined;
  return { answer: { key, hash: found.hash }, requestId: undefined, names: PLAIN_NAMES };
}

/** Whether chunks are to be verified: always, unless it was left to the object's hash and that is sure to prove them. */
export function verifiesChunks(
  context: ClientContext,
  { verify, finalOnly, blockSize }: Pick<UploadPlan, 'verify' | 'finalOnly' | 'blockSize'>,
): boolean {
  const canAsk = context.credentials !== undefined && context.managementUrl !== undefined;
  return verify && !(finalOnly && blockSize === BLOCK_SIZE && canAsk);
}
