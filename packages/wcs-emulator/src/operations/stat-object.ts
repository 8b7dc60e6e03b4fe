import { jsonReply } from '../http/reply.js';
import type { Operation } from '../http/request-context.js';
import { ServiceError } from '../http/service-error.js';
import { authorizeEntry } from './object-entry.js';

/** `GET /stat/<entry>` (section 2.5): what is known of an object. Every number is a string. */
export const statObject: Operation = async context => {
  const { bucket, key } = await authorizeEntry(context);
  const record = await context.storage.objects.find(bucket, key);
  if (!record) throw new ServiceError(404, `no such object: ${key}`);
  return jsonReply(200, {
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
};
