import type { WcscmdCommand } from '../../wcscmd/command.js';
import { openClient } from '../../wcscmd/open-client.js';
import { parseObjectUrl } from '../../wcscmd/wcs-url.js';

export const del: WcscmdCommand = {
  name: 'del',
  usage: 'wcs://BUCKET/KEY',
  minimum: 1,
  maximum: 1,
  summary: 'delete an object',
  details: '',
  async run(context) {
    const { io, out, operands } = context;
    const object = parseObjectUrl(operands[0] ?? '');
    await using client = await openClient(context, ['access_key', 'secret_key', 'mgr_url']);
    const { requestId } = await client.delete({ ...object, signal: io.signal });
    out.result(
      { bucket: object.bucket, deleted: object.key, 'request id': requestId },
      { ...object, deleted: true, requestId },
    );
  },
};
