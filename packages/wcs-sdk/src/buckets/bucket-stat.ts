import { urlSafeBase64Encode } from '@curve-wcs/etag';
import type { CallOptions } from '../call-options.js';
import { type ClientContext, callManagement } from '../context.js';
import { checkBucket } from '../encoding.js';
import { invalidArgument } from '../errors.js';
import { jsonAnswer } from '../http/answer.js';
import { numberMember, objectsMember } from '../http/answer-members.js';
import { checkDateRange, type DateRange } from './date-range.js';

/** Storage classes of the service. */
export const STORAGE_CLASSES = ['Standard', 'InfrequentAccess', 'Archive'] as const;

/** A storage class of the service. */
export type StorageClass = (typeof STORAGE_CLASSES)[number];

/** Options of {@link Buckets.stat}. */
export interface BucketStatOptions extends DateRange, CallOptions {
  /** A bucket's name, or several. */
  bucket: string | readonly string[];
  /** Ask for details. Default false. */
  details?: boolean;
  /** Only what is stored in this class. Default: all of it. */
  storageClass?: StorageClass;
}

/** What a bucket held, day by day. */
export interface BucketStorage {
  /** The bucket's name. */
  name: string;
  /** One entry a day. */
  days: {
    /** The day: `YYYY-MM-DD`. */
    date: string;
    /** The most that was stored on this day, in megabytes, with three decimals. */
    storage: number;
    /** The entry as received: `details` adds members to it. */
    raw: Record<string, unknown>;
  }[];
}

/** What {@link Buckets.stat} gives. */
export interface BucketStatResult {
  /** The buckets asked for, as far as the service knows them. */
  buckets: BucketStorage[];
  /** The service's id of the request. */
  requestId?: string;
  /** The answer as received. */
  raw: Record<string, unknown>;
}

/** `GET /bucket/stat` (wcs-api §2.7). */
export async function bucketStat(
  context: ClientContext,
  options: BucketStatOptions,
): Promise<BucketStatResult> {
  const { details = false, storageClass } = options;
  const names = bucketNames(options.bucket);
  const { start, end } = checkDateRange(options);
  if (storageClass !== undefined && !STORAGE_CLASSES.includes(storageClass)) {
    throw invalidArgument('storageClass', STORAGE_CLASSES.join(', '), storageClass);
  }
  const query = [
    `name=${urlSafeBase64Encode(names.join('|'))}`,
    `startdate=${start}`,
    `enddate=${end}`,
    `isListDetails=${checkDetails(details)}`,
    ...(storageClass === undefined ? [] : [`storageType=${storageClass}`]),
  ];
  const call = {
    operation: 'bucket stat',
    subject: names.join(', '),
    method: 'GET',
    target: `/bucket/stat?${query.join('&')}`,
  } as const;
  const answer = await callManagement(context, call, options);
  const members = jsonAnswer(call.operation, call.subject, answer);
  return {
    buckets: objectsMember(members, 'buckets').map(bucket => ({
      name: String(bucket['name'] ?? ''),
      days: objectsMember(bucket, 'detail').map(day => ({
        date: String(day['data_time'] ?? ''),
        storage: numberMember(day, 'storage') ?? 0,
        raw: day,
      })),
    })),
    ...(answer.requestId ? { requestId: answer.requestId } : {}),
    raw: members,
  };
}

/** Checks the names of one bucket or several. */
export function bucketNames(bucket: string | readonly string[]): readonly string[] {
  if (!Array.isArray(bucket)) {
    checkBucket(bucket);
    return [bucket];
  }
  if (bucket.length === 0) throw invalidArgument('bucket', 'at least one name', bucket);
  for (const [index, name] of bucket.entries()) checkBucket(name, `bucket[${index}]`);
  return bucket;
}

/** Refuses what is neither true nor false: the service would take the word `undefined` for a value. */
export function checkDetails(details: unknown): boolean {
  if (typeof details !== 'boolean') throw invalidArgument('details', 'true or false', details);
  return details;
}
