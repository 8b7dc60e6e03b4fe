import { jsonReply } from '../http/reply.js';
import type { Operation } from '../http/request-context.js';
import { ServiceError } from '../http/service-error.js';
import { authorizeEntry } from './object-entry.js';

/**
 * `GET /stat/<entry>` (section 2.5): what is known of an object. Every number is a string; headers tell of one that
 * can be appended to (section 2.3).
 */
export const statObject: Operation = async context => {
  const { bucket, key } = await authorizeEntry(context);
  const record = await context.storage.objects.find(bucket, key);
  if (!record) throw new ServiceError(404, `no such object: ${key}`);
  const reply = jsonReply(200, {
    name: key,
    fsize: String(record.size),
    hash: record.hash,
    mimeType: record.mimeType,
    putTime: String(record.putTime),
    expirationDate: record.expiresAt === undefined ? '' : String(record.expiresAt),
    storageClass: 'Standard',
    result: 'true',
    code: '200',
    message: 'OK',
  });
  if (!record.slices) return reply;
  const appendable = {
    'x-wcs-object-type': 'Appendable',
    'x-wcs-next-append-position': String(record.size),
  };
  return { ...reply, headers: { ...reply.headers, ...appendable } };
};
