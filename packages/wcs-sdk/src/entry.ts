import { checkBucket, checkKey, type ObjectReference } from './encoding.js';
import { invalidArgument } from './errors.js';

/** Names an object: `bucket:key`, or its two parts. A key may hold colons; a bucket's name never does. */
export type ObjectEntry = string | ObjectReference;

/** Names a bucket, and maybe a key in it. */
export interface TargetReference {
  /** The bucket's name. */
  bucket: string;
  /** The object's key. Absent or empty: it stays the same. */
  key?: string | undefined;
}

/** Names where something goes: as {@link ObjectEntry}, or the bucket alone where the key is to stay the same. */
export type TargetEntry = string | TargetReference;

/**
 * Reads and checks an entry.
 *
 * @param name - how to call it in an error
 */
export function objectEntry(name: string, entry: ObjectEntry): ObjectReference {
  const { bucket, key } = parts(name, entry);
  checkBucket(bucket, `the bucket of ${name}`);
  checkKey(key, `the key of ${name}`);
  return { bucket, key };
}

/** Like {@link objectEntry}; an empty key is no key. */
export function targetEntry(name: string, entry: TargetEntry): { bucket: string; key?: string } {
  const { bucket, key } = parts(name, entry);
  checkBucket(bucket, `the bucket of ${name}`);
  if (key === undefined || key === '') return { bucket };
  checkKey(key, `the key of ${name}`);
  return { bucket, key };
}

function parts(name: string, entry: TargetEntry): { bucket: unknown; key: unknown } {
  if (typeof entry === 'string') {
    const colon = entry.indexOf(':');
    return colon < 0
      ? { bucket: entry, key: undefined }
      : { bucket: entry.slice(0, colon), key: entry.slice(colon + 1) };
  }
  if (typeof entry === 'object' && entry !== null) return { bucket: entry.bucket, key: entry.key };
  throw invalidArgument(name, "'bucket:key' or an object with bucket and key", entry);
}
