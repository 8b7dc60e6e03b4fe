import { decodeText, parseParameters } from '../http/encoding.js';
import { jsonReply } from '../http/reply.js';
import type { Operation } from '../http/request-context.js';
import { ServiceError } from '../http/service-error.js';
import { authorizeManagement, requireBucket } from './authorize.js';
import { expiryAfterDays } from './keep-for.js';
import { checkKey } from './object-key.js';
import { playlistSegments } from './playlist-segments.js';

/**
 * `POST /setdeadline` (section 2.5): decides how many days from now an object is kept, 0 for no longer and -1 for
 * ever. With `relevance`, which is the default, that goes for the `.ts` files of an `.m3u8` too.
 */
export const setDeadline: Operation = async context => {
  const { account, body } = await authorizeManagement(context);
  const parameters = parseParameters(body);
  const bucket = decodeText(parameters.get('bucket') ?? '', 'bucket');
  const key = checkKey(decodeText(parameters.get('key') ?? '', 'key'));
  const days = parameters.get('deadline') ?? parameters.get('deleteAfterDays');
  if (!days) throw new ServiceError(400, 'deadline is missing');
  const relevance = parameters.get('relevance') ?? '1';
  if (relevance !== '0' && relevance !== '1') throw new ServiceError(400, 'relevance is 0 or 1');
  const expiresAt = expiryAfterDays(days, context.now());
  await requireBucket(context, account, bucket);

  const { objects } = context.storage;
  // Read first: a playlist that has ended can no longer tell its segments.
  const segments = relevance === '1' ? await playlistSegments(objects, { bucket, key }) : [];
  await objects.setExpiry({ bucket, key }, expiresAt);
  for (const segment of segments) {
    // It may have been deleted meanwhile.
    await objects.setExpiry({ bucket, key: segment }, expiresAt).catch(ignoreMissing);
  }
  return jsonReply(200, { code: 200, message: 'OK' });
};

function ignoreMissing(error: unknown): void {
  if (!(error instanceof ServiceError && error.status === 404)) throw error;
}
