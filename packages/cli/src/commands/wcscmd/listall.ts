import type { ObjectPage } from '@curve-wcs/wcs-sdk';
import { formatTime } from '../../terminal/quantities.js';
import type { CommandContext, WcscmdCommand } from '../../wcscmd/command.js';
import { listingOptions } from '../../wcscmd/listing-options.js';
import { openClient } from '../../wcscmd/open-client.js';
import { resultFile } from '../../wcscmd/result-file.js';
import { parseBucketUrl } from '../../wcscmd/wcs-url.js';

export const listall: WcscmdCommand = {
  name: 'listall',
  usage: 'wcs://BUCKET [RESFILE]',
  minimum: 1,
  maximum: 2,
  summary: 'list all objects of a bucket',
  details: `Asks for page after page, each of up to --limit objects. With RESFILE the service's answers are written there,
a line each, as JSON, or with --format python as the official tool writes them. Otherwise the objects are
printed as they come: size, time and key, or with --json one object a line.
`,
  async run(context) {
    const { out, operands } = context;
    const bucket = parseBucketUrl(operands[0] ?? '');
    const options = listingOptions(context);
    await using file = resultFile(context, operands[1], { lines: true });
    await using client = await openClient(context, ['access_key', 'secret_key', 'mgr_url']);
    let objects = 0;
    let requestId: string | undefined;
    for await (const page of client.listObjects(bucket, options).pages()) {
      await (file ? file.write(page.raw) : print(context, page));
      objects += page.items.length;
      ({ requestId } = page);
    }
    if (file) {
      await file.publish();
      out.result(
        { file: file.path, objects, 'request id': requestId },
        { file: file.path, objects, requestId },
      );
    }
  },
};

/** Prints a page while the next one is still to come: a list of any length needs the memory of one page. */
async function print({ out }: CommandContext, { commonPrefixes, items }: ObjectPage): Promise<void> {
  for (const prefix of commonPrefixes) {
    if (out.json) out.record({ prefix });
    else out.row(['-', '-', prefix]);
  }
  for (const item of items) {
    if (out.json) out.record(item);
    else out.row([String(item.size), formatTime(item.putTime), item.key]);
    await out.ready();
  }
}
