import { decodePercent, decodeText } from '../http/encoding.js';
import type { RequestContext } from '../http/request-context.js';
import { ServiceError } from '../http/service-error.js';
import type { ObjectName } from '../storage/metadata-store.js';
import { authorizeManagement, requireBucket } from './authorize.js';
import { checkKey } from './object-key.js';

/**
 * Reads an entry: `b64u("bucket:key")`.
 *
 * @param keyIfNone - the key of an entry that names only its bucket
 * @throws ServiceError 400
 */
export function parseEntry(encoded: string, keyIfNone = ''): ObjectName {
  const entry = decodeText(encoded, 'entry');
  const colon = entry.indexOf(':');
  const bucket = colon < 0 && keyIfNone !== '' ? entry : entry.slice(0, Math.max(0, colon));
  if (bucket === '') throw new ServiceError(400, 'an entry is bucket:key');
  return { bucket, key: checkKey((colon < 0 ? '' : entry.slice(colon + 1)) || keyIfNone) };
}

/** The object named by the last segment of the path of a signed request whose sender may use its bucket. */
export async function authorizeEntry(context: RequestContext): Promise<ObjectName> {
  const { account } = await authorizeManagement(context);
  const entry = parseEntry(decodePercent(context.path.slice(context.path.lastIndexOf('/') + 1)));
  await requireBucket(context, account, entry.bucket);
  return entry;
}

/**
 * The two objects named by a path such as `/copy/<source>/<target>`. A target without a key has that of the
 * source.
 */
export async function authorizeEntryPair(
  context: RequestContext,
): Promise<{ source: ObjectName; target: ObjectName }> {
  const { account } = await authorizeManagement(context);
  const [, , first = '', second = ''] = context.path.split('/').map(decodePercent);
  const source = parseEntry(first);
  const target = parseEntry(second, source.key);
  await requireBucket(context, account, source.bucket);
  await requireBucket(context, account, target.bucket);
  return { source, target };
}
