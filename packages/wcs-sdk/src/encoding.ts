import { urlSafeBase64Encode } from '@curve-wcs/etag';
import { requireText } from './check-arguments.js';
import { invalidArgument } from './errors.js';

/** Names an object. */
export interface ObjectReference {
  /** The bucket's name. */
  bucket: string;
  /** The object's key: 1 to 1,000 bytes of UTF-8. */
  key: string;
}

/**
 * The entry that names a bucket or an object in a path: `b64u(bucket:key)`, or `b64u(bucket)` without a key
 * (wcs-api, Notation).
 */
export function encodeEntry(bucket: string, key?: string): string {
  requireText('bucket', bucket);
  if (key !== undefined) requireText('key', key);
  return urlSafeBase64Encode(key === undefined ? bucket : `${bucket}:${key}`);
}

/** Percent-encodes a key for the download domain; `/` keeps its meaning. */
export function encodeKeyPath(key: string): string {
  // Most keys have nothing to encode.
  return /^[\w./-]*$/.test(key) ? key : key.split('/').map(encodeURIComponent).join('/');
}

/** A text whose sequences such as `%E4` are decoded; one that is not well-formed stays as it is. */
export function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * Refuses what cannot be a bucket's name.
 *
 * @param name - how to call it in an error
 */
export function checkBucket(bucket: unknown, name = 'bucket'): asserts bucket is string {
  if (typeof bucket !== 'string' || bucket === '' || /[:/|\s\0]/.test(bucket)) {
    throw invalidArgument(name, 'a name without colon, slash, bar or space', bucket);
  }
}

/**
 * Refuses what the service does not take as a key (wcs-api §2).
 *
 * @param name - how to call it in an error
 */
export function checkKey(key: unknown, name = 'key'): asserts key is string {
  if (typeof key !== 'string' || key === '') throw invalidArgument(name, '1 to 1,000 bytes of UTF-8', key);
  if (Buffer.byteLength(key) > 1000) throw invalidArgument(name, 'at most 1,000 bytes of UTF-8', key);
  if (/\p{Surrogate}/u.test(key)) throw invalidArgument(name, 'well-formed Unicode', key);
  if (key.startsWith('/') || key.endsWith('/'))
    throw invalidArgument(name, 'without a slash at its start or end', key);
  if (/(^|\/)\.\.?(\/|$)/.test(key)) {
    throw invalidArgument(name, "free of '.' and '..' between slashes", key);
  }
}

/**
 * Refuses what cannot be a folder: a key that may end with a slash.
 *
 * @param name - how to call it in an error
 */
export function checkFolder(folder: unknown, name: string): asserts folder is string {
  checkKey(typeof folder === 'string' && folder.endsWith('/') ? folder.slice(0, -1) : folder, name);
}

/** Checks an object reference before any I/O. */
export function checkReference({ bucket, key }: ObjectReference): void {
  checkBucket(bucket);
  checkKey(key);
}
