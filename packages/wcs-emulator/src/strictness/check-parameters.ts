import { parseParameters, parseQuery } from '../http/encoding.js';
import { ServiceError } from '../http/service-error.js';

/** What the documents know of a path. */
interface KnownParameters {
  query?: readonly string[];
  body?: readonly string[];
}

const jobSwitches = ['notifyURL', 'force', 'separate'];
const dates = ['startdate', 'enddate', 'isListDetails'];

/** The first path that fits counts. */
const documented: readonly [RegExp, KnownParameters][] = [
  [/^\/list$/, { query: ['bucket', 'limit', 'prefix', 'mode', 'marker', 'startTime', 'endTime'] }],
  [/^\/bucket\/stat$/, { query: ['name', ...dates, 'storageType'] }],
  [/^\/bucket\/statistics$/, { query: ['name', 'type', ...dates] }],
  [/^\/setdeadline$/, { body: ['bucket', 'key', 'deadline', 'deleteAfterDays', 'relevance'] }],
  [/^\/fops$/, { body: ['bucket', 'key', 'fops', ...jobSwitches] }],
  [/^\/(fmgr\/status|status\/get\/prefop)$/, { query: ['persistentId'] }],
  [/^\/fmgr\//, { body: ['fops', ...jobSwitches] }],
  [/^\/imageDetect$/, { body: ['image', 'type', 'bucket'] }],
  [/^\/wslive\/list$/, { query: ['channelname', 'startTime', 'endTime', 'bucket', 'start', 'limit'] }],
];

/** @throws ServiceError 400 when a query has a parameter that the documents do not know */
export function checkQuery(path: string, query: string): void {
  refuseUnknown('query parameter', parseQuery(query).keys(), knownOf(path).query);
}

/** @throws ServiceError 400 when a management request's body has a parameter that the documents do not know */
export function checkBody(path: string, body: Uint8Array): void {
  refuseUnknown('parameter', parseParameters(body).keys(), knownOf(path).body);
}

/** @throws ServiceError 400 for the first name that is not known */
export function refuseUnknown(what: string, names: Iterable<string>, known: readonly string[] = []): void {
  for (const name of names) {
    if (known.includes(name)) continue;
    const instead = known.length > 0 ? `only ${known.join(', ')}` : 'none is known here';
    throw new ServiceError(400, `strict: unknown ${what} ${name}, ${instead}`);
  }
}

function knownOf(path: string): KnownParameters {
  return documented.find(([pattern]) => pattern.test(path))?.[1] ?? {};
}
