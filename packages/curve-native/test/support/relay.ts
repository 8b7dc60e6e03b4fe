import { connect, createServer, type Server, type Socket } from 'node:net';

/** Stands between client and server, and can forget its connections as a router does: nobody is told. */
export class Relay implements AsyncDisposable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #mute: (() => void)[] = [];

  private constructor(target: string) {
    const [host, port] = target.split(':');
    this.#server = createServer(client => {
      const server = connect(Number(port), host);
      for (const socket of [client, server]) {
        socket.setNoDelay(true);
        socket.on('error', () => {});
        this.#sockets.add(socket);
      }
      client.pipe(server).pipe(client);
      this.#mute.push(() => {
        client.unpipe().resume();
        server.unpipe().resume();
      });
    });
  }

  /** @param target - `ip:port` of the server */
  static async start(target: string): Promise<Relay> {
    const relay = new Relay(target);
    await new Promise<void>(resolve => relay.#server.listen(0, '127.0.0.1', resolve));
    return relay;
  }

  get port(): number {
    return (this.#server.address() as { port: number }).port;
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** From now on nothing passes through the connections there are; new ones work. */
  mute(): void {
    for (const mute of this.#mute.splice(0)) mute();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise(resolve => this.#server.close(resolve));
  }
}
