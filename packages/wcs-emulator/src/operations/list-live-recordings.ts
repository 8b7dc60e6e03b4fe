import { parseInteger, parseQuery } from '../http/encoding.js';
import { jsonReply } from '../http/reply.js';
import type { Operation } from '../http/request-context.js';
import { ServiceError } from '../http/service-error.js';
import { authorizeManagement, requireBucket } from './authorize.js';

/**
 * `GET /wslive/list?…` (section 2.11): the loaded recordings of a channel that begin in a span of time, earliest
 * first. `start` counts them from 1.
 */
export const listLiveRecordings: Operation = async context => {
  const { account } = await authorizeManagement(context);
  const query = parseQuery(context.query);
  const required = (name: string) => {
    const value = query.get(name);
    if (!value) throw new ServiceError(400, `${name} is missing`);
    return value;
  };
  const time = (name: string) => {
    const value = required(name);
    if (!/^\d{14}$/.test(value)) throw new ServiceError(400, `${name} is not of the form yyyyMMddHHmmss`);
    return value;
  };
  const bucket = required('bucket');
  await requireBucket(context, account, bucket);
  const channel = required('channelname');
  const [from, to] = [time('startTime'), time('endTime')];
  const start = parseInteger(query.get('start') || '1', 'start');
  const limit = parseInteger(query.get('limit') || '1000', 'limit', { min: 1, max: 1000 });
  const found = context.liveRecordings
    .list()
    .filter(one => one.bucket === bucket && one.channelname === channel)
    .filter(({ startTime }) => startTime >= from && startTime <= to);
  const skipped = Math.max(0, start - 1);
  return jsonReply(200, { items: found.slice(skipped, skipped + limit) });
};
