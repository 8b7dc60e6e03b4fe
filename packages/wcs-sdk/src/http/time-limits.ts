import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import { TLSSocket } from 'node:tls';
import type { ExchangeOptions } from './exchange.js';

/** Ends a request, with `destroy`, that takes too long to connect, is silent, or has no answer's head in time. */
export function limitTimes(
  sent: ClientRequest,
  { connectTimeout, idleTimeout, headTimeout }: ExchangeOptions,
  destroy: (error: Error) => void,
): void {
  let received: IncomingMessage | undefined;
  let head: NodeJS.Timeout | undefined;
  /** Where further silence is heard of: a request tells of it once only. */
  let watched: Socket | undefined;
  const silent = () => {
    // What has come waits for whoever reads it: the silence is not the server's.
    if (!received?.readableLength) return destroy(timeoutError(`not a byte in ${idleTimeout} ms`));
    watched ??= sent.socket ?? undefined;
    watched?.once('timeout', silent).setTimeout(idleTimeout);
  };
  sent.on('timeout', silent);
  sent.on('socket', socket => {
    if (socket.connecting) limitConnecting(socket, connectTimeout, destroy);
  });
  // A server that sends its head byte by byte is never silent.
  sent.on('finish', () => {
    if (received) return;
    head = setTimeout(() => destroy(timeoutError(`no answer's head in ${headTimeout} ms`)), headTimeout);
  });
  sent.on('response', response => {
    received = response;
    clearTimeout(head);
  });
  sent.on('close', () => {
    clearTimeout(head);
    watched?.off('timeout', silent);
  });
}

function limitConnecting(socket: Socket, connectTimeout: number, destroy: (error: Error) => void): void {
  const late = () => {
    destroy(Object.assign(timeoutError(`no connection in ${connectTimeout} ms`), { syscall: 'connect' }));
  };
  const timer = setTimeout(late, connectTimeout);
  const stop = () => clearTimeout(timer);
  // Not by the address: a proxy may be spoken to over TLS whatever it is asked for.
  socket.once(socket instanceof TLSSocket ? 'secureConnect' : 'connect', stop);
  socket.once('close', stop);
}

/** Notices a body that comes too slowly. Only the time that is spent on waiting for it counts. */
export class Pace {
  readonly #lowestRate: number;
  readonly #window: number;
  #bytes = 0;
  #waited = 0;

  constructor({ lowestRate, idleTimeout }: ExchangeOptions) {
    this.#lowestRate = lowestRate;
    this.#window = idleTimeout;
  }

  /** Waits for the next chunk of a body; fails once a whole window has brought too little. */
  async next(chunks: AsyncIterator<Buffer>): Promise<IteratorResult<Buffer>> {
    const started = performance.now();
    const next = await chunks.next();
    this.#waited += performance.now() - started;
    if (next.done) return next;
    this.#bytes += next.value.length;
    if (this.#waited >= this.#window) {
      if (this.#bytes * 1000 < this.#lowestRate * this.#waited) {
        throw timeoutError(`${this.#bytes} bytes in ${Math.round(this.#waited)} ms`);
      }
      this.#bytes = 0;
      this.#waited = 0;
    }
    return next;
  }
}

/** An error as the system's own are. */
export function timeoutError(message: string): Error {
  return Object.assign(new Error(message), { code: 'ETIMEDOUT' });
}
