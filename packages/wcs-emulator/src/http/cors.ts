import type { IncomingHttpHeaders } from 'node:http';
import { isLoopbackHost } from '../outbound/destination.js';
import type { Reply } from './reply.js';

/** The origins, besides this machine's own, whose pages may use the emulator: `https://app.example.com`, or any. */
export type CorsOrigins = readonly string[] | 'any';

/** What of an answer a page may read besides its body. */
const EXPOSED = 'Accept-Ranges, Content-Length, Content-Range, ETag, X-Reqid, x-wcs-next-append-position';

/** Headers that let the page of another origin read an answer; none if it may not. */
export function corsHeaders({ origin }: IncomingHttpHeaders, allowed: CorsOrigins): Record<string, string> {
  if (origin === undefined) return {};
  // The answer depends on who asks, whether or not he may.
  if (!isAllowed(origin, allowed)) return { Vary: 'Origin' };
  return { Vary: 'Origin', 'Access-Control-Allow-Origin': origin, 'Access-Control-Expose-Headers': EXPOSED };
}

/**
 * Answers the question of a browser whether a page may send a request, as to `/mkblk`, which takes headers that no form
 * has. Who may not is told nothing.
 *
 * @returns undefined if it is no such question
 */
export function preflight(
  method: string,
  headers: IncomingHttpHeaders,
  allowed: CorsOrigins,
): Reply | undefined {
  const { origin } = headers;
  const wanted = headers['access-control-request-method'];
  if (method !== 'OPTIONS' || origin === undefined || wanted === undefined) return undefined;
  if (!isAllowed(origin, allowed)) return { status: 403 };
  const fields = headers['access-control-request-headers'];
  return {
    status: 204,
    headers: {
      'Access-Control-Allow-Methods': 'GET, HEAD, POST',
      ...(fields === undefined ? {} : { 'Access-Control-Allow-Headers': fields }),
      ...(headers['access-control-request-private-network'] === undefined
        ? {}
        : { 'Access-Control-Allow-Private-Network': 'true' }),
      'Access-Control-Max-Age': '600',
    },
  };
}

function isAllowed(origin: string, allowed: CorsOrigins): boolean {
  if (allowed === 'any' || allowed.includes(origin)) return true;
  return URL.canParse(origin) && isLoopbackHost(new URL(origin).hostname);
}
