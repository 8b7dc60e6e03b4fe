import { decodePercent, parseInteger } from '../http/encoding.js';
import { jsonReply } from '../http/reply.js';
import { header, type Operation } from '../http/request-context.js';
import { authorizeUpload } from './authorize-upload.js';

/** `POST /mkblk/<block size>/<block index>` (section 2.4): opens a block with its first chunk. */
export const makeBlock: Operation = async context => {
  const { policy } = await authorizeUpload(context);
  const [, , size = '', index = ''] = context.path.split('/').map(decodePercent);
  const receipt = await context.storage.blocks.start(
    {
      bucket: policy.bucket,
      batch: header(context, 'uploadbatch'),
      size: parseInteger(size, 'block size'),
      index: parseInteger(index, 'block index'),
    },
    context.body,
  );
  return jsonReply(200, receipt);
};
