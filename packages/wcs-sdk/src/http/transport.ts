import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import got, { type Got, type Request as GotRequest, type OptionsInit } from 'got';
import { WcsError } from '../errors.js';

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
  signal?: AbortSignal | undefined;
}

/** The answer's head, and its body still to be read. */
export interface StreamedResponse {
  status: number;
  headers: Record<string, string>;
  requestId: string | undefined;
  /** Must be read to its end or left early (`break`), else its connection stays in use. */
  body: AsyncIterable<Buffer>;
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
export interface TransportOptions {
  /** Milliseconds to establish a connection. */
  connectTimeout: number;
  /** Milliseconds without a byte in either direction. */
  idleTimeout: number;
  /** Whether TLS certificates are checked. */
  verifyTls: boolean;
  userAgent: string;
  /** Your own agents, such as for a proxy. */
  agent?: { http?: HttpAgent; https?: HttpsAgent } | undefined;
}

/** Answers that are read whole (JSON, lists) are never larger; more than this is hostile or broken. */
const LARGEST_ANSWER = 64 * 2 ** 20;

/** The only place that knows got: sends one request once. Retries, statuses and meanings live above it. */
export class Transport implements HttpSender {
  readonly #got: Got;
  readonly #userAgent: string;
  readonly #ownAgents: (HttpAgent | HttpsAgent)[] = [];
  readonly #active = new Set<GotRequest>();
  #closed = false;

  constructor(options: TransportOptions) {
    const agentOptions = {
      keepAlive: true,
      keepAliveMsecs: 30_000,
      maxFreeSockets: 64,
      scheduling: 'lifo',
    } as const;
    const http = options.agent?.http ?? this.#own(new HttpAgent(agentOptions));
    const https = options.agent?.https ?? this.#own(new HttpsAgent(agentOptions));
    this.#userAgent = options.userAgent;
    // An instance, because merging options costs more than anything else in a request.
    this.#got = got.extend({
      agent: { http, https },
      throwHttpErrors: false,
      followRedirect: false,
      decompress: false,
      retry: { limit: 0 },
      timeout: {
        connect: options.connectTimeout,
        secureConnect: options.connectTimeout,
        lookup: options.connectTimeout,
        socket: options.idleTimeout,
      },
      https: { rejectUnauthorized: options.verifyTls },
    });
  }

  async send(request: WireRequest): Promise<WireResponse> {
    const { stream, head, failure, release } = this.#start(request);
    const chunks: Buffer[] = [];
    let length = 0;
    // Events rather than iteration: most answers are a few bytes, and there is one to every chunk.
    stream.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      length += chunk.length;
      if (length > LARGEST_ANSWER) stream.destroy(tooLarge(request.operation));
    });
    const ended = new Promise<void>((resolve, reject) => {
      stream.once('end', resolve);
      stream.once('error', reject);
      stream.once('close', () => reject(new Error('the connection was closed')));
    });
    try {
      await ended;
      return { ...(await head), body: Buffer.concat(chunks, length) };
    } catch (error) {
      throw failure(error);
    } finally {
      release();
    }
  }

  async stream(request: WireRequest): Promise<StreamedResponse> {
    const { stream, head, failure, release } = this.#start(request);
    try {
      return { ...(await head), body: translatedBody(stream, failure, release) };
    } catch (error) {
      release();
      throw failure(error);
    }
  }

  withHeaders(headers: Record<string, string>): HttpSender {
    return withHeaders(this, headers);
  }

  #start(request: WireRequest): StartedRequest {
    if (this.#closed) throw closedError(request.operation);
    request.signal?.throwIfAborted();
    let bodyFailure: unknown;
    const stream = this.#got.stream(request.url, {
      method: request.method,
      headers: { 'user-agent': this.#userAgent, ...request.headers, ...lengthHeader(request.body) },
      ...(request.body === undefined ? {} : { body: wireBody(request.body, error => (bodyFailure = error)) }),
    }) as GotRequest;
    this.#active.add(stream);
    // got would keep listening on the signal after the answer; a caller's signal may serve many requests.
    const abort = () => stream.destroy();
    request.signal?.addEventListener('abort', abort, { once: true });
    const head = new Promise<ResponseHead>((resolve, reject) => {
      stream.once('response', (response: RawResponse) => resolve(headOf(response)));
      stream.once('error', reject);
      stream.once('close', () => reject(new Error('the connection was closed')));
    });
    head.catch(() => {});
    return {
      stream,
      head,
      failure: error => bodyFailure ?? translateError(request, error),
      release: () => {
        request.signal?.removeEventListener('abort', abort);
        this.#active.delete(stream);
        stream.destroy();
      },
    };
  }

  /** Ends every request under way with `CLIENT_CLOSED`, and every idle connection. */
  close(): void {
    this.#closed = true;
    for (const stream of this.#active) stream.destroy(closedError('close'));
    for (const agent of this.#ownAgents) agent.destroy();
  }

  #own<T extends HttpAgent | HttpsAgent>(agent: T): T {
    this.#ownAgents.push(agent);
    return agent;
  }
}

function withHeaders(sender: HttpSender, headers: Record<string, string>): HttpSender {
  const added = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const extended = (request: WireRequest) => ({ ...request, headers: { ...added, ...request.headers } });
  return {
    send: request => sender.send(extended(request)),
    stream: request => sender.stream(extended(request)),
    withHeaders: more => withHeaders(sender, { ...added, ...more }),
  };
}

/** The parts of got's response that are used. */
interface RawResponse {
  statusCode: number;
  headers: Record<string, string | string[] | undefined>;
}

type ResponseHead = Omit<StreamedResponse, 'body'>;

/** A request under way. */
interface StartedRequest {
  stream: GotRequest;
  /** Settles when the answer's head is there, or there will be none. */
  head: Promise<ResponseHead>;
  /** Turns what went wrong into what the caller is told. */
  failure: (error: unknown) => unknown;
  /** Must be called at the end, whatever happened. */
  release: () => void;
}

function headOf(response: RawResponse): ResponseHead {
  const headers = flatten(response.headers);
  return { status: response.statusCode, headers, requestId: headers['x-reqid'] };
}

function tooLarge(operation: string): WcsError {
  return new WcsError('UNEXPECTED_RESPONSE', `${operation}: the answer is larger than 64 MiB`, { operation });
}

function closedError(operation: string): WcsError {
  return new WcsError('CLIENT_CLOSED', 'the client was closed', { operation });
}

/** The body's chunks, failing with our errors in place of got's. */
async function* translatedBody(
  stream: GotRequest,
  failure: (error: unknown) => unknown,
  release: () => void,
): AsyncGenerator<Buffer> {
  try {
    yield* stream as AsyncIterable<Buffer>;
  } catch (error) {
    throw failure(error);
  } finally {
    release();
  }
}

function translateError(request: WireRequest, error: unknown): unknown {
  if (request.signal?.aborted) return request.signal.reason;
  if (error instanceof WcsError) return error;
  if (error instanceof Error && error.cause instanceof WcsError) return error.cause;
  const { code = '', message = String(error), cause } = error as NodeJS.ErrnoException & { cause?: unknown };
  const host = URL.canParse(request.url) ? new URL(request.url).host : request.url;
  // got's own error object holds the request's headers, and with them the token: never keep it as the cause.
  const underneath = cause instanceof Error ? cause : Object.assign(new Error(message), { code });
  const details = { operation: request.operation, cause: underneath };
  if (code === 'ETIMEDOUT' || code === 'ESOCKETTIMEDOUT') {
    return new WcsError('TIMEOUT', `${request.operation}: ${host} did not answer in time (${message})`, {
      ...details,
      retryable: true,
    });
  }
  const certificate = /CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO_VERIFY/.test(code);
  return new WcsError('NETWORK', `${request.operation}: no usable connection to ${host} (${message})`, {
    ...details,
    retryable: !certificate,
  });
}

function isStreamedBody(body: WireRequest['body']): body is StreamedBody {
  return typeof body === 'object' && 'open' in body;
}

/** Gives got the body; a failure of its source is remembered, since got would wrap it. */
function wireBody(
  body: Uint8Array | string | StreamedBody,
  onFailure: (error: unknown) => void,
): OptionsInit['body'] {
  if (!isStreamedBody(body)) return body as OptionsInit['body'];
  return (async function* () {
    try {
      yield* body.open();
    } catch (error) {
      onFailure(error);
      throw error;
    }
  })();
}

function lengthHeader(body: WireRequest['body']): Record<string, string> {
  return isStreamedBody(body) ? { 'content-length': String(body.length) } : {};
}

function flatten(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return flat;
}
