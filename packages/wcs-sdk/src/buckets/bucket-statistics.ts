import { urlSafeBase64Encode } from '@curve-wcs/etag';
import type { CallOptions } from '../call-options.js';
import type { ClientContext } from '../context.js';
import { invalidArgument } from '../errors.js';
import { type AnswerMembers, numberMember } from '../http/answer-members.js';
import { bucketNames, checkDetails, dailyReport } from './daily-report.js';
import { checkDateRange, type DateRange } from './date-range.js';

/** What the service counts for a bucket; it may know more than these. */
export type BucketCounter =
  | 'uploadTraffic'
  | 'downloadTraffic'
  | 'uploadRequest'
  | 'downloadRequest'
  | (string & {});

/** Options of {@link Buckets.statistics}. */
export interface BucketStatisticsOptions extends DateRange, CallOptions {
  /** A bucket's name, or several. */
  bucket: string | readonly string[];
  /** What to count. */
  type: BucketCounter;
  /** Ask for details. Default false. */
  details?: boolean;
}

/** What was counted for a bucket, day by day. */
export interface BucketCount {
  /** The bucket's name. */
  name: string;
  /** One entry a day. */
  days: {
    /** The day: `YYYY-MM-DD`. */
    date: string;
    /** The day's count, in the unit of its type. */
    value: number;
    /** The entry as received: `details` adds members to it. */
    raw: Record<string, unknown>;
  }[];
}

/** What {@link Buckets.statistics} gives. */
export interface BucketStatisticsResult {
  /** The buckets asked for, as far as the service knows them. */
  buckets: BucketCount[];
  /** The service's id of the request. */
  requestId?: string;
  /** The answer as received. */
  raw: Record<string, unknown>;
}

/** `GET /bucket/statistics` (wcs-api §2.7). */
export async function bucketStatistics(
  context: ClientContext,
  options: BucketStatisticsOptions,
): Promise<BucketStatisticsResult> {
  const { type, details = false } = options;
  const names = bucketNames(options.bucket);
  if (typeof type !== 'string' || !/^\w+$/.test(type)) {
    throw invalidArgument('type', 'the name of a counter, such as uploadTraffic', type);
  }
  const { start, end } = checkDateRange(options);
  const query = [
    `name=${urlSafeBase64Encode(names.join('|'))}`,
    `type=${type}`,
    `startdate=${start}`,
    `enddate=${end}`,
    `isListDetails=${checkDetails(details)}`,
  ];
  return dailyReport(context, { report: 'statistics', names, query }, options, (answer, day) => ({
    date: answer.text(day, 'data_time'),
    value: answer.number(day, counterIn(day, type)),
    raw: day,
  }));
}

/** The documents do not name the member that holds the count: its type's name, `value`, or the only number there. */
function counterIn(day: AnswerMembers, type: string): string {
  const names = [type, 'value', ...Object.keys(day).filter(name => name !== 'data_time')];
  return names.find(name => numberMember(day, name) !== undefined) ?? type;
}
