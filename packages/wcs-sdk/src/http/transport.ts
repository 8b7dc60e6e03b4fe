import type { Readable } from 'node:stream';
import { onAbort } from '../abort.js';
import { WcsError } from '../errors.js';
import type { AgentPool } from './agent-pool.js';
import { directExchange } from './direct-exchange.js';
import type { Exchange, ExchangeOptions, RawAnswer } from './exchange.js';
import { GotExchanges } from './got-exchange.js';
import { Pace, timeoutError } from './time-limits.js';
import { transportError } from './transport-error.js';

/** A body that is made anew for each attempt, so that a retry never sends a consumed stream. */
export interface StreamedBody {
  /** Exact number of bytes that `open()` yields. */
  length: number;
  /** Starts the body from its beginning. */
  open(): AsyncIterable<Uint8Array>;
}

/** One HTTP request, as it goes on the wire. */
export interface WireRequest {
  /** Names the request in errors. */
  operation: string;
  method: 'GET' | 'HEAD' | 'POST';
  url: string;
  headers?: Record<string, string>;
  body?: Uint8Array | string | StreamedBody;
  /** Told how many further bytes of a body in memory are on their way. */
  onSent?: ((bytes: number) => void) | undefined;
  signal?: AbortSignal | undefined;
  /** Sent to another than was asked for: headers of the call are not meant for it. */
  foreign?: boolean;
}

/** The answer's head, and its body still to be read. */
export interface StreamedResponse {
  status: number;
  headers: Record<string, string>;
  requestId: string | undefined;
  /** Must be read to its end or left early (`break`), else its connection stays in use. */
  body: ResponseBody;
}

/** A body to iterate over, or to read whole. */
export interface ResponseBody extends AsyncIterableIterator<Buffer> {
  /** Reads a body that is known to be small, which costs less than iterating over it. */
  whole(): Promise<Buffer>;
}

/** The whole answer. */
export interface WireResponse extends Omit<StreamedResponse, 'body'> {
  body: Buffer;
}

/** Sends single requests. */
export interface HttpSender {
  /** Sends a request and reads its whole answer. */
  send(request: WireRequest): Promise<WireResponse>;
  /**
   * Sends a request and gives the answer as soon as its head is there. The body yields only
   * {@link WcsError}s (or the signal's reason), and breaks if it ends before its announced length.
   */
  stream(request: WireRequest): Promise<StreamedResponse>;
  /** A sender that adds headers to every request; a request's own headers win. */
  withHeaders(headers: Record<string, string>): HttpSender;
}

/** What the transport needs to know of the client's options. */
export interface TransportOptions extends ExchangeOptions {
  userAgent: string;
  agents: AgentPool;
}

/** Answers that are read whole (JSON, lists) are never larger; more than this is hostile or broken. */
const LARGEST_ANSWER = 64 * 2 ** 20;

/** Sends one request once, and reads its answer. Retries, statuses and meanings live above it. */
export class Transport implements HttpSender {
  readonly #options: TransportOptions;
  readonly #got: GotExchanges;
  readonly #active = new Set<ActiveExchange>();
  #closed = false;

  constructor(options: TransportOptions) {
    this.#options = options;
    this.#got = new GotExchanges(options);
  }

  async send(request: WireRequest): Promise<WireResponse> {
    const exchange = this.#start(request);
    try {
      const answer = await exchange.answer();
      return { ...headOf(answer), body: await this.#whole(answer, exchange, request.operation) };
    } catch (error) {
      throw exchange.failure(error);
    } finally {
      exchange.release();
    }
  }

  async stream(request: WireRequest): Promise<StreamedResponse> {
    const exchange = this.#start(request);
    try {
      const answer = await exchange.answer();
      const whole = () => this.#whole(answer, exchange, request.operation);
      const { status, headers, requestId } = headOf(answer);
      const body = new TranslatedBody(answer.body, exchange, this.#options, whole);
      return { status, headers, requestId, body };
    } catch (error) {
      exchange.release();
      throw exchange.failure(error);
    }
  }

  withHeaders(headers: Record<string, string>): HttpSender {
    return withHeaders(this, headers);
  }

  /** Ends every request under way with `CLIENT_CLOSED`, and every idle connection. */
  close(): void {
    this.#closed = true;
    for (const exchange of this.#active) exchange.end(closedError('close'));
    this.#options.agents.close();
  }

  /** Reads a body that is known to be small, for which the time of a head is enough. */
  async #whole({ body }: RawAnswer, exchange: ActiveExchange, operation: string): Promise<Buffer> {
    const { headTimeout } = this.#options;
    const late = () => exchange.fail(timeoutError(`not all of the answer in ${headTimeout} ms`));
    const timer = setTimeout(late, headTimeout);
    try {
      const content = await readWhole(body, operation);
      exchange.checkAlive();
      return content;
    } finally {
      clearTimeout(timer);
    }
  }

  #start(request: WireRequest): ActiveExchange {
    if (this.#closed) throw closedError(request.operation);
    request.signal?.throwIfAborted();
    return new ActiveExchange(request, this.#active, onBodyFailure => this.#exchange(request, onBodyFailure));
  }

  #exchange(request: WireRequest, onBodyFailure: (error: unknown) => void): Exchange {
    const { url, method, body, onSent } = request;
    const agents = this.#options.agents.for(url);
    const headers = { 'user-agent': this.#options.userAgent, ...request.headers, ...lengthHeader(body) };
    if (!isStreamed(body))
      return directExchange({ method, url, headers, body, onSent }, agents, this.#options);
    return this.#got.start({ method, url, headers, body: watched(body, onBodyFailure) }, agents);
  }
}

/** A request under way: follows the caller's signal, and remembers why it ended. */
class ActiveExchange {
  readonly #request: WireRequest;
  readonly #all: Set<ActiveExchange>;
  readonly #exchange: Exchange;
  readonly #letGo: () => void;
  #reason: unknown;

  constructor(
    request: WireRequest,
    all: Set<ActiveExchange>,
    start: (onBodyFailure: (error: unknown) => void) => Exchange,
  ) {
    this.#request = request;
    this.#all = all;
    this.#exchange = start(error => {
      this.#reason ??= error;
    });
    all.add(this);
    this.#letGo = onAbort(request.signal, () => this.end(request.signal?.reason));
  }

  answer(): Promise<RawAnswer> {
    return this.#exchange.answer;
  }

  /** Ends the exchange for a reason of ours. */
  end(reason: unknown): void {
    this.#reason ??= reason;
    this.#exchange.destroy(new Error('ended'));
  }

  /** Ends the exchange because of what went wrong with it. */
  fail(error: Error): void {
    this.#exchange.destroy(error);
  }

  /** Fails if the exchange was ended: what was read of the answer may not be all of it. */
  checkAlive(): void {
    if (this.#reason !== undefined) throw this.#reason;
  }

  /** Turns what went wrong into what the caller is told. */
  failure(error: unknown): unknown {
    const { operation, url } = this.#request;
    return this.#reason ?? transportError(operation, url, error);
  }

  /** Must be called at the end, whatever happened. */
  release(): void {
    this.#letGo();
    this.#all.delete(this);
    this.#exchange.destroy();
  }
}

function withHeaders(sender: HttpSender, headers: Record<string, string>): HttpSender {
  const added = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const extended = (request: WireRequest) =>
    request.foreign ? request : { ...request, headers: { ...added, ...request.headers } };
  return {
    send: request => sender.send(extended(request)),
    stream: request => sender.stream(extended(request)),
    withHeaders: more => withHeaders(sender, { ...added, ...more }),
  };
}

function headOf({ status, headers }: RawAnswer): Omit<StreamedResponse, 'body'> {
  const flat: Record<string, string> = {};
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined) flat[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return { status, headers: flat, requestId: flat['x-reqid'] };
}

/** Events rather than iteration: most answers are a few bytes, and there is one to every chunk. */
async function readWhole(body: Readable, operation: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  await new Promise<void>((resolve, reject) => {
    // What has ended already tells nobody who begins to listen now.
    if (body.destroyed) reject(body.errored ?? new Error('the connection was closed'));
    body.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      length += chunk.length;
      if (length > LARGEST_ANSWER) reject(tooLarge(operation));
    });
    body.once('end', resolve);
    body.once('error', reject);
    body.once('close', () => {
      if (!body.readableEnded) reject(new Error('the connection was closed'));
    });
  });
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, length);
}

/** The body's chunks, failing with our errors in place of the carrier's. */
class TranslatedBody implements ResponseBody {
  readonly #body: Readable;
  readonly #exchange: ActiveExchange;
  readonly #options: ExchangeOptions;
  readonly #whole: () => Promise<Buffer>;
  #chunks: AsyncIterator<Buffer> | undefined;
  #pace: Pace | undefined;

  constructor(
    body: Readable,
    exchange: ActiveExchange,
    options: ExchangeOptions,
    whole: () => Promise<Buffer>,
  ) {
    this.#body = body;
    this.#exchange = exchange;
    this.#options = options;
    this.#whole = whole;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Buffer>> {
    try {
      this.#chunks ??= this.#body[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
      this.#pace ??= new Pace(this.#options);
      const next = await this.#pace.next(this.#chunks);
      if (!next.done) return next;
      this.#exchange.checkAlive();
    } catch (error) {
      this.#exchange.release();
      throw this.#exchange.failure(error);
    }
    this.#exchange.release();
    return { done: true, value: undefined };
  }

  /** Also called when nothing was read, which a generator would not notice. */
  async return(): Promise<IteratorResult<Buffer>> {
    this.#exchange.release();
    await this.#chunks?.return?.();
    return { done: true, value: undefined };
  }

  async whole(): Promise<Buffer> {
    try {
      return await this.#whole();
    } catch (error) {
      throw this.#exchange.failure(error);
    } finally {
      this.#exchange.release();
    }
  }
}

function isStreamed(body: WireRequest['body']): body is StreamedBody {
  return typeof body === 'object' && 'open' in body;
}

/** The body's bytes; a failure of its source is told, since the carrier would wrap it. */
async function* watched(body: StreamedBody, onFailure: (error: unknown) => void): AsyncGenerator<Uint8Array> {
  try {
    yield* body.open();
  } catch (error) {
    onFailure(error);
    throw error;
  }
}

function lengthHeader(body: WireRequest['body']): Record<string, string> {
  if (body === undefined) return {};
  const length = typeof body === 'string' ? Buffer.byteLength(body) : body.length;
  return { 'content-length': String(length) };
}

function tooLarge(operation: string): WcsError {
  return new WcsError('UNEXPECTED_RESPONSE', `${operation}: the answer is larger than 64 MiB`, { operation });
}

function closedError(operation: string): WcsError {
  return new WcsError('CLIENT_CLOSED', 'the client was closed', { operation });
}
