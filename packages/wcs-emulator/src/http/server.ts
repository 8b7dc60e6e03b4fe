import { randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerOptions,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { finished } from 'node:stream/promises';
import { WcsEmulatorError } from '../errors.js';
import { answerWithFaults, type Outcome } from '../faults/apply-faults.js';
import type { DayCounts } from '../storage/metadata-store.js';
import { isControl } from './control-path.js';
import { type CorsOrigins, corsHeaders, preflight } from './cors.js';
import { errorReply, type Reply } from './reply.js';
import type { RequestContext, RequestTally, Services } from './request-context.js';
import { RequestFeed } from './request-feed.js';
import type { RequestLog, RequestRecord } from './request-log.js';
import { route } from './route.js';
import { sendReply, sendTruncated } from './send-reply.js';
import { ServiceError } from './service-error.js';

/** What the server needs to answer requests. */
export interface ServerParts {
  services: Services;
  log: RequestLog;
  clock: () => number;
  /** The longest that a request's head may take, in milliseconds. */
  headTimeout: number;
  /** The longest that nothing may move in the middle of a request or answer, in milliseconds. */
  idleTimeout: number;
  corsOrigins: CorsOrigins;
}

const serverOptions: ServerOptions = {
  // A slow upload is no error. That switches the limit of heads off as well, where it is not given.
  requestTimeout: 0,
  maxHeaderSize: 256 * 1024,
  requireHostHeader: false,
};

/** Listens, answers every request, and ends every one of them when closed. */
export class WcsServer {
  readonly #parts: ServerParts;
  readonly #server: Server;
  readonly #inFlight = new Set<Promise<void>>();
  /** The answer of each connection's latest request. */
  readonly #latest = new WeakMap<Duplex, ServerResponse>();
  readonly #closing = new AbortController();
  readonly #feed = new RequestFeed();
  #host = '';

  constructor(parts: ServerParts) {
    this.#parts = parts;
    const { headTimeout, idleTimeout } = parts;
    // Any number of requests may wait for the end.
    setMaxListeners(0, this.#closing.signal);
    const limits = {
      keepAliveTimeout: Math.min(60_000, idleTimeout),
      headersTimeout: headTimeout,
      connectionsCheckingInterval: Math.min(30_000, Math.ceil(headTimeout / 2)),
    };
    this.#server = createServer({ ...serverOptions, ...limits }, (request, response) => {
      this.#latest.set(request.socket, response);
      const work = this.#answer(request, response).finally(() => this.#inFlight.delete(work));
      this.#inFlight.add(work);
    });
    this.#server.setTimeout(idleTimeout, socket => {
      const latest = this.#latest.get(socket);
      // The work on a request may take its time, and so may a client that is to wait for ever.
      const working = latest && !latest.headersSent && (latest.req.complete || latest.req.readableLength > 0);
      if (working) socket.setTimeout(idleTimeout);
      else socket.destroy();
    });
    this.#server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
      const latest = this.#latest.get(socket);
      const answering = latest?.headersSent && !latest.writableFinished;
      if (error.code === 'ECONNRESET' || !socket.writable || answering) socket.destroy();
      else refuseNonsense(error, socket);
    });
  }

  /** The address, without a final slash. */
  get url(): string {
    return `http://${this.#host.includes(':') ? `[${this.#host}]` : this.#host}:${this.port}`;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo | null)?.port ?? 0;
  }

  /** @throws WcsEmulatorError `ADDRESS_IN_USE` or `LISTEN_FAILED` */
  async listen(host: string, port: number): Promise<void> {
    this.#host = host;
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', (error: NodeJS.ErrnoException) => {
        const inUse = error.code === 'EADDRINUSE';
        const message = inUse
          ? `port ${port} of ${host} is in use`
          : `cannot listen on ${host}:${port}: ${error.message}`;
        reject(new WcsEmulatorError(inUse ? 'ADDRESS_IN_USE' : 'LISTEN_FAILED', message, { cause: error }));
      });
      this.#server.listen(port, host, resolve);
    });
  }

  /** Ends all connections, and waits until what they were doing has cleaned up behind itself. */
  async close(): Promise<void> {
    const closed = new Promise<void>(resolve => {
      this.#server.close(() => resolve());
    });
    this.#closing.abort();
    this.#server.closeAllConnections();
    await Promise.all(this.#inFlight);
    await closed;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const record = this.#parts.log.begin({
      time: this.#parts.clock(),
      method: request.method ?? '',
      path: request.url ?? '',
      reqId: newRequestId(),
    });
    response.setHeader('X-Reqid', record.reqId);
    if (!isControl(record.path)) {
      const shared = corsHeaders(request.headers, this.#parts.corsOrigins);
      for (const [name, value] of Object.entries(shared)) response.setHeader(name, value);
    }
    response.on('error', () => {});
    const tally: RequestTally = {};
    try {
      const outcome = await this.#outcome(request, record, tally);
      // To close a connection on which bytes still arrive would reset it, and the client never saw the answer.
      if (outcome !== 'disconnected' && !response.shouldKeepAlive) await readAway(request);
      await this.#send(response, outcome, record);
    } catch (error) {
      // The answer broke off: its reader went away, or its bytes could not be read. Either way it cannot be mended.
      record.message = messageOf(error);
      response.destroy();
    }
    // What nobody wanted of the body must not stand before the next request.
    request.resume();
    this.#count(tally, record);
    this.#parts.log.end(record);
    this.#feed.add(record);
  }

  async #outcome(request: IncomingMessage, record: RequestRecord, tally: RequestTally): Promise<Outcome> {
    // Refusals are answers too, which faults can be done to; where the connection is dead there is none to give.
    const refuse = (error: unknown): Reply => {
      record.message = messageOf(error);
      if (request.socket.destroyed) throw error;
      return errorReply(error instanceof ServiceError ? error.status : 500, record.message);
    };
    try {
      const context = this.#contextOf(request, record, tally);
      const actions = isControl(context.path)
        ? []
        : this.#parts.services.faults.choose(context.method, context.target);
      return await answerWithFaults(context, {
        actions,
        socket: request.socket,
        closing: this.#closing.signal,
        work: async context => {
          const asked = isControl(context.path)
            ? undefined
            : preflight(context.method, context.headers, this.#parts.corsOrigins);
          return asked ?? (await route(context).catch(refuse));
        },
      });
    } catch (error) {
      record.message = messageOf(error);
      return request.socket.destroyed ? 'disconnected' : { reply: refuse(error) };
    }
  }

  async #send(response: ServerResponse, outcome: Outcome, record: RequestRecord): Promise<void> {
    if (outcome === 'disconnected') return;
    const { reply, truncateAt } = outcome;
    record.status = reply.status;
    record.bytesOut =
      truncateAt === undefined
        ? await sendReply(response, reply)
        : await sendTruncated(response, reply, truncateAt);
  }

  #count({ bucket, kind }: RequestTally, { time, bytesIn, bytesOut }: RequestRecord): void {
    if (bucket === undefined) return;
    const counts: DayCounts =
      kind === 'upload'
        ? { uploadRequest: 1, uploadTraffic: bytesIn }
        : { downloadRequest: 1, downloadTraffic: bytesOut };
    this.#parts.services.storage.counters.add(bucket, time, counts);
  }

  #contextOf(request: IncomingMessage, record: RequestRecord, tally: RequestTally): RequestContext {
    const { services, clock } = this.#parts;
    const target = request.url ?? '';
    const question = target.indexOf('?');
    return {
      ...services,
      method: record.method,
      target,
      path: question < 0 ? target : target.slice(0, question),
      query: question < 0 ? '' : target.slice(question + 1),
      headers: request.headers,
      body: countBytes(request, record),
      remoteAddress: request.socket.remoteAddress ?? '',
      receivedAt: record.time,
      tally,
      now: clock,
      feed: this.#feed,
      closing: this.#closing.signal,
      url: this.url,
    };
  }
}

/**
 * The request's body. Whoever stops reading leaves the connection open, since the client is still to be told
 * why.
 */
async function* countBytes(request: IncomingMessage, record: RequestRecord): AsyncIterable<Buffer> {
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    record.bytesIn += chunk.length;
    yield chunk;
  }
}

async function readAway(request: IncomingMessage): Promise<void> {
  if (request.complete || request.destroyed) return;
  await finished(request.resume());
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Answers what is not HTTP, so that its sender learns more than that the connection ended. */
function refuseNonsense(error: NodeJS.ErrnoException, socket: Duplex): void {
  const late = error.code === 'ERR_HTTP_REQUEST_TIMEOUT';
  const status = late ? 408 : error.code === 'HPE_HEADER_OVERFLOW' ? 431 : 400;
  const { headers, body } = errorReply(
    status,
    `${late ? 'unfinished' : 'malformed'} request: ${error.message}`,
  );
  const all = {
    ...headers,
    'X-Reqid': newRequestId(),
    'Content-Length': body?.length ?? 0,
    Connection: 'close',
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n`);
  socket.end(body);
}

function newRequestId(): string {
  return randomBytes(12).toString('hex');
}
