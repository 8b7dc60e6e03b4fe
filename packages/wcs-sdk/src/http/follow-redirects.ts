import type { WcsError } from '../errors.js';
import type { HttpSender, StreamedResponse, WireRequest } from './transport.js';

const REDIRECTS = [301, 302, 303, 307, 308];

/** A request without a body, which may be sent again elsewhere. */
export interface RedirectableRequest extends WireRequest {
  method: 'GET' | 'HEAD';
  /** Sent besides `headers`, but to no other origin: what was meant for one host is no other's business. */
  privateHeaders?: Record<string, string>;
}

/**
 * Sends a request, and sends it again to where the answer points, at most `limit` times. Headers of the call
 * ({@link HttpSender.withHeaders}) stay with the first origin, too.
 *
 * @param fail - makes the error for a redirection that is not followed
 */
export async function followRedirects(
  sender: HttpSender,
  { privateHeaders, ...request }: RedirectableRequest,
  limit: number,
  fail: (message: string, status: number) => WcsError,
): Promise<StreamedResponse> {
  let { url } = request;
  let foreign = false;
  for (let redirects = 0; ; redirects++) {
    const headers = privateHeaders && !foreign ? { ...privateHeaders, ...request.headers } : request.headers;
    const response = await sender.stream({ ...request, url, foreign, ...(headers && { headers }) });
    const { location } = response.headers;
    if (!REDIRECTS.includes(response.status) || location === undefined) return response;
    await response.body.return?.();
    const problem = redirects >= limit ? `more than ${limit} redirects` : redirectProblem(url, location);
    if (problem !== undefined) throw fail(problem, response.status);
    const next = new URL(location, url);
    next.hash = '';
    foreign ||= next.origin !== new URL(url).origin;
    url = next.href;
  }
}

function redirectProblem(from: string, location: string): string | undefined {
  if (!URL.canParse(location, from)) return 'it redirects to what is no URL';
  const next = new URL(location, from);
  if (!/^https?:$/.test(next.protocol)) return `it redirects to ${next.protocol}`;
  if (from.startsWith('https:') && next.protocol === 'http:') return 'it redirects from https to http';
  if (next.username || next.password) return 'it redirects to a URL with credentials';
  return undefined;
}
