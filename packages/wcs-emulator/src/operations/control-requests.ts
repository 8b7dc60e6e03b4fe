import { parseInteger, parseQuery } from '../http/encoding.js';
import { jsonReply } from '../http/reply.js';
import type { Operation } from '../http/request-context.js';
import { requireLocal } from './require-local.js';

/** The longest that a reader is kept waiting for news, in milliseconds. */
const longestWait = 20_000;

/**
 * `GET /-/control/requests?after=<number>&wait=<milliseconds>`: the requests that ended after the one with this
 * number, or the latest; waits for one when there is none yet.
 */
export const controlRequests: Operation = async context => {
  requireLocal(context);
  const query = parseQuery(context.query);
  const after = parseInteger(query.get('after') ?? '0', 'after');
  const wait = Math.min(parseInteger(query.get('wait') ?? '0', 'wait'), longestWait);
  const { feed } = context;
  await feed.waitAfter(after, AbortSignal.any([context.closing, AbortSignal.timeout(wait)]));
  return jsonReply(200, { requests: feed.after(after), last: feed.last });
};
