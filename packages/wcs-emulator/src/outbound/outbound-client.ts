import type { FaultRegistry } from '../faults/fault-registry.js';
import type { OutboundPurpose } from '../faults/fault-rule.js';
import { exchangeWithFaults } from '../faults/outbound-faults.js';
import { readBody } from '../http/read-body.js';
import { ServiceError } from '../http/service-error.js';
import { checkDestination, type OutboundHosts } from './destination.js';
import { OutboundError } from './outbound-error.js';
import { type OutboundResponse, transmit } from './transmit.js';

/** A request of the emulator to another server. */
export interface OutboundRequest {
  /** What it is for, which faults can match. */
  purpose: OutboundPurpose;
  url: string;
  /** @defaultValue `'POST'` */
  method?: string;
  headers?: Readonly<Record<string, string>>;
  body?: Buffer;
  /** How long the whole exchange may take, in milliseconds. @defaultValue that of the client */
  timeout?: number;
  signal?: AbortSignal;
}

/** A short answer, read whole. */
export interface OutboundAnswer {
  status: number;
  text: string;
}

/** The largest answer that is read whole, in bytes. */
const maxAnswerBytes = 1024 * 1024;

/**
 * Sends requests to other servers: callbacks, notifications, and fetches of what is to be stored. Only this
 * machine is reached unless more is allowed. Redirects are not followed: the caller sees them.
 */
export class OutboundClient {
  readonly #hosts: OutboundHosts;
  readonly #faults: FaultRegistry;
  readonly #connectTimeout: number;
  readonly #timeout: number;
  readonly #closing = new AbortController();

  constructor({
    hosts = [],
    faults,
    connectTimeout = 20_000,
    timeout = 60_000,
  }: { hosts?: OutboundHosts; faults: FaultRegistry; connectTimeout?: number; timeout?: number }) {
    this.#hosts = hosts;
    this.#faults = faults;
    this.#connectTimeout = connectTimeout;
    this.#timeout = timeout;
  }

  /**
   * Sends a request and reads its short answer.
   *
   * @throws OutboundError when the host is not allowed, or there is no whole answer in time
   */
  async send(request: OutboundRequest): Promise<OutboundAnswer> {
    return this.open(request, async ({ status, body }) => {
      const bytes = await readBody(body, maxAnswerBytes).catch((error: unknown) => {
        // Too long an answer is the other server's fault, and not our client's.
        if (!(error instanceof ServiceError)) throw error;
        throw new OutboundError('failed', `the answer has ${error.message}`);
      });
      return { status, text: bytes.toString() };
    });
  }

  /**
   * Sends a request and hands its answer to `read`, at the end of which the connection ends.
   *
   * @throws OutboundError as `send`; what `read` throws of its own as a `ServiceError` is passed on
   */
  async open<T>(request: OutboundRequest, read: (response: OutboundResponse) => Promise<T>): Promise<T> {
    const {
      purpose,
      method = 'POST',
      body = Buffer.alloc(0),
      headers = {},
      timeout = this.#timeout,
    } = request;
    const url = checkDestination(request.url, this.#hosts);
    const actions = this.#faults.chooseOutbound(purpose, method, url.pathname + url.search);
    const over = new AbortController();
    const timer = setTimeout(() => {
      over.abort(new OutboundError('failed', `${url.host} did not answer within ${timeout} ms`));
    }, timeout);
    const signal = AbortSignal.any([
      over.signal,
      this.#closing.signal,
      ...(request.signal ? [request.signal] : []),
    ]);
    const wire = { url, method, headers, body, signal, connectTimeout: this.#connectTimeout };
    try {
      signal.throwIfAborted();
      return await read(await exchangeWithFaults(wire, actions, transmit));
    } catch (error) {
      throw asOutboundError(signal.aborted ? signal.reason : error, url);
    } finally {
      clearTimeout(timer);
      // Ends the connection of an answer that was not read to its end.
      over.abort();
    }
  }

  /** Ends what is under way, and refuses everything from then on. */
  close(): void {
    this.#closing.abort(new OutboundError('closing', 'the emulator is closing'));
  }
}

function asOutboundError(error: unknown, url: URL): Error {
  if (error instanceof OutboundError || error instanceof ServiceError) return error;
  // A failure to connect to each of several addresses has its reasons inside.
  const first: unknown = error instanceof AggregateError ? (error.errors[0] ?? error) : error;
  const reason = first instanceof Error ? first.message : String(first);
  return new OutboundError('failed', `${url.host}: ${reason}`, { cause: error });
}
