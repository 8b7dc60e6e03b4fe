import { jsonReply } from '../http/reply.js';
import type { Operation } from '../http/request-context.js';
import { authorizeEntryPair } from './object-entry.js';

/** `POST /move/<entry>/<entry>` (section 2.5): renames an object, over whatever has the new name. */
export const moveObject: Operation = async context => {
  const { source, target } = await authorizeEntryPair(context);
  await context.storage.objects.move(source, target);
  return jsonReply(200, { code: 200, message: 'OK' });
};
