import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { Agents, Exchange, ExchangeOptions, RawAnswer } from './exchange.js';

/** A request whose body, if any, is in memory. */
export interface DirectRequest {
  method: string;
  url: string;
  headers: Record<string, string>;
  body: Uint8Array | string | undefined;
}

/**
 * Sends a request through node:http alone. What it leaves out (options, hooks, streams around the message) costs
 * several times as much as a small request itself.
 */
export function directExchange(
  { method, url, headers, body }: DirectRequest,
  agents: Agents,
  { connectTimeout, idleTimeout, verifyTls }: ExchangeOptions,
): Exchange {
  // The target goes out as it is written: it was signed so, and a URL object would write it its own way.
  const [, origin = '', target = ''] = /^(https?:\/\/[^/?#]*)([^#]*)/i.exec(url) ?? [];
  const { secure, host, port } = addressOf(origin);
  const path = target.startsWith('/') ? target : `/${target}`;
  const options = { method, host, port, path, headers, timeout: idleTimeout };
  const sent = secure
    ? httpsRequest({ ...options, agent: agents.https, rejectUnauthorized: verifyTls })
    : httpRequest({ ...options, agent: agents.http });
  let received: IncomingMessage | undefined;
  sent.on('timeout', () => destroy(timeoutError(`not a byte in ${idleTimeout} ms`)));
  sent.on('socket', socket => {
    if (socket.connecting) limitConnecting(socket, connectTimeout, destroy);
  });
  let giveUp = (_error: Error): void => {};
  const answer = new Promise<RawAnswer>((resolve, reject) => {
    giveUp = reject;
    sent.on('response', response => {
      received = response;
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body: response });
    });
    sent.on('error', error => {
      reject(error);
      // Of a body that only the connection's end delimits, nothing else tells that it ended too early.
      received?.destroy(error);
    });
    sent.on('close', () => {
      if (!received) reject(new Error('the connection was closed'));
    });
  });
  answer.catch(() => {});
  sent.end(body);

  function destroy(error?: Error): void {
    if (received?.readableEnded) return;
    received?.destroy(error);
    sent.destroy(error);
    // A request that still waits for its connection is told of nothing before it has one.
    giveUp(error ?? new Error('the request was given up'));
  }
  return { answer, destroy };
}

interface Address {
  origin: string;
  secure: boolean;
  host: string;
  port: string | number;
}

/** Most requests go where the one before went, and taking addresses apart costs more than comparing them. */
let lastAddress: Address | undefined;

function addressOf(origin: string): Address {
  if (lastAddress?.origin === origin) return lastAddress;
  const { protocol, hostname, port } = new URL(origin);
  const secure = protocol === 'https:';
  const host = hostname.replace(/^\[|\]$/g, '');
  lastAddress = { origin, secure, host, port: port || (secure ? 443 : 80) };
  return lastAddress;
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

function timeoutError(message: string): Error {
  return Object.assign(new Error(message), { code: 'ETIMEDOUT' });
}
