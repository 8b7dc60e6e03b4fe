import type { WcscmdCommand } from '../../wcscmd/command.js';
import { openClient } from '../../wcscmd/open-client.js';
import { parseObjectUrl } from '../../wcscmd/wcs-url.js';

export const del: WcscmdCommand = {
  name: 'del',
  usage: 'wcs://BUCKET/KEY',
  minimum: 1,
  maximum: 1,
  summary: 'delete an object',
  details: `With -r, KEY is a prefix: all objects below it are deleted, as far as --include and --exclude let them.
That is asked about first, unless --yes is given; --dry-run tells what would be deleted.
`,
  async run(context) {
    const { io, out, operands, options } = context;
    if (options.has('recursive')) {
      const { delTree } = await import('../../wcscmd/trees/tree-commands.js');
      return delTree(context);
    }
    const object = parseObjectUrl(operands[0] ?? '');
    await using client = await openClient(context, ['access_key', 'secret_key', 'mgr_url']);
    const { requestId } = await client.delete({ ...object, signal: io.signal });
    out.result(
      { bucket: object.bucket, deleted: object.key, 'request id': requestId },
      { ...object, deleted: true, requestId },
    );
  },
};
