import { ServiceError } from '../http/service-error.js';
import { parseEntry } from '../operations/object-entry.js';
import { checkKey } from '../operations/object-key.js';
import type { ObjectName } from '../storage/metadata-store.js';
import { CommandFields } from './command-fields.js';

/** What a command of `copy` or `move` is about. */
export interface Relocation {
  source: ObjectName;
  target: ObjectName;
}

/**
 * Reads `resource/<entry>/bucket/<b>[/key/<k>][/prefix/<p>]` (section 2.9). Without a key the target has that of the
 * source.
 *
 * @throws ServiceError 400
 */
export function parseRelocation(command: string): Relocation {
  const fields = new CommandFields(command, ['resource', 'bucket', 'key', 'prefix']);
  const resource = fields.plain('resource');
  if (resource === undefined) throw new ServiceError(400, 'resource is missing');
  const source = parseEntry(resource);
  const key = fields.key('key') ?? source.key;
  return { source, target: { bucket: fields.required('bucket'), key: prefixed(fields.text('prefix'), key) } };
}

/** A key under a prefix: `prefix/key`, whether or not the prefix ends with a slash of its own. */
export function prefixed(prefix: string | undefined, key: string): string {
  return checkKey(prefix ? `${prefix.replace(/\/$/, '')}/${key}` : key);
}
