import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';

/** A request that a receiver got. */
export interface Received {
  method: string;
  target: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** What a receiver answers: a status, or more; `hang` is never. */
export type Response =
  | number
  | { status?: number; body?: string | Buffer; headers?: Record<string, string> }
  | 'hang';

/** An application's own server, to which callbacks and notifications go. */
export interface Receiver {
  url: string;
  received: Received[];
}

/** Starts a receiver for the running test. `answer` is asked for each request, with its number from 1. */
export async function startReceiver(
  answer: (request: Received, number: number) => Response = () => 200,
): Promise<Receiver> {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const { method = '', url = '', headers } = request;
    const entry = { method, target: url, headers, body: await buffer(request).catch(() => Buffer.alloc(0)) };
    received.push(entry);
    const given = answer(entry, received.length);
    if (given === 'hang') return;
    const {
      status = 200,
      body = '',
      headers: more = {},
    } = typeof given === 'number' ? { status: given } : given;
    response.writeHead(status, more).end(body);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    const closed = new Promise(resolve => server.close(resolve));
    server.closeAllConnections();
    await closed;
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received };
}

/** The document in the body of a notification. */
export function documentOf({ body }: Received): unknown {
  return JSON.parse(Buffer.from(body.toString(), 'base64url').toString());
}
