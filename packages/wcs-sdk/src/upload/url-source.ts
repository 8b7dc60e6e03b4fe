import { LinkedAbort } from '../abort.js';
import type { ClientContext } from '../context.js';
import { percentDecoded } from '../encoding.js';
import { invalidArgument, WcsError } from '../errors.js';
import { Headway } from '../http/headway.js';
import { ReceivedPrefix } from '../http/received-prefix.js';
import { wholeNumber } from '../number-options.js';
import type { SequentialSource } from './source.js';
import { sequentialSource } from './stream-source.js';
import { type SourceVersion, UrlRequests } from './url-requests.js';

/** How an address is read. */
export interface UrlSourceOptions {
  /** Headers for the source, such as `Authorization`. Another host that it redirects to does not get them. */
  sourceHeaders?: Record<string, string>;
  /** How many redirects are followed. Default 5. */
  maxRedirects?: number;
}

/** Refuses what is no address to read from; its credentials and query are not shown. */
export function checkUrlSource(url: unknown, options: UrlSourceOptions): URL {
  const text = String(url);
  if (!URL.canParse(text)) throw invalidArgument('url', 'an http:// or https:// URL', 'no URL');
  const parsed = new URL(text);
  if (!/^https?:$/.test(parsed.protocol)) {
    throw invalidArgument('url', 'an http:// or https:// URL', `${parsed.protocol}//${parsed.host}`);
  }
  if (options.maxRedirects !== undefined) wholeNumber('maxRedirects', options.maxRedirects, { maximum: 100 });
  for (const [name, value] of Object.entries(options.sourceHeaders ?? {})) {
    const usable = /^[\w!#$%&'*+.^`|~-]+$/.test(name) && /^[\t\x20-\x7e\x80-\xff]*$/.test(String(value));
    if (!usable) throw invalidArgument('sourceHeaders', 'names and values of headers', name);
    if (/^(accept-encoding|connection|content-length|host|if-range|range|transfer-encoding)$/i.test(name)) {
      throw invalidArgument('sourceHeaders', 'free of headers that the request sets by itself', name);
    }
  }
  return parsed;
}

/**
 * Opens an address as a source that is read once. A connection that breaks is followed by a request for the rest,
 * if the address says which version it is of, else for all of it, which must begin as it did before.
 *
 * @param context - the client's, without the headers of a call: those are for the service
 */
export async function openUrlSource(
  context: ClientContext,
  url: URL,
  options: UrlSourceOptions,
  signal: AbortSignal | undefined,
): Promise<SequentialSource> {
  const abort = new LinkedAbort(signal);
  const end = () => {
    abort.abort(new WcsError('SOURCE_FAILED', 'the source is no longer wanted'));
    abort[Symbol.dispose]();
  };
  try {
    const requests = new UrlRequests(context, url, options, abort.signal);
    const first = await requests.open(0, undefined);
    const { size, mimeType } = first;
    const inner = sequentialSource(
      contentOf(requests, first, new Headway(context.retry, abort.signal)),
      nameOf(url),
    );
    return {
      ...inner,
      ...(size === undefined ? {} : { size }),
      ...(mimeType === undefined ? {} : { mimeType }),
      // To a reader of streams every failure is one of its source; this one is of the client that reads here.
      fill: target =>
        inner.fill(target).catch(error => {
          throw error.cause instanceof WcsError && error.cause.code === 'CLIENT_CLOSED' ? error.cause : error;
        }),
      async close() {
        end();
        await inner.close();
      },
    };
  } catch (error) {
    end();
    throw error;
  }
}

/** The content in order, over as many requests as it takes. */
async function* contentOf(
  requests: UrlRequests,
  first: SourceVersion & { body: AsyncIterable<Buffer> },
  headway: Headway,
): AsyncGenerator<Buffer> {
  const received = first.validator === undefined ? new ReceivedPrefix() : undefined;
  let body: AsyncIterable<Buffer> = first.body;
  let position = 0;
  for (;;) {
    const before = position;
    try {
      for await (const chunk of body) {
        position += chunk.length;
        received?.add(chunk);
        yield chunk;
      }
      if (first.size === undefined || position === first.size) return;
      throw requests.ended(position, first.size);
    } catch (error) {
      await headway.again(error, position - before).catch(final => {
        throw requests.failure(final);
      });
      ({ body } = await requests.open(received ? 0 : position, first));
      if (received) body = received.after(body, () => requests.changed());
    }
  }
}

/** The last segment of the path, which the key defaults to. */
function nameOf({ pathname }: URL): string | undefined {
  return percentDecoded(pathname.split('/').at(-1) ?? '') || undefined;
}
