import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CurveEmulatorError } from '../errors.js';
import { ControlError } from './control-error.js';
import { type ControlledCluster, performControl } from './control-routes.js';

/** The largest request, in bytes. */
const maxBodyBytes = 1024 * 1024;
const host = '127.0.0.1';

/** A running control endpoint: HTTP and JSON, for processes of this machine. */
export interface ControlServer {
  /** Such as `http://127.0.0.1:20000`. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Starts the control endpoint of a cluster, on the loopback interface whatever the cluster listens on.
 *
 * @throws CurveEmulatorError `ADDRESS_IN_USE`, `LISTEN_FAILED`
 */
export async function startControlServer(cluster: ControlledCluster, port: number): Promise<ControlServer> {
  const server = createServer((request, response) => {
    answer(cluster, request, response).catch(() => response.destroy());
  });
  await listen(server, port);
  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}`,
    async close() {
      const closed = new Promise<void>(resolve => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answer(
  cluster: ControlledCluster,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [status, body] = await perform(cluster, request).then(
    (result): [number, unknown] => [200, result],
    (error): [number, unknown] => [statusOf(error), { error: error.message }],
  );
  response.writeHead(status, { 'Content-Type': 'application/json' });
  response.end(`${JSON.stringify(body)}\n`);
}

async function perform(cluster: ControlledCluster, request: IncomingMessage): Promise<unknown> {
  // Web pages can send requests here too, under this name or one of their own.
  const { origin, host: name = '' } = request.headers;
  if (origin !== undefined || !/^(127\.[\d.]+|localhost|\[::1\])(:\d+)?$/.test(name)) {
    throw new ControlError(403, 'only for programs of this machine');
  }
  const { pathname, searchParams } = new URL(request.url ?? '/', `http://${host}`);
  return performControl(cluster, {
    method: request.method ?? 'GET',
    path: pathname,
    query: searchParams,
    body: await readJson(request),
  });
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const pieces: Buffer[] = [];
  let size = 0;
  // What is too large is refused with an answer, which takes a connection.
  for await (const piece of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    pieces.push(piece);
    size += piece.length;
    if (size > maxBodyBytes) throw new ControlError(413, `a request has up to ${maxBodyBytes} bytes`);
  }
  if (size === 0) return undefined;
  try {
    return JSON.parse(Buffer.concat(pieces).toString());
  } catch (error) {
    throw new ControlError(400, 'the body is not JSON', { cause: error });
  }
}

function statusOf(error: unknown): number {
  if (error instanceof ControlError) return error.status;
  return error instanceof CurveEmulatorError ? 400 : 500;
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = error.code === 'EADDRINUSE';
      const why = taken ? 'it is in use' : error.message;
      const code = taken ? 'ADDRESS_IN_USE' : 'LISTEN_FAILED';
      reject(new CurveEmulatorError(code, `cannot listen on ${host}:${port}: ${why}`, { cause: error }));
    });
    server.listen(port, host, resolve);
  });
}
