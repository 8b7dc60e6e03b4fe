import { urlSafeBase64Encode } from '@curve-wcs/etag';
import type { CallOptions } from '../call-options.js';
import { type ClientContext, callManagement } from '../context.js';
import { checkBucket, checkKey } from '../encoding.js';
import { invalidArgument } from '../errors.js';
import { numberMember, present, textMember } from '../http/answer-members.js';

/** Options of {@link WcsClient.prefetch}. */
export interface PrefetchOptions extends CallOptions {
  /** A bucket with a rule that says where its objects come from. */
  bucket: string;
  /** Keys to fetch from there. */
  keys: readonly string[];
}

/** What became of one key. */
export interface PrefetchItem {
  /** The object's key. */
  key: string;
  /** Where it is fetched from. */
  mirrorAddress?: string;
  /** 200 if the service has taken it on. */
  code?: number;
  /** The service's words. */
  message?: string;
}

/** What {@link WcsClient.prefetch} gives. */
export interface PrefetchResult {
  /** The bucket's name. */
  bucket: string;
  /** One for each key that the service speaks of. */
  items: PrefetchItem[];
  /** The service's id of the request. */
  requestId?: string;
  /** The answer as received. */
  raw: Record<string, unknown>;
}

/** `POST /prefetch/<encoded>` (wcs-api §2.5): each key is encoded, then all of them with the bucket. */
export async function prefetch(context: ClientContext, options: PrefetchOptions): Promise<PrefetchResult> {
  const { bucket, keys } = options;
  checkBucket(bucket);
  if (!Array.isArray(keys) || keys.length === 0) {
    throw invalidArgument('keys', 'a list of at least one key', keys);
  }
  for (const [index, key] of keys.entries()) checkKey(key, `keys[${index}]`);
  const encoded = urlSafeBase64Encode(`${bucket}:${keys.map(key => urlSafeBase64Encode(key)).join('|')}`);
  const call = {
    operation: 'prefetch',
    subject: bucket,
    method: 'POST',
    target: `/prefetch/${encoded}`,
  } as const;
  return callManagement(context, call, options, answer => {
    const members = answer.members();
    return {
      bucket,
      items: answer.objects(members, 'items').map(item =>
        present({
          key: answer.text(item, 'key'),
          mirrorAddress: textMember(item, 'mirrorAddress'),
          code: numberMember(item, 'code'),
          message: textMember(item, 'message'),
        }),
      ),
      ...answer.id,
      raw: members,
    };
  });
}
