import { randomInt } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';
import { CurveEmulatorError } from '../errors.js';
import { Connection, type ServerContext } from './connection.js';

/** Ports below those that systems hand out for outgoing connections, so that a stopped server finds its own again. */
const freePorts = { from: 20_000, to: 30_000, attempts: 100 };

/** A port that may be free. */
export function anyPort(): number {
  return randomInt(freePorts.from, freePorts.to);
}

/** A listening port. It can be stopped, and started again where it was. */
export class RpcServer {
  readonly #host: string;
  readonly #context: ServerContext;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #connections = 0;

  constructor(host: string, port: number, context: Omit<ServerContext, 'port'>) {
    this.#host = host;
    this.#context = { ...context, port };
  }

  /** The port; 0 until the first start, if any was to do. */
  get port(): number {
    return this.#context.port;
  }

  get running(): boolean {
    return this.#server !== undefined;
  }

  /** @throws CurveEmulatorError `ADDRESS_IN_USE`, `LISTEN_FAILED` */
  async start(): Promise<void> {
    if (this.#server) return;
    const chosen = this.#context.port;
    for (let attempt = 1; ; attempt++) {
      const port = chosen === 0 ? anyPort() : chosen;
      try {
        this.#server = await this.#listen(port);
        this.#context.port = port;
        return;
      } catch (error) {
        const taken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
        if (taken && chosen === 0 && attempt < freePorts.attempts) continue;
        throw new CurveEmulatorError(
          taken ? 'ADDRESS_IN_USE' : 'LISTEN_FAILED',
          `cannot listen on ${this.#host}:${port}: ${taken ? 'it is in use' : (error as Error).message}`,
          { cause: error },
        );
      }
    }
  }

  #listen(port: number): Promise<Server> {
    const server = createServer(socket => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
      this.#connections += 1;
      new Connection(socket, this.#connections, this.#context);
    });
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, this.#host, () => {
        server.off('error', reject);
        resolve(server);
      });
    });
  }

  /** Ends all connections and stops listening: what follows is refused. */
  async stop(): Promise<void> {
    const server = this.#server;
    if (!server) return;
    this.#server = undefined;
    const closed = new Promise<void>(resolve => server.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}
