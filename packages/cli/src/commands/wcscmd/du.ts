import type { ListedObject, WcsClient } from '@curve-wcs/wcs-sdk';
import { printListing } from '../../terminal/listing.js';
import { formatBytes } from '../../terminal/quantities.js';
import type { WcscmdCommand } from '../../wcscmd/command.js';
import { type FolderUrl, folderOf, objectAt } from '../../wcscmd/folder.js';
import { openClient } from '../../wcscmd/open-client.js';
import { parseWcsUrl } from '../../wcscmd/wcs-url.js';

/** How much there is. */
interface Usage {
  objects: number;
  bytes: number;
}

/** How much there is below a prefix of keys. */
interface FolderUsage extends Usage {
  bucket: string;
  prefix: string;
}

export const du: WcscmdCommand = {
  name: 'du',
  usage: 'wcs://BUCKET[/PREFIX]',
  minimum: 1,
  maximum: 1,
  summary: 'count the objects of a bucket or folder, and their bytes',
  details: `PREFIX is a folder, with or without its slash, or an object. --by-folder adds a line for each folder directly
in it, before the sum of all; with --json they are an object a line. --human writes sizes such as 3.4 MiB.
`,
  async run(context) {
    const { io, out, options, operands } = context;
    const place = folderOf(parseWcsUrl(operands[0] ?? ''));
    const shown = (bytes: number) => (options.has('human') ? formatBytes(bytes) : String(bytes));
    await using client = await openClient(context, ['access_key', 'secret_key', 'mgr_url']);
    const usages = usagesOf(place, objectsAt(client, place, io.signal));
    if (options.has('by-folder')) {
      await printListing(out, usages, {
        headings: ['objects', 'bytes', 'folder'],
        widths: [10, options.has('human') ? 10 : 16],
        row: ({ objects, bytes, prefix }) => [
          String(objects),
          shown(bytes),
          `wcs://${place.bucket}/${prefix}`,
        ],
      });
      return;
    }
    for await (const { objects, bytes, prefix } of usages) {
      if (prefix !== prefixOf(place)) continue;
      const usage = { bucket: place.bucket, prefix, objects, bytes };
      out.result({ ...usage, prefix: prefix || undefined, bytes: shown(bytes) }, usage);
    }
  },
};

function prefixOf({ folder, key }: FolderUrl): string {
  return key ?? folder;
}

async function* objectsAt(
  client: WcsClient,
  place: FolderUrl,
  signal: AbortSignal,
): AsyncGenerator<ListedObject> {
  const { bucket, folder } = place;
  let empty = true;
  for await (const object of client.listObjects(bucket, {
    signal,
    ...(folder === '' ? {} : { prefix: folder }),
  })) {
    empty = false;
    yield object;
  }
  const object = empty ? await objectAt(client, place, signal) : undefined;
  if (object) yield object;
}

/** Each folder of the first level, then all: keys come in order, so those of a folder come together. */
async function* usagesOf(
  place: FolderUrl,
  objects: AsyncIterable<ListedObject>,
): AsyncGenerator<FolderUsage> {
  const { bucket, folder } = place;
  const all: FolderUsage = { bucket, prefix: prefixOf(place), objects: 0, bytes: 0 };
  let current: FolderUsage | undefined;
  for await (const { key, size } of objects) {
    const end = key.indexOf('/', folder.length);
    const prefix = key.startsWith(folder) && end >= 0 ? key.slice(0, end + 1) : undefined;
    if (current && current.prefix !== prefix) {
      yield current;
      current = undefined;
    }
    if (prefix !== undefined) current ??= { bucket, prefix, objects: 0, bytes: 0 };
    for (const usage of current ? [current, all] : [all]) {
      usage.objects += 1;
      usage.bytes += size;
    }
  }
  if (current) yield current;
  yield all;
}
