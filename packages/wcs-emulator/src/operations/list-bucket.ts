import { decodeText, parseInteger, parseQuery } from '../http/encoding.js';
import { jsonReply } from '../http/reply.js';
import type { Operation } from '../http/request-context.js';
import { ServiceError } from '../http/service-error.js';
import { listObjects, parseListMode } from '../storage/list-objects.js';
import { authorizeManagement, requireBucket } from './authorize.js';

/** `GET /list?bucket=…` (section 2.6): one page of a bucket's objects. Numbers are numbers here. */
export const listBucket: Operation = async context => {
  const { account } = await authorizeManagement(context);
  const query = parseQuery(context.query);
  const bucket = query.get('bucket');
  if (!bucket) throw new ServiceError(400, 'no bucket is given');
  await requireBucket(context, account, bucket);
  const time = (name: string) => {
    const text = query.get(name);
    return text ? parseInteger(text, name) : undefined;
  };
  const page = await listObjects(context.storage.metadata, {
    bucket,
    mode: parseListMode(query.get('mode')),
    prefix: decodeText(query.get('prefix') ?? '', 'prefix'),
    marker: query.get('marker') ?? '',
    limit: parseInteger(query.get('limit') || '1000', 'limit', { min: 1, max: 1000 }),
    startTime: time('startTime') ?? Number.NEGATIVE_INFINITY,
    endTime: time('endTime') ?? Number.POSITIVE_INFINITY,
    now: context.now(),
  });
  return jsonReply(200, {
    marker: page.marker,
    commonPrefixes: page.folders,
    items: page.objects.map(({ key, record }) => ({
      key,
      putTime: record.putTime,
      hash: record.hash,
      fsize: record.size,
      mimeType: record.mimeType,
      expirationDate: record.expiresAt === undefined ? '' : String(record.expiresAt),
      storageClass: 'Standard',
    })),
  });
};
