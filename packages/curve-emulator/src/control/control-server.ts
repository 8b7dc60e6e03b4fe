import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CurveEmulatorError } from '../errors.js';
import { ControlError } from './control-error.js';
import { isOfPage, pageFile } from './control-page.js';
import { type ControlledCluster, performControl } from './control-routes.js';

/** The largest request, in bytes. */
const maxBodyBytes = 1024 * 1024;
const host = '127.0.0.1';

/** A running control endpoint: HTTP and JSON for processes of this machine, and a page for its browsers. */
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
  const closing = new AbortController();
  const server = createServer((request, response) => {
    answer(cluster, request, response, closing.signal).catch(() => response.destroy());
  });
  await listen(server, port);
  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}`,
    async close() {
      closing.abort();
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
  closing: AbortSignal,
): Promise<void> {
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  const ending = AbortSignal.any([closing, gone.signal]);
  try {
    const { status, headers, body } = await perform(cluster, request, ending);
    response.writeHead(status, headers).end(body);
  } catch (error) {
    const { status, headers, body } = json(statusOf(error), { error: (error as Error).message });
    response.writeHead(status, headers).end(body);
  }
}

interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string | Buffer;
}

async function perform(
  cluster: ControlledCluster,
  request: IncomingMessage,
  ending: AbortSignal,
): Promise<Answer> {
  requireLocal(request);
  const { method = 'GET' } = request;
  const { pathname: path, searchParams: query } = new URL(request.url ?? '/', `http://${host}`);
  if (method === 'GET' && isOfPage(path)) return { status: 200, ...(await pageFile(path)) };
  const asked = { method, path, query, body: await readJson(request), ending };
  return json(200, await performControl(cluster, asked));
}

/**
 * Web pages can send requests here too, under this name or one of their own that was made to lead here: only the page
 * that is from here may.
 *
 * @throws ControlError 403
 */
function requireLocal({ headers: { origin, host: name = '' } }: IncomingMessage): void {
  const isOurs = /^(127\.[\d.]+|localhost|\[::1\])(:\d+)?$/.test(name);
  if (isOurs && (origin === undefined || origin === `http://${name}`)) return;
  throw new ControlError(403, 'only for programs of this machine');
}

function json(status: number, body: unknown): Answer {
  const headers = { 'Content-Type': 'application/json', 'X-Content-Type-Options': 'nosniff' };
  return { status, headers, body: `${JSON.stringify(body)}\n` };
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
