import type { ObjectPage } from '@curve-wcs/wcs-sdk';
import { count, formatTime } from '../../terminal/quantities.js';
import type { CommandContext, WcscmdCommand } from '../../wcscmd/command.js';
import { listingOptions } from '../../wcscmd/listing-options.js';
import { openClient } from '../../wcscmd/open-client.js';
import { resultFile } from '../../wcscmd/result-file.js';
import { parseBucketUrl } from '../../wcscmd/wcs-url.js';

export const list: WcscmdCommand = {
  name: 'list',
  usage: 'wcs://BUCKET [RESFILE]',
  minimum: 1,
  maximum: 2,
  summary: 'list a page of the objects of a bucket',
  details: `A page has up to --limit objects; --marker goes on where an earlier page ended. With RESFILE the service's
answer is written there, as JSON, or with --format python as the official tool writes it. Otherwise the
objects are printed: size, time and key, separated by tabs unless a terminal shows them.
`,
  async run(context) {
    const { operands } = context;
    const bucket = parseBucketUrl(operands[0] ?? '');
    const options = listingOptions(context);
    await using file = resultFile(context, operands[1], { lines: false });
    await using client = await openClient(context, ['access_key', 'secret_key', 'mgr_url']);
    for await (const page of client.listObjects(bucket, options).pages()) {
      if (file === undefined) print(context, bucket, page);
      else {
        await file.write(page.raw);
        await file.publish();
        const { items, marker, requestId } = page;
        context.out.result(
          { file: file.path, objects: items.length, 'request id': requestId },
          { file: file.path, objects: items.length, marker, requestId },
        );
      }
      if (page.marker !== '') context.out.notice(`there is more: go on with --marker ${page.marker}`);
      return;
    }
  },
};

function print({ out }: CommandContext, bucket: string, page: ObjectPage): void {
  const { items, commonPrefixes, marker, requestId } = page;
  if (out.json) {
    out.value({ bucket, marker, commonPrefixes, items, requestId });
    return;
  }
  out.table(
    ['size', 'time', 'key'],
    [
      ...commonPrefixes.map(prefix => ['-', '-', prefix]),
      ...items.map(({ size, putTime, key }) => [String(size), formatTime(putTime), key]),
    ],
  );
  out.detail(`${count(items.length, 'object')}, request ${requestId ?? 'without id'}`);
}
