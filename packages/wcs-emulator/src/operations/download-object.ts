import { allowsRange, evaluatePreconditions } from '../http/conditional.js';
import { decodePercent, parseQuery } from '../http/encoding.js';
import { parseRange } from '../http/range.js';
import type { Reply } from '../http/reply.js';
import { errorReply } from '../http/reply.js';
import type { RequestContext } from '../http/request-context.js';
import { ServiceError } from '../http/service-error.js';
import { processDownload } from '../media/process-download.js';
import type { OpenObject } from '../storage/object-store.js';
import { checkKey } from './object-key.js';

/** Where a download comes from. */
export interface DownloadTarget {
  bucket: string;
  /** The key as it stands in the URL, without the slash before it. */
  encodedKey: string;
}

/** `GET` or `HEAD` of an object on the download domain (section 2.12); nobody need sign it. */
export async function downloadObject(
  context: RequestContext,
  { bucket, encodedKey }: DownloadTarget,
): Promise<Reply> {
  if (context.method !== 'GET' && context.method !== 'HEAD') {
    throw new ServiceError(405, 'objects are downloaded with GET or HEAD');
  }
  if (!(await context.storage.metadata.hasBucket(bucket)))
    throw new ServiceError(631, `no such bucket: ${bucket}`);
  Object.assign(context.tally, { bucket, kind: 'download' });
  const key = checkKey(decodePercent(encodedKey));
  const object = await context.storage.objects.open(bucket, key);
  if (!object) throw new ServiceError(404, `no such object: ${key}`);
  const op = parseQuery(context.query).get('op');
  if (op !== undefined) {
    return processDownload(context, { op, key, object }).finally(() => object.release());
  }
  const reply = answer(context, object);
  if (reply.body === undefined || Buffer.isBuffer(reply.body)) await object.release();
  return reply;
}

function answer(context: RequestContext, object: OpenObject): Reply {
  const { record } = object;
  const validators = { etag: `"${record.hash}"`, lastModified: record.lastModified ?? record.putTime };
  const headers = {
    ETag: validators.etag,
    'Last-Modified': new Date(validators.lastModified).toUTCString(),
    'Accept-Ranges': 'bytes',
    // A page that somebody stored must not steer the emulator from a browser that shows it.
    'Content-Security-Policy': 'sandbox',
  };
  const outcome = evaluatePreconditions(context.headers, validators);
  if (outcome === 'not-modified') return { status: 304, headers };
  if (outcome === 'failed') return errorReply(412, 'a precondition of the request does not hold');

  const wanted = allowsRange(context.headers['if-range'], validators) ? context.headers.range : undefined;
  const range = parseRange(wanted, record.size);
  if (range === 'unsatisfiable') {
    const refusal = errorReply(416, `the object has ${record.size} bytes`);
    return { ...refusal, headers: { ...refusal.headers, 'Content-Range': `bytes */${record.size}` } };
  }
  const { start, end } = range ?? { start: 0, end: record.size };
  return {
    status: range ? 206 : 200,
    headers: {
      ...headers,
      'Content-Type': record.mimeType,
      ...(range && { 'Content-Range': `bytes ${start}-${end - 1}/${record.size}` }),
    },
    body: { length: end - start, bytes: object.read(start, end), release: object.release },
  };
}
