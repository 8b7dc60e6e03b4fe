import type { CallOptions } from '../call-options.js';
import { type ClientContext, callManagement } from '../context.js';
import { checkBucket } from '../encoding.js';
import { invalidArgument } from '../errors.js';
import { jsonAnswer } from '../http/answer.js';
import { type AnswerMembers, objectsMember } from '../http/answer-members.js';

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

/** What the service tells of buckets day by day: `GET /bucket/<report>` (wcs-api §2.7). */
export async function dailyReport<Day>(
  context: ClientContext,
  { report, names, query }: { report: string; names: readonly string[]; query: readonly string[] },
  options: CallOptions,
  readDay: (day: AnswerMembers) => Day,
) {
  const operation = `bucket ${report}`;
  const subject = names.join(', ');
  const target = `/bucket/${report}?${query.join('&')}`;
  const answer = await callManagement(context, { operation, subject, method: 'GET', target }, options);
  const members = jsonAnswer(operation, subject, answer);
  return {
    buckets: objectsMember(members, 'buckets').map(bucket => ({
      name: String(bucket['name'] ?? ''),
      days: objectsMember(bucket, 'detail').map(readDay),
    })),
    ...(answer.requestId ? { requestId: answer.requestId } : {}),
    raw: members,
  };
}
