import type { Operation } from '../http/request-context.js';
import { ServiceError } from '../http/service-error.js';
import type { UsageRecord } from '../storage/metadata-store.js';
import { authorizeStatistics, inMegabytes, statisticsReply } from './statistics-query.js';

const storageTypes = ['Standard', 'InfrequentAccess', 'Archive'];

/** Storage is told in units of so many bytes. */
const megabyte = 1 << 20;

/**
 * `GET /bucket/stat` (section 2.7): the most that each bucket stored on each day. Everything here is of the storage
 * type `Standard`; with details, that is told too.
 */
export const bucketStat: Operation = async context => {
  const { buckets, days, parameters, details } = await authorizeStatistics(context);
  const type = parameters.get('storageType') || undefined;
  if (type !== undefined && !storageTypes.includes(type)) {
    throw new ServiceError(400, `storageType is none of ${storageTypes.join(', ')}`);
  }
  return statisticsReply(buckets, async bucket => {
    const usage = await context.storage.metadata.listUsage(bucket, days.at(-1) ?? '');
    return days.map(day => {
      const total = inMegabytes(peakOn(day, usage), megabyte);
      const ofType = (name: string) => (name === 'Standard' ? total : inMegabytes(0, megabyte));
      return {
        data_time: day,
        storage: type === undefined ? total : ofType(type),
        ...(details && {
          storageDetails: Object.fromEntries(storageTypes.map(name => [name, ofType(name)])),
        }),
      };
    });
  });
};

/** On a day without a change, what there was before it. */
function peakOn(day: string, usage: readonly [day: string, usage: UsageRecord][]): number {
  const [lastDay, last] = usage.findLast(([changed]) => changed <= day) ?? [];
  if (!last) return 0;
  return lastDay === day ? last.peak : last.end;
}
