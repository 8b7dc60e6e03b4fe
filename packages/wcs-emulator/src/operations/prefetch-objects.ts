import { decodePercent, decodeText } from '../http/encoding.js';
import { jsonReply } from '../http/reply.js';
import type { Operation, RequestContext } from '../http/request-context.js';
import { ServiceError } from '../http/service-error.js';
import { fetchSource } from '../outbound/fetch-source.js';
import { OutboundError } from '../outbound/outbound-error.js';
import { storeObject } from '../storage/store-object.js';
import { authorizeManagement, requireBucket } from './authorize.js';
import { typeOfKey, unknownType } from './content-type.js';
import { checkKey } from './object-key.js';

/** What became of one key. */
interface PrefetchItem {
  key: string;
  /** Where the bucket mirrors it from; empty when it mirrors nothing. */
  mirrorAddress: string;
  code: number;
  message: string;
}

/**
 * `POST /prefetch/<encoded>` (section 2.5): fetches objects from the origin that their bucket mirrors, over what there
 * is. Without such an origin, every key is answered with an error of its own.
 */
export const prefetchObjects: Operation = async context => {
  const { account } = await authorizeManagement(context);
  const { bucket, keys } = parseTarget(context.path);
  await requireBucket(context, account, bucket);
  const items: PrefetchItem[] = [];
  for (const key of keys) items.push(await prefetch(context, bucket, key));
  return jsonReply(200, { bucket, items });
};

/** Reads `b64u("bucket:" + b64u(key) + "|" + b64u(key)…)`; one SDK does not encode the keys by themselves. */
function parseTarget(path: string): { bucket: string; keys: string[] } {
  const text = decodeText(decodePercent(path.slice(path.lastIndexOf('/') + 1)), 'prefetch');
  const colon = text.indexOf(':');
  if (colon < 1) throw new ServiceError(400, 'what to prefetch is bucket:key|key');
  const keys = text.slice(colon + 1).split('|');
  return { bucket: text.slice(0, colon), keys: keys.map(key => checkKey(decodeKey(key))) };
}

function decodeKey(key: string): string {
  try {
    return decodeText(key, 'key');
  } catch {
    return key;
  }
}

async function prefetch(context: RequestContext, bucket: string, key: string): Promise<PrefetchItem> {
  const origin = Object.hasOwn(context.mirrorOrigins, bucket) ? context.mirrorOrigins[bucket] : undefined;
  if (origin === undefined) {
    return { key, mirrorAddress: '', code: 404, message: `bucket ${bucket} mirrors no origin` };
  }
  const mirrorAddress = `${origin.replace(/\/$/, '')}/${key.split('/').map(encodeURIComponent).join('/')}`;
  const { storage, outbound } = context;
  try {
    await fetchSource(outbound, mirrorAddress, async ({ headers, body }) => {
      const mimeType = headers['content-type'] || (await typeOfKey(key)) || unknownType;
      return storeObject(storage, { bucket, key }, body, { mimeType, putTime: context.now() });
    });
    return { key, mirrorAddress, code: 200, message: 'OK' };
  } catch (error) {
    if (error instanceof ServiceError)
      return { key, mirrorAddress, code: error.status, message: error.message };
    if (!(error instanceof OutboundError) || error.kind === 'closing') throw error;
    return { key, mirrorAddress, code: error.kind === 'refused' ? 403 : 502, message: error.message };
  }
}
