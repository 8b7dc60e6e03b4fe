import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { bytesField, type Frame, FrameReader, fieldsOf, frameBytes, varintField } from './frames.js';

/** Changes the answer to a call of a method. */
export type Rewrite = (method: string, answer: Frame) => Frame;

/** A forwarder in front of an MDS: it sees the calls of a client, may change the answers, and can let it die. */
export class Tap {
  /** What goes into `mds.listen.addr`. */
  readonly address: string;
  readonly #server: Server;
  readonly #sockets: Set<Socket>;
  readonly #methods: string[];

  private constructor(server: Server, sockets: Set<Socket>, methods: string[]) {
    this.#server = server;
    this.#sockets = sockets;
    this.#methods = methods;
    this.address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  /** Begins to forward to an MDS. */
  static async start(target: string, rewrite: Rewrite = (_, answer) => answer): Promise<Tap> {
    const [host = '', port = ''] = target.split(':');
    const sockets = new Set<Socket>();
    const methods: string[] = [];
    const server = createServer(client => {
      const upstream = connect({ host, port: Number(port) });
      join(client, upstream, sockets);
      join(upstream, client, sockets);
      forward(client, upstream, methods, rewrite);
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    return new Tap(server, sockets, methods);
  }

  /** How often a method was called. */
  count(method: string): number {
    return this.#methods.filter(called => called === method).length;
  }

  /** How many calls there were. */
  get total(): number {
    return this.#methods.length;
  }

  /** Cuts all connections, and refuses new ones: to the cluster it is as if the client had died. */
  async cut(): Promise<void> {
    const closed = new Promise(resolve => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}

/** Ends one side of a connection with the other. */
function join(one: Socket, other: Socket, sockets: Set<Socket>): void {
  sockets.add(one);
  one.on('error', () => other.destroy());
  one.on('close', () => {
    sockets.delete(one);
    other.destroy();
  });
}

function forward(client: Socket, upstream: Socket, methods: string[], rewrite: Rewrite): void {
  const [requests, answers] = [new FrameReader(), new FrameReader()];
  const waiting = new Map<bigint, string>();
  client.on('data', chunk => {
    for (const { meta } of requests.push(chunk)) {
      const method = methodOf(meta);
      methods.push(method);
      waiting.set(correlationOf(meta), method);
    }
    upstream.write(chunk);
  });
  upstream.on('data', chunk => {
    for (const answer of answers.push(chunk)) {
      const method = waiting.get(correlationOf(answer.meta)) ?? '';
      client.write(frameBytes(rewrite(method, answer)));
    }
  });
}

function methodOf(meta: Buffer): string {
  const call = fieldsOf(meta).find(({ number }) => number === 1)?.value;
  const method = fieldsOf(Buffer.isBuffer(call) ? call : Buffer.alloc(0)).find(({ number }) => number === 2);
  return String(method?.value);
}

function correlationOf(meta: Buffer): bigint {
  const id = fieldsOf(meta).find(({ number }) => number === 4)?.value;
  return typeof id === 'bigint' ? id : 0n;
}

/** A field number that no message has. */
const UNKNOWN_FIELD = 1000;
const UNKNOWN = Buffer.concat([
  varintField(UNKNOWN_FIELD, 300),
  bytesField(UNKNOWN_FIELD + 1, 'new'),
  varintField(UNKNOWN_FIELD + 2, 2n ** 63n),
]);

/** Adds fields that no client knows to meta and message. */
export const withUnknownFields: Rewrite = (_, { meta, body }) => ({
  meta: Buffer.concat([meta, UNKNOWN]),
  body: Buffer.concat([body, UNKNOWN]),
});

/** Makes RefreshSession give a version of the volume (`fileInfo.seqNum`) of its own. */
export function withVersion(version: () => number): Rewrite {
  const [FILE_INFO, SEQ_NUM] = [3, 10];
  return (method, answer) => {
    if (method !== 'RefreshSession') return answer;
    const body = fieldsOf(answer.body).map(({ number, value, raw }) =>
      number === FILE_INFO && Buffer.isBuffer(value)
        ? bytesField(FILE_INFO, Buffer.concat([value, varintField(SEQ_NUM, version())]))
        : raw,
    );
    return { ...answer, body: Buffer.concat(body) };
  };
}

/** An address where nobody listens. */
export async function deadAddress(): Promise<string> {
  const tap = await Tap.start('127.0.0.1:1');
  await tap.cut();
  return tap.address;
}
