import type { CallOptions } from '../call-options.js';
import { type ClientContext, callManagement } from '../context.js';

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
  return callManagement(context, call, options, answer =>
    answer.objects(answer.members(), 'buckets').map(bucket => ({ name: answer.text(bucket, 'name') })),
  );
}
