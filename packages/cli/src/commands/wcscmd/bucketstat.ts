import { OptionValues } from '../../options/option-values.js';
import type { WcscmdCommand } from '../../wcscmd/command.js';
import { openClient } from '../../wcscmd/open-client.js';
import { statisticDays } from '../../wcscmd/statistic-days.js';
import { givenValues } from '../../wcscmd/wcscmd-options.js';

export const bucketstat: WcscmdCommand = {
  name: 'bucketstat',
  usage: '"BUCKET|BUCKET..."',
  minimum: 1,
  maximum: 1,
  summary: 'show how much buckets held, day by day',
  details: `From --startdate to --enddate, at most six months; from yesterday to today by default. --storagetype counts
one class only: Standard, InfrequentAccess or Archive. With --islistdetails true the service tells more,
which --json shows.
`,
  async run(context) {
    const { io, out, operands } = context;
    const { STORAGE_CLASSES } = await import('@curve-wcs/wcs-sdk');
    const options = new OptionValues(givenValues(context.options));
    const storageClass = options.choice('storagetype', STORAGE_CLASSES);
    const details = options.choice('islistdetails', ['true', 'false']) === 'true';
    const days = statisticDays(context.options);
    await using client = await openClient(context, ['access_key', 'secret_key', 'mgr_url']);
    const { buckets, requestId } = await client.buckets.stat({
      bucket: (operands[0] ?? '').split('|'),
      ...days,
      details,
      ...(storageClass === undefined ? {} : { storageClass }),
      signal: io.signal,
    });
    const shown = buckets.map(bucket => ({
      name: bucket.name,
      days: bucket.days.map(({ raw, ...day }) => ({ ...day, ...(details ? { details: raw } : {}) })),
    }));
    if (out.json) return out.value({ buckets: shown, requestId });
    const rows = shown.flatMap(({ name, days }) =>
      days.map(({ date, storage }) => [date, storage.toFixed(3), name]),
    );
    out.table(['day', 'megabytes', 'bucket'], rows);
    out.detail(`request ${requestId ?? 'without id'}`);
  },
};
