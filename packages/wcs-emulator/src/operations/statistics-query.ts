import { decodeText, parseQuery } from '../http/encoding.js';
import { jsonReply, type Reply } from '../http/reply.js';
import type { RequestContext } from '../http/request-context.js';
import { ServiceError } from '../http/service-error.js';
import { dayOf } from '../storage/day.js';
import { authorizeManagement, requireBucket } from './authorize.js';

/** What a request for figures of buckets asks for. */
export interface StatisticsQuery {
  buckets: string[];
  /** Each day asked about, up to today, as `2023-11-10`. */
  days: string[];
  /** The request's other parameters. */
  parameters: ReadonlyMap<string, string>;
  details: boolean;
}

/**
 * Reads what both calls for figures of buckets have in common (section 2.7): `name`, `startdate`, `enddate`, which
 * may be six months apart, and `isListDetails`. The buckets are the sender's.
 */
export async function authorizeStatistics(context: RequestContext): Promise<StatisticsQuery> {
  const { account } = await authorizeManagement(context);
  const parameters = parseQuery(context.query);
  const buckets = [...new Set(decodeText(parameters.get('name') ?? '', 'name').split('|'))];
  if (buckets.includes('')) throw new ServiceError(400, 'name is Base64 of bucket|bucket');
  const details = parameters.get('isListDetails') || 'false';
  if (details !== 'true' && details !== 'false')
    throw new ServiceError(400, 'isListDetails is true or false');
  const days = daysBetween(readDay(parameters, 'startdate'), readDay(parameters, 'enddate'));
  for (const bucket of buckets) await requireBucket(context, account, bucket);
  const today = dayOf(context.now());
  return { buckets, days: days.filter(day => day <= today), parameters, details: details === 'true' };
}

/** The frame of both answers. */
export async function statisticsReply(
  buckets: readonly string[],
  detailOf: (bucket: string) => Promise<Record<string, unknown>[]>,
): Promise<Reply> {
  const described: unknown[] = [];
  for (const name of buckets) described.push({ name, detail: await detailOf(name) });
  return jsonReply(200, { code: '200', message: 'OK', buckets: described });
}

/** A number of bytes in units of `unit` bytes, with three decimals. */
export function inMegabytes(bytes: number, unit: number): string {
  return (bytes / unit).toFixed(3);
}

function readDay(parameters: ReadonlyMap<string, string>, name: string): Date {
  const text = parameters.get(name) ?? '';
  const date = new Date(`${text}T00:00:00Z`);
  if (!/^\d{4}-\d\d-\d\d$/.test(text) || Number.isNaN(date.getTime()) || dayOf(date.getTime()) !== text) {
    throw new ServiceError(400, `${name} is a day such as 2023-11-10`);
  }
  return date;
}

function daysBetween(first: Date, last: Date): string[] {
  if (last < first) throw new ServiceError(400, 'enddate is before startdate');
  const limit = new Date(first);
  limit.setUTCMonth(limit.getUTCMonth() + 6);
  if (last > limit) throw new ServiceError(400, 'startdate and enddate are more than six months apart');
  const days: string[] = [];
  for (const day = new Date(first); day <= last; day.setUTCDate(day.getUTCDate() + 1)) {
    days.push(dayOf(day.getTime()));
  }
  return days;
}
