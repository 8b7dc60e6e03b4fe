import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import type { RecordedRequest } from './recorded-case.js';

/** A request as it arrived. */
export interface ReceivedRequest {
  method: string;
  url: string;
  headers: Record<string, string | undefined>;
  body: Buffer;
}

/** A service that gives the recorded answers: to a request the next one recorded for its method and URL. */
export async function startReplay(
  recorded: readonly RecordedRequest[],
): Promise<{ host: string; received: ReceivedRequest[] }> {
  const received: ReceivedRequest[] = [];
  const unused = [...recorded];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', chunk => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '' } = request;
      const headers = request.headers as Record<string, string | undefined>;
      received.push({ method, url, headers, body: Buffer.concat(chunks) });
      const index = unused.findIndex(one => one.method === method && one.url === url);
      const [answer] = index < 0 ? [] : unused.splice(index, 1);
      const { status = 599, body = '' } = answer?.response ?? {};
      response.writeHead(status, {
        'Content-Type': `application/${status === 200 && !body.startsWith('{') ? 'octet-stream' : 'json'}`,
        'X-Reqid': `cap${String(received.length).padStart(6, '0')}`,
        'Content-Length': Buffer.byteLength(body),
      });
      response.end(body);
    });
  }).listen(0, '127.0.0.1');
  // As in the recording: answers tell of it.
  server.keepAliveTimeout = 2000;
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise(resolve => server.once('listening', resolve));
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, received };
}
