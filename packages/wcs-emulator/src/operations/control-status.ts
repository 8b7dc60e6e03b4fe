import { jsonReply } from '../http/reply.js';
import type { Operation } from '../http/request-context.js';
import { requireLocal } from './require-local.js';

/** `GET /-/control/status`: what there is, for a first look. */
export const controlStatus: Operation = async context => {
  requireLocal(context);
  return jsonReply(200, {
    url: context.url,
    now: context.now(),
    buckets: await context.storage.metadata.listBuckets(),
    accessKeys: context.accounts.all.map(({ accessKey }) => accessKey),
  });
};
