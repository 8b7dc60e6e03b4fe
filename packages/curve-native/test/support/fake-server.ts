import { createServer, type Server, type Socket } from 'node:net';
import { field, message } from './protobuf.js';

export interface Call {
  /** Which of the server's ports it came to, from 0. */
  readonly at: number;
  readonly method: string;
  readonly request: Buffer;
  readonly attachment: Buffer;
}

export interface Answer {
  /** The RPC's error code, in place of an answer. */
  readonly error?: number;
  readonly message: Buffer;
  readonly attachment?: Buffer | undefined;
}

export interface FakeServerOptions {
  ports?: number;
  /** What a call is answered; nothing at all if it gives nothing. */
  answer(call: Call): Answer | undefined;
  /** The status line's code of `GET /health`; undefined: silence. */
  health?(at: number): number | undefined;
  /** How the bytes of answers go out, piece by piece. */
  cut?(bytes: Buffer): Iterable<Buffer>;
  /** Sends an answer, now or later. */
  hold?(send: () => void, call: Call): void;
}

/** Speaks baidu_std on some ports and knows nothing of Curve: what it answers is the test's business. */
export class FakeServer implements AsyncDisposable {
  readonly calls: Call[] = [];
  /** First lines of HTTP requests, and the port they came to. */
  readonly probes: { at: number; request: string }[] = [];
  readonly #options: FakeServerOptions;
  readonly #servers: Server[] = [];
  readonly #sockets = new Set<Socket>();

  private constructor(options: FakeServerOptions) {
    this.#options = options;
  }

  static async start(options: FakeServerOptions): Promise<FakeServer> {
    const fake = new FakeServer(options);
    for (let at = 0; at < (options.ports ?? 1); at++) {
      const server = createServer(socket => fake.#serve(socket, at));
      await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
      fake.#servers.push(server);
    }
    return fake;
  }

  port(at: number): number {
    const address = this.#servers[at]?.address();
    if (!address || typeof address === 'string') throw new RangeError(`no port ${at}`);
    return address.port;
  }

  address(at: number): string {
    return `127.0.0.1:${this.port(at)}`;
  }

  /** Methods called so far, in order; of one port if it is given. */
  methods(at?: number): string[] {
    return this.calls.filter(call => at === undefined || call.at === at).map(({ method }) => method);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    for (const server of this.#servers) await new Promise(resolve => server.close(resolve));
  }

  #serve(socket: Socket, at: number): void {
    this.#sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => {});
    let buffered = Buffer.alloc(0);
    socket.on('data', data => {
      buffered = Buffer.concat([buffered, data]);
      if (buffered.toString('latin1', 0, 4) === 'GET ')
        return this.#probe(socket, at, buffered.toString('latin1'));
      while (buffered.length >= 12 && buffered.length >= 12 + buffered.readUInt32BE(4)) {
        const end = 12 + buffered.readUInt32BE(4);
        this.#call(
          socket,
          at,
          buffered.subarray(12, 12 + buffered.readUInt32BE(8)),
          buffered.subarray(12, end),
        );
        buffered = buffered.subarray(end);
      }
    });
  }

  #probe(socket: Socket, at: number, request: string): void {
    this.probes.push({ at, request });
    const status = this.#options.health?.(at);
    if (status !== undefined) socket.end(`HTTP/1.1 ${status} Whatever\r\nContent-Length: 0\r\n\r\n`);
  }

  #call(socket: Socket, at: number, meta: Buffer, body: Buffer): void {
    const attachmentSize = Number(field(meta, 5)?.value ?? 0n);
    const call: Call = {
      at,
      method: field(field(meta, 1)?.body ?? meta, 2)?.body?.toString() ?? '',
      request: Buffer.from(body.subarray(meta.length, body.length - attachmentSize)),
      attachment: Buffer.from(body.subarray(body.length - attachmentSize)),
    };
    this.calls.push(call);
    const answer = this.#options.answer(call);
    if (!answer) return;
    const frame = frameOf(field(meta, 4)?.value ?? 0n, answer);
    const send = () => {
      for (const piece of this.#options.cut?.(frame) ?? [frame]) socket.write(piece);
    };
    if (this.#options.hold) this.#options.hold(send, call);
    else send();
  }
}

function frameOf(
  correlationId: bigint,
  { error = 0, message: body, attachment = Buffer.alloc(0) }: Answer,
): Buffer {
  const size = attachment.length > 0 ? ([[5, attachment.length]] as const) : [];
  const meta = message([2, message([1, error])], [3, 0], [4, correlationId], ...size);
  const header = Buffer.alloc(12);
  header.write('PRPC');
  header.writeUInt32BE(meta.length + body.length + attachment.length, 4);
  header.writeUInt32BE(meta.length, 8);
  return Buffer.concat([header, meta, body, attachment]);
}
