import { jsonReply } from '../http/reply.js';
import type { Operation } from '../http/request-context.js';
import { authorizeEntry } from './object-entry.js';

/** `POST /delete/<entry>` (section 2.5). */
export const deleteObject: Operation = async context => {
  const { bucket, key } = await authorizeEntry(context);
  await context.storage.objects.delete(bucket, key);
  return jsonReply(200, { code: 200, message: 'OK' });
};
