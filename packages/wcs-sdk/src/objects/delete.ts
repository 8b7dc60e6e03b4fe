import type { CallOptions } from '../call-options.js';
import { type ClientContext, callManagement } from '../context.js';
import { checkReference, encodeEntry, type ObjectReference } from '../encoding.js';
import { WcsError } from '../errors.js';

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
    const { requestId } = await callManagement(context, call, options);
    return requestId ? { requestId } : {};
  } catch (error) {
    // An attempt whose answer was lost has done the work: what the next one misses, we deleted.
    const lostAnswer = error instanceof WcsError && error.code === 'NOT_FOUND' && (error.attempts ?? 1) > 1;
    if (!lostAnswer) throw error;
    return error.requestId ? { requestId: error.requestId } : {};
  }
}
