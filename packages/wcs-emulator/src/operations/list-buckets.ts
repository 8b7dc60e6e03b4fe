import { owns } from '../auth/accounts.js';
import { jsonReply } from '../http/reply.js';
import type { Operation } from '../http/request-context.js';
import { authorizeManagement } from './authorize.js';

/** `GET /bucket/list` (section 2.7): the buckets of the account that asks. */
export const listBuckets: Operation = async context => {
  const { account } = await authorizeManagement(context);
  const buckets = await context.storage.metadata.listBuckets();
  return jsonReply(200, {
    code: '200',
    message: 'OK',
    buckets: buckets.filter(bucket => owns(account, bucket)).map(name => ({ name })),
  });
};
