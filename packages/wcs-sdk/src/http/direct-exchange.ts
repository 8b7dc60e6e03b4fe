import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Agents, Exchange, ExchangeOptions, RawAnswer } from './exchange.js';
import { limitTimes } from './time-limits.js';

/** A request whose body, if any, is in memory. */
export interface DirectRequest {
  method: string;
  url: string;
  headers: Record<string, string>;
  body: Uint8Array | string | undefined;
  /** Told how many further bytes of the body are on their way. */
  onSent: ((bytes: number) => void) | undefined;
}

/** With somebody watching, a body is written in slices of this size. */
const SLICE = 256 * 1024;

/**
 * Sends a request through node:http alone. What it leaves out (options, hooks, streams around the message) costs
 * several times as much as a small request itself, and a copy of a large one.
 */
export function directExchange(
  { method, url, headers, body, onSent }: DirectRequest,
  agents: Agents,
  limits: ExchangeOptions,
): Exchange {
  // The target goes out as it is written: it was signed so, and a URL object would write it its own way.
  const [, origin = '', target = ''] = /^(https?:\/\/[^/?#]*)([^#]*)/i.exec(url) ?? [];
  const { secure, host, port } = addressOf(origin);
  const path = target.startsWith('/') ? target : `/${target}`;
  const options = { method, host, port, path, headers, timeout: limits.idleTimeout };
  const sent = secure
    ? httpsRequest({ ...options, agent: agents.https, rejectUnauthorized: limits.verifyTls })
    : httpRequest({ ...options, agent: agents.http });
  let received: IncomingMessage | undefined;
  limitTimes(sent, limits, destroy);
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
      if (!received?.complete) received?.destroy(error);
    });
    sent.on('close', () => {
      if (!received) reject(new Error('the connection was closed'));
    });
  });
  answer.catch(() => {});
  if (onSent && body instanceof Uint8Array) sendSlices(sent, body, onSent);
  else sent.end(body);

  function destroy(error?: Error): void {
    // An answer may come before all of the body was sent; the connection is of no use then.
    if (received?.readableEnded && sent.writableFinished) return;
    received?.destroy(error);
    sent.destroy(error);
    // A request that still waits for its connection is told of nothing before it has one.
    giveUp(error ?? new Error('the request was given up'));
  }
  return { answer, destroy };
}

function sendSlices(sent: ClientRequest, body: Uint8Array, onSent: (bytes: number) => void): void {
  const next = (start: number) => {
    if (sent.destroyed) return;
    const end = Math.min(start + SLICE, body.length);
    const last = end === body.length;
    sent.write(body.subarray(start, end), error => {
      if (error) return;
      onSent(end - start);
      if (!last) next(end);
    });
    if (last) sent.end();
  };
  next(0);
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
