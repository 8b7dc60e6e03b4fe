import type { CallOptions } from '../call-options.js';
import { type ClientContext, callManagement } from '../context.js';
import { checkReference, encodeEntry, type ObjectReference } from '../encoding.js';
import { followsLostAnswer } from '../http/lost-answer.js';

/** What {@link WcsClient.delete} gives. */
export interface DeleteResult {
  /** The service's id of the request. */
  requestId?: string;
}

/** `POST /delete/<entry>` (wcs-api §2.5). */
export async function deleteObject(
  context: ClientContext,
  options: ObjectReference & CallOptions,
): Promise<DeleteResult> {
  const { bucket, key } = options;
  checkReference(options);
  const call = {
    operation: 'delete',
    subject: `${bucket}:${key}`,
    method: 'POST',
    target: `/delete/${encodeEntry(bucket, key)}`,
  } as const;
  try {
    return await callManagement(context, call, options, answer => answer.acknowledgement());
  } catch (error) {
    // What the next attempt misses, the one without an answer has deleted.
    if (!followsLostAnswer(error, 'NOT_FOUND')) throw error;
    return error.requestId ? { requestId: error.requestId } : {};
  }
}
