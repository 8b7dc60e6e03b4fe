import { urlSafeBase64Encode } from '@curve-wcs/etag';
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
  return urlSafeBase64Encode(key === undefined ? bucket : `${bucket}:${key}`);
}

/** Percent-encodes a key for the download domain; `/` keeps its meaning. */
export function encodeKeyPath(key: string): string {
  return key.split('/').map(encodeURIComponent).join('/');
}

/** Refuses what cannot be a bucket's name. */
export function checkBucket(bucket: unknown): asserts bucket is string {
  if (typeof bucket !== 'string' || bucket === '' || /[:/\s\0]/.test(bucket)) {
    throw invalidArgument('bucket', 'a name without colon, slash or space', bucket);
  }
}

/** Refuses what the service does not take as a key (wcs-api §2). */
export function checkKey(key: unknown): asserts key is string {
  if (typeof key !== 'string' || key === '') throw invalidArgument('key', '1 to 1,000 bytes of UTF-8', key);
  if (Buffer.byteLength(key) > 1000) throw invalidArgument('key', 'at most 1,000 bytes of UTF-8', key);
  if (/\p{Surrogate}/u.test(key)) throw invalidArgument('key', 'well-formed Unicode', key);
  if (key.startsWith('/') || key.endsWith('/'))
    throw invalidArgument('key', 'without a slash at its start or end', key);
  if (key.split('/').some(segment => segment === '.' || segment === '..')) {
    throw invalidArgument('key', "free of '.' and '..' between slashes", key);
  }
}

/** Checks an object reference before any I/O. */
export function checkReference({ bucket, key }: ObjectReference): void {
  checkBucket(bucket);
  checkKey(key);
}
