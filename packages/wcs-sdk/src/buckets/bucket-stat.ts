import { urlSafeBase64Encode } from '@curve-wcs/etag';
import type { CallOptions } from '../call-options.js';
import type { ClientContext } from '../context.js';
import { invalidArgument } from '../errors.js';
import { bucketNames, checkDetails, dailyReport } from './daily-report.js';
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
  return dailyReport(context, { report: 'stat', names, query }, options, (answer, day) => ({
    date: answer.text(day, 'data_time'),
    storage: answer.number(day, 'storage'),
    raw: day,
  }));
}
