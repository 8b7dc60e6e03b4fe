/*
 * How records are named in the ordered store. The first letter says what kind; then
 *
 *   b<bucket>             a bucket
 *   c<bucket>\0<day>      what was counted of a bucket's requests on a day
 *   i<job>\0<index>       an item of a job, its index in 8 digits
 *   j<job>                an asynchronous job
 *   k<blob>               a block of a resumable upload
 *   o<bucket>\0<key>      an object: LevelDB's byte order is the order in which keys are listed
 *   r<blob>               how many objects consist of a blob
 *   s<name>               a setting of the store
 *   u<bucket>\0<day>      how much a bucket stores on a day on which that changed
 *   x<time><bucket>\0<key>  an object that ends at a time, in 16 digits: the order in which objects end
 */

import type { ObjectName } from './metadata-store.js';

/** Digits of a time in milliseconds since the epoch. */
const timeLength = 16;

/** Larger than any byte of UTF-8. */
const afterEverything = Buffer.from([0xff]);

/** A part of the key space, for an iterator. */
export type KeyRange = { gt: Buffer; lt: Buffer } | { gte: Buffer; lt: Buffer };

export const bucketKey = (bucket: string): Buffer => Buffer.from(`b${bucket}`);
export const blockKey = (blob: string): Buffer => Buffer.from(`k${blob}`);
export const jobKey = (id: string): Buffer => Buffer.from(`j${id}`);
export const jobItemKey = (id: string, index: number): Buffer =>
  Buffer.from(`i${id}\0${String(index).padStart(8, '0')}`);
export const objectKey = (bucket: string, key: string): Buffer => Buffer.from(`o${bucket}\0${key}`);
export const referenceKey = (blob: string): Buffer => Buffer.from(`r${blob}`);
export const expiryKey = (time: number, { bucket, key }: ObjectName): Buffer =>
  Buffer.from(`x${timeDigits(time)}${bucket}\0${key}`);
export const settingKey = (name: string): Buffer => Buffer.from(`s${name}`);

export const countsKey = (bucket: string, day: string): Buffer => Buffer.from(`c${bucket}\0${day}`);
export const usageKey = (bucket: string, day: string): Buffer => Buffer.from(`u${bucket}\0${day}`);

export const bucketRange = (): KeyRange => startingWith(Buffer.from('b'));
export const blockRange = (): KeyRange => startingWith(Buffer.from('k'));

export const jobRange = (): KeyRange => startingWith(Buffer.from('j'));
export const jobItemRange = (id: string): KeyRange => startingWith(Buffer.from(`i${id}\0`));

/** A bucket's days up to one. */
export const usageRange = (bucket: string, lastDay: string): KeyRange => ({
  gte: usageKey(bucket, ''),
  lt: Buffer.concat([usageKey(bucket, lastDay), afterEverything]),
});

/** What ends at `time` or before. */
export const expiryRange = (time: number): KeyRange => ({
  gte: Buffer.from('x'),
  lt: Buffer.from(`x${timeDigits(time + 1)}`),
});

/** The objects whose key begins with `prefix`, from the first after `after`. */
export function objectRange(
  bucket: string,
  { prefix, after }: { prefix: string; after?: string | undefined },
): KeyRange {
  const whole = startingWith(objectKey(bucket, prefix));
  if (after === undefined) return whole;
  const gt = objectKey(bucket, after);
  return Buffer.compare(gt, objectKey(bucket, prefix)) < 0 ? whole : { gt, lt: whole.lt };
}

/** A key after every object whose key begins with `prefix`, and before every other that follows. */
export function afterObjectPrefix(bucket: string, prefix: string): Buffer {
  return Buffer.concat([objectKey(bucket, prefix), afterEverything]);
}

/** What follows the kind's letter. */
export function nameOf(key: Buffer): string {
  return key.toString('utf8', 1);
}

/** The object key in the name of an object's record. */
export function objectKeyOf(bucket: string, key: Buffer): string {
  return key.toString('utf8', 2 + Buffer.byteLength(bucket));
}

/** The object in the name of an entry that says when it ends. */
export function expiringObject(key: Buffer): ObjectName {
  const name = key.toString('utf8', 1 + timeLength);
  const separator = name.indexOf('\0');
  return { bucket: name.slice(0, separator), key: name.slice(separator + 1) };
}

/** The day in the name of a usage record. */
export function usageDayOf(key: Buffer): string {
  return key.toString('utf8', key.indexOf(0) + 1);
}

function timeDigits(time: number): string {
  return String(Math.max(0, Math.trunc(time))).padStart(timeLength, '0');
}

function startingWith(start: Buffer): { gte: Buffer; lt: Buffer } {
  return { gte: start, lt: Buffer.concat([start, afterEverything]) };
}
