import { type ClientContext, requireSetting } from '../context.js';
import { checkReference, encodeKeyPath } from '../encoding.js';
import { WcsError } from '../errors.js';
import { followRedirects, type RedirectableRequest } from '../http/follow-redirects.js';
import { httpUrl } from '../http/http-url.js';
import type { StreamedResponse } from '../http/transport.js';
import type { DownloadSource } from './options.js';

/** Checks what names something on the download domain. */
export function checkSource(source: DownloadSource): void {
  if (source.url === undefined) checkReference(source);
  else httpUrl('url', source.url);
}

/** Where it is. */
export function sourceUrl(context: ClientContext, source: DownloadSource, operation: string): string {
  if (source.url !== undefined) return new URL(source.url).href;
  const urlOf = requireSetting(context.downloadUrl, 'downloadUrl', `${operation} by bucket and key`);
  return urlOf(source.bucket, encodeKeyPath(source.key));
}

/** As many as the official tool follows. */
const MOST_REDIRECTS = 30;

/** Asks the download domain, and whoever it redirects to, as a CDN does. */
export async function downloadFrom(
  { transport }: ClientContext,
  subject: string,
  request: RedirectableRequest,
): Promise<StreamedResponse> {
  const { operation } = request;
  return followRedirects(
    transport,
    request,
    MOST_REDIRECTS,
    (message, status) =>
      new WcsError('UNEXPECTED_RESPONSE', `${operation} ${subject}: ${message}`, { operation, status }),
  );
}

/** Names it in errors; a URL's query may hold a token, so it is left out. */
export function sourceSubject(source: DownloadSource): string {
  if (source.url === undefined) return `${source.bucket}:${source.key}`;
  const { origin, pathname } = new URL(source.url);
  return `${origin}${pathname}`;
}

/** Adds parameters, encoded already, to whatever query a URL has. */
export function withQuery(url: string, parameters: readonly string[]): string {
  const [base = '', ...fragment] = url.split('#');
  const query = `${base.includes('?') ? '&' : '?'}${parameters.join('&')}`;
  return [`${base}${query}`, ...fragment].join('#');
}
