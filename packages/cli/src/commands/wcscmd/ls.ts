import type { ListedObject, WcsClient } from '@curve-wcs/wcs-sdk';
import { CliError } from '../../cli-error.js';
import { ExitCode } from '../../exit-code.js';
import { printListing } from '../../terminal/listing.js';
import { formatBytes, formatTime } from '../../terminal/quantities.js';
import type { CommandContext, WcscmdCommand } from '../../wcscmd/command.js';
import { type FolderUrl, folderOf, objectAt } from '../../wcscmd/folder.js';
import { openClient } from '../../wcscmd/open-client.js';
import { parseWcsUrl } from '../../wcscmd/wcs-url.js';

/** A line of the listing: a folder, by the prefix of its keys, or an object. */
type Entry = { folder: string } | { object: ListedObject };

export const ls: WcscmdCommand = {
  name: 'ls',
  usage: '[wcs://BUCKET[/PREFIX]]',
  minimum: 0,
  maximum: 1,
  summary: 'list buckets, or what is in a bucket or folder',
  details: `Without an argument, the buckets. PREFIX is a folder, with or without its slash, or an object. Folders end in
/; -r lists all keys below instead. -l adds size, time and storage class; --human writes sizes such as
3.4 MiB. In pipes columns are separated by tabs; --json prints an object a line.
`,
  async run(context) {
    const { io, out, operands } = context;
    const [url] = operands;
    const place = url === undefined ? undefined : folderOf(parseWcsUrl(url));
    await using client = await openClient(context, ['access_key', 'secret_key', 'mgr_url']);
    if (place) await list(context, client, place);
    else {
      const buckets = await client.buckets.list({ signal: io.signal });
      await printListing(out, buckets, { headings: [], row: ({ name }) => [name] });
    }
  },
};

async function list(
  { io, out, options }: CommandContext,
  client: WcsClient,
  place: FolderUrl,
): Promise<void> {
  const recursive = options.has('recursive');
  const long = options.has('long');
  const sizeOf = (size: number) => (options.has('human') ? formatBytes(size) : String(size));
  const nameOf = (key: string) =>
    recursive || !key.startsWith(place.folder) ? key : key.slice(place.folder.length);
  const rowOf = (entry: Entry) => {
    if ('folder' in entry) return ['-', '-', '-', nameOf(entry.folder)];
    const { size, putTime, storageClass = '-', key } = entry.object;
    return [sizeOf(size), formatTime(putTime), storageClass, nameOf(key)];
  };
  await printListing(out, entriesIn(client, place, recursive, io.signal), {
    headings: long ? ['size', 'time', 'class', 'name'] : [],
    widths: [options.has('human') ? 10 : 14, 20, 10],
    row: entry => rowOf(entry).slice(long ? 0 : -1),
    value: entry =>
      'folder' in entry ? { type: 'folder', key: entry.folder } : { type: 'object', ...entry.object },
  });
}

async function* entriesIn(
  client: WcsClient,
  place: FolderUrl,
  recursive: boolean,
  signal: AbortSignal,
): AsyncGenerator<Entry> {
  const { bucket, folder } = place;
  const listing = client.listObjects(bucket, {
    signal,
    ...(folder === '' ? {} : { prefix: folder }),
    ...(recursive ? {} : { mode: 1 }),
  });
  let empty = true;
  for await (const { commonPrefixes, items } of listing.pages()) {
    for (const one of commonPrefixes) yield { folder: one };
    for (const object of items) yield { object };
    empty &&= commonPrefixes.length + items.length === 0;
  }
  if (!empty || folder === '') return;
  const object = await objectAt(client, place, signal);
  if (!object)
    throw new CliError(ExitCode.failed, `there is nothing at wcs://${bucket}/${place.key ?? folder}`);
  yield { object };
}
