import { createServer, request } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, connect, type Server } from 'node:net';
import { onTestFinished } from 'vitest';

/** What a proxy was asked for. */
export interface ProxiedRequest {
  method: string;
  /** The request target: absolute, or `host:port` of a CONNECT. */
  target: string;
  authorization: string | undefined;
}

/**
 * Starts an HTTP proxy for the running test: forwards requests in absolute form, and opens tunnels.
 *
 * @param credentials - `user:password` that it asks for
 * @param tls - speaks TLS itself, with this key and certificate
 */
export async function proxyServer({
  credentials,
  tls,
}: {
  credentials?: string;
  tls?: { key: string; cert: string };
} = {}) {
  const asked: ProxiedRequest[] = [];
  const allowed = (authorization: string | undefined) =>
    credentials === undefined || authorization === `Basic ${Buffer.from(credentials).toString('base64')}`;
  const note = (method = '', target = '', authorization: string | undefined) =>
    asked.push({ method, target, authorization });

  const server = tls ? createSecureServer(tls) : createServer();
  server.on('request', (incoming, response) => {
    const authorization = incoming.headers['proxy-authorization'];
    note(incoming.method, incoming.url, authorization);
    if (!allowed(authorization)) {
      response.writeHead(407).end();
      return;
    }
    const { 'proxy-authorization': _, ...headers } = incoming.headers;
    const onward = request(String(incoming.url), { method: String(incoming.method), headers }, answer => {
      response.writeHead(answer.statusCode ?? 0, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.writeHead(502).end());
    incoming.pipe(onward);
  });
  server.on('connect', (incoming, socket) => {
    const authorization = incoming.headers['proxy-authorization'];
    note(incoming.method, incoming.url, authorization);
    socket.on('error', () => {});
    if (!allowed(authorization)) {
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n');
      return;
    }
    const [host, port] = String(incoming.url).split(':');
    const onward = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      onward.pipe(socket).pipe(onward);
    });
    onward.on('error', () => socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n'));
    onTestFinished(() => void onward.destroy());
  });
  await listening(server);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const scheme = tls ? 'https' : 'http';
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { asked, host, url: `${scheme}://${credentials ? `${credentials}@` : ''}${host}` };
}

/** Starts an https server for the running test that answers every request in the same way. */
export async function secureServer(tls: { key: string; cert: string }, body: string): Promise<string> {
  const server = createSecureServer(tls, (incoming, response) => {
    incoming.resume();
    incoming.on('end', () => response.end(body));
  });
  await listening(server);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `https://localhost:${(server.address() as AddressInfo).port}`;
}

async function listening(server: Server): Promise<void> {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
}
