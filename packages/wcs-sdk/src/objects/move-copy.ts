import type { CallOptions } from '../call-options.js';
import { type ClientContext, callManagement } from '../context.js';
import { encodeEntry, type ObjectReference } from '../encoding.js';
import { type ObjectEntry, objectEntry, type TargetEntry, targetEntry } from '../entry.js';
import { WcsError } from '../errors.js';
import { followsLostAnswer } from '../http/lost-answer.js';
import { objectExists } from './exists.js';

/** Options of {@link WcsClient.move} and {@link WcsClient.copy}. */
export interface MoveOptions extends CallOptions {
  /** The object: `bucket:key`, or `{ bucket, key }`. */
  from: ObjectEntry;
  /** Where it goes. A bucket alone, or an empty key, keeps the key. */
  to: TargetEntry;
}

/** What {@link WcsClient.move} and {@link WcsClient.copy} give: where the object is now. */
export interface MoveResult extends ObjectReference {
  /** The service's id of the request. */
  requestId?: string;
}

/** `POST /move/<entry>/<entry>` (wcs-api §2.5). */
export async function moveObject(context: ClientContext, options: MoveOptions): Promise<MoveResult> {
  const { target } = ends(options);
  try {
    return await relocate(context, 'move', options);
  } catch (error) {
    // What the next attempt misses, the one without an answer has moved, if it is at its target.
    if (!followsLostAnswer(error, 'NOT_FOUND') || !(await objectExists(context, { ...options, ...target })))
      throw error;
    return { ...target, ...(error.requestId ? { requestId: error.requestId } : {}) };
  }
}

/** `POST /copy/<entry>/<entry>` (wcs-api §2.5). */
export async function copyObject(context: ClientContext, options: MoveOptions): Promise<MoveResult> {
  return relocate(context, 'copy', options);
}

async function relocate(
  context: ClientContext,
  operation: 'move' | 'copy',
  options: MoveOptions,
): Promise<MoveResult> {
  const { source, target } = ends(options);
  const call = {
    operation,
    subject: `${source.bucket}:${source.key} to ${target.bucket}:${target.key}`,
    method: 'POST',
    target: `/${operation}/${encodeEntry(source.bucket, source.key)}/${encodeEntry(target.bucket, target.key)}`,
  } as const;
  return callManagement(context, call, options, answer => ({ ...target, ...answer.acknowledgement() }));
}

function ends({ from, to }: MoveOptions): { source: ObjectReference; target: ObjectReference } {
  const source = objectEntry('from', from);
  const target = { key: source.key, ...targetEntry('to', to) };
  if (source.bucket === target.bucket && source.key === target.key) {
    throw new WcsError('INVALID_ARGUMENT', 'to must name another object than from');
  }
  return { source, target };
}
