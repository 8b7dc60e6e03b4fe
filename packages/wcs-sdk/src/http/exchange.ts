import type { Agent as HttpAgent } from 'node:http';
import type { Agent as HttpsAgent } from 'node:https';
import type { Readable } from 'node:stream';

/** Agents for both schemes. */
export interface Agents {
  /** For http:// addresses. */
  http: HttpAgent;
  /** For https:// addresses. */
  https: HttpsAgent;
}

/** What every exchange is told by the client's options. */
export interface ExchangeOptions {
  /** Milliseconds to establish a connection. */
  connectTimeout: number;
  /** Milliseconds without a byte in either direction. */
  idleTimeout: number;
  /** Milliseconds from the end of the request to that of the answer's head. */
  headTimeout: number;
  /** Bytes a second that a body must bring, over each `idleTimeout` of waiting for it. */
  lowestRate: number;
  /** Whether TLS certificates are checked. */
  verifyTls: boolean;
}

/** An answer whose body is still to be read. */
export interface RawAnswer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: Readable;
}

/** A request on its way, and its answer. */
export interface Exchange {
  /** Settles when the answer's head is there, or there will be none. */
  readonly answer: Promise<RawAnswer>;
  /** Ends the request and its answer, whatever their state; an answer that was read whole keeps its connection. */
  destroy(error?: Error): void;
}
