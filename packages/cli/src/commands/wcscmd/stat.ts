import { formatTime } from '../../terminal/quantities.js';
import type { WcscmdCommand } from '../../wcscmd/command.js';
import { openClient } from '../../wcscmd/open-client.js';
import { parseObjectUrl } from '../../wcscmd/wcs-url.js';

export const stat: WcscmdCommand = {
  name: 'stat',
  usage: 'wcs://BUCKET/KEY',
  minimum: 1,
  maximum: 1,
  summary: "show an object's size, hash, type and times",
  details: '',
  async run(context) {
    const { io, out, operands } = context;
    const object = parseObjectUrl(operands[0] ?? '');
    await using client = await openClient(context, ['access_key', 'secret_key', 'mgr_url']);
    const { raw, ...found } = await client.stat({ ...object, signal: io.signal });
    out.result(
      {
        bucket: object.bucket,
        key: found.key,
        size: found.size,
        hash: found.hash,
        type: found.mimeType,
        time: formatTime(found.putTime),
        expires: found.expirationDate,
        'storage class': found.storageClass,
        'request id': found.requestId,
      },
      { bucket: object.bucket, ...found },
    );
  },
};
