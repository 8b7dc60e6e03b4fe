import { type IncomingHttpHeaders, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';

/** A request as it goes on the wire. */
export interface WireRequest {
  url: URL;
  method: string;
  headers: Readonly<Record<string, string>>;
  body: Buffer;
  /** Ends the exchange, also while the answer is being read. */
  signal: AbortSignal;
  /** How long the connection may take to be made, in milliseconds. */
  connectTimeout: number;
  /** Resets the connection after so many bytes of the body. */
  resetAfter?: number;
}

/** The answer to an outbound request, while it arrives. */
export interface OutboundResponse {
  status: number;
  headers: IncomingHttpHeaders;
  body: AsyncIterable<Buffer>;
}

/** Sends one request over a connection of its own, and waits for the head of its answer. */
export async function transmit(wire: WireRequest): Promise<OutboundResponse> {
  const { url, method, headers, body, signal, connectTimeout, resetAfter } = wire;
  const secure = url.protocol === 'https:';
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const request = (secure ? requestHttps : requestHttp)(url, {
      // A name under .localhost is this machine, also where the system cannot resolve it.
      hostname: url.hostname.endsWith('.localhost') ? 'localhost' : url.hostname.replace(/^\[|\]$/g, ''),
      method,
      headers: { Host: url.host, ...headers, 'Content-Length': String(body.length) },
      agent: false,
      signal,
    });
    const timer = setTimeout(() => {
      request.destroy(new Error(`no connection within ${connectTimeout} ms`));
    }, connectTimeout);
    request.on('socket', socket => {
      socket.once(secure ? 'secureConnect' : 'connect', () => clearTimeout(timer));
    });
    request.on('close', () => {
      clearTimeout(timer);
      // An answer that changes the protocol ends the request without an error.
      reject(new Error('the connection ended without an answer'));
    });
    request.on('error', reject);
    request.on('response', resolve);
    if (resetAfter === undefined) request.end(body);
    else request.write(body.subarray(0, resetAfter), () => request.destroy(connectionReset()));
  });
  return { status: response.statusCode ?? 0, headers: response.headers, body: response };
}

/** What a connection that the other side resets ends with. */
export function connectionReset(): Error {
  return Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
}
