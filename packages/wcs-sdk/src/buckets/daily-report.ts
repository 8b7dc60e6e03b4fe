import type { CallOptions } from '../call-options.js';
import { type ClientContext, callManagement } from '../context.js';
import { checkBucket } from '../encoding.js';
import { invalidArgument } from '../errors.js';
import type { AnswerMembers } from '../http/answer-members.js';
import type { ReceivedAnswer } from '../http/received-answer.js';

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
  readDay: (answer: ReceivedAnswer, day: AnswerMembers) => Day,
) {
  const operation = `bucket ${report}`;
  const subject = names.join(', ');
  const target = `/bucket/${report}?${query.join('&')}`;
  return callManagement(context, { operation, subject, method: 'GET', target }, options, answer => {
    const members = answer.members();
    return {
      buckets: answer.objects(members, 'buckets').map(bucket => ({
        name: answer.text(bucket, 'name'),
        days: answer.objects(bucket, 'detail').map(day => readDay(answer, day)),
      })),
      ...answer.id,
      raw: members,
    };
  });
}
