import type { CallOptions } from '../call-options.js';
import { type ClientContext, callManagement } from '../context.js';
import { jsonAnswer } from '../http/answer.js';

/** A bucket of the account. */
export interface Bucket {
  /** The bucket's name. */
  name: string;
}

/** `GET /bucket/list` (wcs-api §2.7). */
export async function listBuckets(context: ClientContext, options: CallOptions = {}): Promise<Bucket[]> {
  const call = {
    operation: 'bucket list',
    subject: 'of the account',
    method: 'GET',
    target: '/bucket/list',
  } as const;
  const members = jsonAnswer('bucket list', call.subject, await callManagement(context, call, options));
  const buckets = Array.isArray(members['buckets']) ? (members['buckets'] as Record<string, unknown>[]) : [];
  return buckets.map(bucket => ({ name: String(bucket['name'] ?? '') }));
}
