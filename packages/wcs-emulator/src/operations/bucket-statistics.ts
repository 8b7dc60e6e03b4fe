import type { Operation } from '../http/request-context.js';
import { ServiceError } from '../http/service-error.js';
import type { DayCounts } from '../storage/metadata-store.js';
import { authorizeStatistics, inMegabytes, statisticsReply } from './statistics-query.js';

/** Traffic is told in units of so many bytes. */
const megabyte = 1_000_000;

/** How each type of figure is written. */
const types: Readonly<Record<keyof DayCounts, (count: number) => string>> = {
  uploadTraffic: bytes => inMegabytes(bytes, megabyte),
  downloadTraffic: bytes => inMegabytes(bytes, megabyte),
  uploadRequest: String,
  downloadRequest: String,
};

/** `GET /bucket/statistics` (section 2.7): what was counted of each bucket's uploads or downloads on each day. */
export const bucketStatistics: Operation = async context => {
  const { buckets, days, parameters } = await authorizeStatistics(context);
  const type = parameters.get('type') ?? '';
  if (!isType(type)) throw new ServiceError(400, `type is none of ${Object.keys(types).join(', ')}`);
  const { counters, metadata } = context.storage;
  await counters.flush();
  return statisticsReply(buckets, async bucket =>
    Promise.all(
      days.map(async day => {
        const counts = await metadata.getCounts(bucket, day);
        return { data_time: day, [type]: types[type](counts[type] ?? 0) };
      }),
    ),
  );
};

function isType(text: string): text is keyof DayCounts {
  return Object.hasOwn(types, text);
}
