import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { vectors } from '@curve-wcs/test-support';
import { onTestFinished } from 'vitest';

/** One recorded exchange with the real service, or something that was done meanwhile. */
interface Step {
  readonly request?: string;
  readonly status: number;
  readonly status_line: string;
  readonly headers: Record<string, string>;
  readonly body: string;
  readonly note: string;
}

/** What a server does with a request: answers these bytes, falls silent, or resets the connection. */
export type Deed = string | 'silence' | 'reset';

/** A server that takes one request a connection, as bytes, and answers as it is told. */
export class SnapshotServer {
  /** First lines of the requests, in their order, byte for byte as latin1. */
  readonly requests: string[] = [];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor(answer: (request: string) => Deed) {
    this.#server = createServer(socket => {
      this.#sockets.add(socket);
      let head = '';
      socket.setEncoding('latin1');
      socket.on('error', () => {});
      socket.on('close', () => this.#sockets.delete(socket));
      socket.on('data', piece => {
        head += piece;
        if (!head.endsWith('\r\n\r\n')) return;
        const [request = ''] = head.split('\r\n');
        this.requests.push(request);
        const deed = answer(request);
        if (deed === 'reset') socket.resetAndDestroy();
        else if (deed !== 'silence') socket.end(deed, 'latin1');
      });
    });
  }

  async listen(port = 0): Promise<string> {
    await new Promise<void>(resolve => this.#server.listen(port, '127.0.0.1', resolve));
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise(resolve => this.#server.close(resolve));
  }
}

/** Runs such a server until the end of the test. */
export async function snapshotServer(answer: (request: string) => Deed) {
  const server = new SnapshotServer(answer);
  const address = await server.listen();
  onTestFinished(() => server.close());
  return { address, requests: server.requests };
}

/** The recorded exchanges of a scenario. */
export function recorded(scenario: string): Step[] {
  const tests = new URL('../', import.meta.url).href;
  return vectors<{ steps: Step[] }>(tests, `curve-snapshot/snapshot-${scenario}.json`).steps;
}

/** The bytes of a recorded answer. */
export function answerOf({ status_line, headers, body }: Step): string {
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${status_line}\r\n${head.join('')}\r\n${Buffer.from(body).toString('latin1')}`;
}

/** Answers each request as it was recorded, the same request anew with what came next; the last answer is repeated. */
export function replay(...scenarios: string[]): (request: string) => Deed {
  const answers = new Map<string, string[]>();
  for (const step of scenarios.flatMap(recorded)) {
    if (step.request === undefined) continue;
    // The official tools ask for a hundred, and this client for all.
    const request = step.request.replace(/&Limit=100 /, ' ');
    answers.set(request, [...(answers.get(request) ?? []), answerOf(step)]);
  }
  return request => {
    const all = answers.get(request.replace(/&Limit=1000000000 /, ' '));
    if (all === undefined) return json(500, { Code: '-1', Message: 'never recorded', UUID: '' });
    return (all.length > 1 ? all.shift() : all[0]) as string;
  };
}

/** An answer as the service would write it. */
export function json(status: number, body: object): string {
  const text = Buffer.from(JSON.stringify(body, null, '\t')).toString('latin1');
  return `HTTP/1.1 ${status} ${status === 200 ? 'OK' : 'Internal Server Error'}\r\nContent-Length: ${text.length}\r\n\r\n${text}`;
}
