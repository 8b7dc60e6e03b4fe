import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
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
  const { protocol, hostname, port } = new URL(url);
  const secure = protocol === 'https:';
  // The target goes out as it is written: it was signed so, and a URL object would write it its own way.
  const target = /^https?:\/\/[^/?#]*([^#]*)/i.exec(url)?.[1] ?? '';
  const options = {
    method,
    hostname: hostname.replace(/^\[|\]$/g, ''),
    port: port || (secure ? 443 : 80),
    path: target.startsWith('/') ? target : `/${target}`,
    headers,
    timeout: idleTimeout,
  };
  const sent = secure
    ? httpsRequest({ ...options, agent: agents.https, rejectUnauthorized: verifyTls })
    : httpRequest({ ...options, agent: agents.http });
  let received: IncomingMessage | undefined;
  sent.on('timeout', () => destroy(timeoutError(`not a byte in ${idleTimeout} ms`)));
  sent.on('socket', socket => {
    if (socket.connecting) limitConnecting(socket, secure, connectTimeout, destroy);
  });
  const answer = new Promise<RawAnswer>((resolve, reject) => {
    sent.on('response', response => {
      received = response;
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body: response });
    });
    sent.on('error', reject);
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
  }
  return { answer, destroy };
}

function limitConnecting(
  socket: Socket,
  secure: boolean,
  connectTimeout: number,
  destroy: (error: Error) => void,
): void {
  const late = () => destroy(timeoutError(`no connection in ${connectTimeout} ms`));
  const timer = setTimeout(late, connectTimeout);
  const stop = () => clearTimeout(timer);
  socket.once(secure ? 'secureConnect' : 'connect', stop);
  socket.once('close', stop);
}

function timeoutError(message: string): Error {
  return Object.assign(new Error(message), { code: 'ETIMEDOUT' });
}
