import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { ObjectPage } from '@curve-wcs/wcs-sdk';
import { CliError } from '../../cli-error.js';
import { ExitCode } from '../../exit-code.js';
import { count, formatTime } from '../../terminal/quantities.js';
import type { CommandContext, WcscmdCommand } from '../../wcscmd/command.js';
import { checkSettings } from '../../wcscmd/load-config.js';
import { openClient } from '../../wcscmd/open-client.js';
import { parseBucketUrl } from '../../wcscmd/wcs-url.js';

export const list: WcscmdCommand = {
  name: 'list',
  usage: 'wcs://BUCKET [RESFILE]',
  minimum: 1,
  maximum: 2,
  summary: 'list a page of the objects of a bucket',
  details: `A page has up to --limit objects; --marker goes on where an earlier page ended. With RESFILE the service's
answer is written there, as JSON. Otherwise the objects are printed: size, time and key, separated by
tabs unless a terminal shows them.
`,
  async run(context) {
    const { config, io, operands } = context;
    const bucket = parseBucketUrl(operands[0] ?? '');
    checkSettings(config, ['limit', 'mode']);
    const { limit, mode, prefix, marker } = config.settings;
    await using client = await openClient(context, ['access_key', 'secret_key', 'mgr_url']);
    const listing = client.listObjects(bucket, {
      pageSize: Number(limit),
      signal: io.signal,
      ...(prefix ? { prefix } : {}),
      ...(marker ? { marker } : {}),
      // Any other mode means none, such as the default of 3.
      ...(mode === '0' || mode === '1' ? { mode: mode === '0' ? 0 : 1 } : {}),
    });
    for await (const page of listing.pages()) {
      await show(context, bucket, page);
      return;
    }
  },
};

async function show({ io, out, operands }: CommandContext, bucket: string, page: ObjectPage): Promise<void> {
  const { raw, items, commonPrefixes, marker, requestId } = page;
  const [, resultFile] = operands;
  if (resultFile !== undefined) {
    const path = resolve(io.cwd, resultFile);
    await writeFile(path, `${JSON.stringify(raw)}\n`).catch(error => {
      throw new CliError(ExitCode.failed, `cannot write ${path}: ${error.message}`, { cause: error });
    });
    out.result(
      { file: path, objects: items.length, 'request id': requestId },
      { file: path, objects: items.length, marker, requestId },
    );
  } else if (out.json) {
    out.value({ bucket, marker, commonPrefixes, items, requestId });
  } else {
    out.table(
      ['size', 'time', 'key'],
      [
        ...commonPrefixes.map(prefix => ['-', '-', prefix]),
        ...items.map(({ size, putTime, key }) => [String(size), formatTime(putTime), key]),
      ],
    );
    out.detail(`${count(items.length, 'object')}, request ${requestId ?? 'without id'}`);
  }
  if (marker !== '') out.notice(`there is more: go on with --marker ${marker}`);
}
