import type { ClientContext } from '../context.js';
import { percentDecoded } from '../encoding.js';
import { WcsError } from '../errors.js';
import { answerError } from '../http/answer.js';
import { followRedirects } from '../http/follow-redirects.js';
import { withRetry } from '../http/retry.js';
import type { StreamedResponse } from '../http/transport.js';
import type { UrlSourceOptions } from './url-source.js';

/** What an answer says of the content. */
export interface SourceVersion {
  /** Size of the whole in bytes, where the source tells. */
  size: number | undefined;
  /** What tells this version from others: a strong ETag. A weak one does not, nor does a time in whole seconds. */
  validator: string | undefined;
  mimeType: string | undefined;
}

/** The GETs of one upload from an address: redirects, ranges, failures. */
export class UrlRequests {
  readonly #context: ClientContext;
  readonly #signal: AbortSignal;
  readonly #maxRedirects: number;
  readonly #url: string;
  readonly #headers: Record<string, string>;
  /** Names the source in errors: without credentials and query, which may be secret. */
  readonly #subject: string;

  constructor(context: ClientContext, url: URL, options: UrlSourceOptions, signal: AbortSignal) {
    const { username, password } = url;
    const address = new URL(url);
    address.username = '';
    address.password = '';
    address.hash = '';
    const credentials = `${percentDecoded(username)}:${percentDecoded(password)}`;
    this.#context = context;
    this.#signal = signal;
    this.#maxRedirects = options.maxRedirects ?? 5;
    this.#url = address.href;
    this.#subject = `${address.origin}${address.pathname}`;
    this.#headers = {
      ...(username || password
        ? { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` }
        : {}),
      ...lowerCased(options.sourceHeaders ?? {}),
    };
  }

  /**
   * Asks for the content from `position` on; only of a version with a validator there is a position.
   *
   * @param version - what it must be, when part of it was read already
   */
  async open(
    position: number,
    version: SourceVersion | undefined,
  ): Promise<SourceVersion & { body: AsyncIterable<Buffer> }> {
    const opened = async () => this.#answered(await this.#follow(position, version), position, version);
    try {
      return await withRetry(opened, this.#context.retry, this.#signal);
    } catch (error) {
      throw this.failure(error);
    }
  }

  /** The error for content that is not what it was. */
  changed(): WcsError {
    return new WcsError('SOURCE_CHANGED', `${this.#subject} changed while it was uploaded`);
  }

  /** The error for content that ended early. */
  ended(received: number, size: number): WcsError {
    return new WcsError('SOURCE_FAILED', `the answer ended after ${received} of ${size} bytes`, {
      retryable: true,
    });
  }

  /** Turns what went wrong into what the caller is told. */
  failure(error: unknown): unknown {
    if (this.#signal.aborted) return this.#signal.reason;
    if (!(error instanceof WcsError) || error.code === 'SOURCE_CHANGED' || error.code === 'CLIENT_CLOSED')
      return error;
    if (error.code === 'SOURCE_FAILED' && error.message.includes(this.#subject)) return error;
    const { message, status, retryable, attempts } = error;
    return new WcsError('SOURCE_FAILED', `cannot read ${this.#subject}: ${message}`, {
      operation: 'source',
      status,
      retryable,
      attempts,
      cause: error,
    });
  }

  async #follow(position: number, version: SourceVersion | undefined): Promise<StreamedResponse> {
    const range = position > 0 ? { range: `bytes=${position}-`, 'if-range': version?.validator ?? '' } : {};
    return followRedirects(
      this.#context.transport,
      {
        operation: 'source',
        method: 'GET',
        url: this.#url,
        privateHeaders: this.#headers,
        // Compressed, neither the length nor ranges would be those of the content.
        headers: { 'accept-encoding': 'identity', ...range },
        signal: this.#signal,
      },
      this.#maxRedirects,
      (message, status) => new WcsError('SOURCE_FAILED', message, { status }),
    );
  }

  async #answered(
    response: StreamedResponse,
    position: number,
    version: SourceVersion | undefined,
  ): Promise<SourceVersion & { body: AsyncIterable<Buffer> }> {
    const { status, headers, body } = response;
    if (status !== 200 && !(status === 206 && position > 0)) {
      await leave(body);
      const { retryable, retryAfter } = answerError('source', '', { ...response, body: Buffer.alloc(0) });
      throw new WcsError('SOURCE_FAILED', `it answered ${status}`, { status, retryable, retryAfter });
    }
    const encoding = headers['content-encoding'] ?? 'identity';
    if (encoding !== 'identity') {
      await leave(body);
      throw new WcsError('SOURCE_FAILED', `it sends ${encoding} though asked not to encode`, { status });
    }
    const current = versionOf(status, headers);
    if (!version) return { ...current, body };
    const rightRange = status === 206 && headers['content-range']?.startsWith(`bytes ${position}-`);
    const same = current.validator === version.validator && current.size === version.size;
    if (same && rightRange) return { ...current, body };
    if (same && status === 200) return { ...current, body: skipped(body, position) };
    await leave(body);
    throw this.changed();
  }
}

function versionOf(status: number, headers: Record<string, string>): SourceVersion {
  const range = /\/(\d+)$/.exec(headers['content-range'] ?? '')?.[1];
  const size = status === 206 ? range : headers['content-length'];
  const { etag = '' } = headers;
  return {
    size: size !== undefined && /^\d+$/.test(size) ? Number(size) : undefined,
    validator: etag.startsWith('"') ? etag : undefined,
    mimeType: headers['content-type'],
  };
}

/** A body from `position` on, where the source sends all of it again. */
async function* skipped(body: AsyncIterable<Buffer>, position: number): AsyncGenerator<Buffer> {
  let left = position;
  for await (const chunk of body) {
    if (chunk.length > left) yield chunk.subarray(left);
    left = Math.max(0, left - chunk.length);
  }
}

/** Lets go of an answer whose body nobody reads. */
async function leave(body: AsyncIterable<Buffer>): Promise<void> {
  await body[Symbol.asyncIterator]().return?.();
}

function lowerCased(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
