import { decodePercent, parseInteger } from '../http/encoding.js';
import { jsonReply } from '../http/reply.js';
import type { Operation } from '../http/request-context.js';
import { authorizeUpload } from './authorize-upload.js';

/** `POST /bput/<ctx>/<offset>` (section 2.4): appends the next chunk to a block. */
export const putChunk: Operation = async context => {
  const { policy } = await authorizeUpload(context);
  const [, , ctx = '', offset = ''] = context.path.split('/').map(decodePercent);
  const receipt = await context.storage.blocks.append(
    { bucket: policy.bucket, context: ctx, offset: parseInteger(offset, 'offset') },
    context.body,
  );
  return jsonReply(200, receipt);
};
