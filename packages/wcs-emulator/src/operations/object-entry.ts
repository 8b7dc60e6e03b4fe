import { decodePercent, decodeText } from '../http/encoding.js';
import type { RequestContext } from '../http/request-context.js';
import { ServiceError } from '../http/service-error.js';
import { authorizeManagement, requireBucket } from './authorize.js';
import { checkKey } from './object-key.js';

/** The object that a management request is about. */
export interface ObjectEntryName {
  bucket: string;
  key: string;
}

/**
 * Reads the last segment of a path such as `/stat/<entry>`: `b64u("bucket:key")`.
 *
 * @throws ServiceError 400
 */
export function parseEntry(path: string): ObjectEntryName {
  const entry = decodeText(decodePercent(path.slice(path.lastIndexOf('/') + 1)), 'entry');
  const colon = entry.indexOf(':');
  if (colon < 1) throw new ServiceError(400, 'an entry is bucket:key');
  return { bucket: entry.slice(0, colon), key: checkKey(entry.slice(colon + 1)) };
}

/** The object named by the path of a signed request whose sender may use its bucket. */
export async function authorizeEntry(context: RequestContext): Promise<ObjectEntryName> {
  const { account } = await authorizeManagement(context);
  const entry = parseEntry(context.path);
  await requireBucket(context, account, entry.bucket);
  return entry;
}
