import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { bytesField, type Frame, FrameReader, frameBytes, varintField } from './frames.js';

/** A field number that no message has. */
const UNKNOWN_FIELD = 1000;
const UNKNOWN = Buffer.concat([varintField(UNKNOWN_FIELD, 300), bytesField(UNKNOWN_FIELD + 1, 'new')]);

/** Options of {@link Tap.start}. */
export interface TapOptions {
  /**
   * Adds fields that no client knows to the meta and message of every answer.
   *
   * @default false
   */
  readonly unknownFields?: boolean;
}

/** A forwarder in front of an MDS: it sees the calls that a client makes, and can let it die. */
export class Tap {
  /** What goes into `mds.listen.addr`. */
  readonly address: string;
  readonly #server: Server;
  readonly #sockets: Set<Socket>;
  readonly #seen: Frame[];

  private constructor(server: Server, sockets: Set<Socket>, seen: Frame[]) {
    this.#server = server;
    this.#sockets = sockets;
    this.#seen = seen;
    this.address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  /** Begins to forward to an MDS. */
  static async start(target: string, { unknownFields = false }: TapOptions = {}): Promise<Tap> {
    const [host = '', port = ''] = target.split(':');
    const sockets = new Set<Socket>();
    const seen: Frame[] = [];
    const server = createServer(client => {
      const upstream = connect({ host, port: Number(port) });
      const requests = new FrameReader();
      const answers = new FrameReader();
      for (const [one, other] of [
        [client, upstream],
        [upstream, client],
      ] as const) {
        sockets.add(one);
        one.on('error', () => other.destroy());
        one.on('close', () => {
          sockets.delete(one);
          other.destroy();
        });
      }
      client.on('data', chunk => {
        seen.push(...requests.push(chunk));
        upstream.write(chunk);
      });
      upstream.on('data', chunk => {
        const frames = unknownFields ? answers.push(chunk).map(withUnknownFields).map(frameBytes) : [chunk];
        for (const bytes of frames) client.write(bytes);
      });
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    return new Tap(server, sockets, seen);
  }

  /** How often a method was called. */
  count(method: string): number {
    return this.#seen.filter(({ meta }) => meta.includes(bytesField(2, method))).length;
  }

  /** All calls. */
  get total(): number {
    return this.#seen.length;
  }

  /** Cuts all connections, and refuses new ones: to the cluster it is as if the client had died. */
  async cut(): Promise<void> {
    const closed = new Promise(resolve => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}

function withUnknownFields({ meta, body }: Frame): Frame {
  return { meta: Buffer.concat([meta, UNKNOWN]), body: Buffer.concat([body, UNKNOWN]) };
}

/** An address where nobody listens. */
export async function deadAddress(): Promise<string> {
  const tap = await Tap.start('127.0.0.1:1');
  await tap.cut();
  return tap.address;
}
