import { randomUUID } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { CurveEmulatorError } from '../errors.js';
import type { FaultRegistry } from '../faults/fault-registry.js';
import type { FaultAction } from '../faults/fault-rule.js';
import type { RequestLog } from '../rpc/request-log.js';
import { Parameters } from './parameters.js';
import type { ActionAnswer } from './service.js';
import { messageOf, ServiceCodes, ServiceError } from './service-error.js';
import { styled } from './styled-json.js';

/** The name that faults and the log know the service by. */
const serviceName = 'SnapshotCloneService';

/** What the servers share. */
export interface HttpContext {
  host: string;
  faults: FaultRegistry;
  log: RequestLog;
  clock: () => number;
  perform: (asked: Parameters) => Promise<ActionAnswer>;
}

/** A port of the service. Only that of the server that leads listens (curve-snapshot.md §1). */
export class SnapshotHttpServer {
  readonly #context: HttpContext;
  readonly #choosePort: () => number;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #port = 0;
  #connections = 0;

  /** @param choosePort - a port to try for the first start; it is asked again where one is taken */
  constructor(context: HttpContext, choosePort: () => number) {
    this.#context = context;
    this.#choosePort = choosePort;
  }

  /** The port; 0 until the first start. */
  get port(): number {
    return this.#port;
  }

  /** @throws CurveEmulatorError `ADDRESS_IN_USE`, `LISTEN_FAILED` */
  async start(): Promise<void> {
    if (this.#server) return;
    const { host } = this.#context;
    for (let attempt = 1; ; attempt++) {
      const port = this.#port === 0 ? this.#choosePort() : this.#port;
      try {
        this.#server = await this.#listen(port);
        this.#port = port;
        return;
      } catch (error) {
        const taken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
        if (taken && this.#port === 0 && attempt < 100 && this.#choosePort() !== port) continue;
        throw new CurveEmulatorError(
          taken ? 'ADDRESS_IN_USE' : 'LISTEN_FAILED',
          `cannot listen on ${host}:${port}: ${taken ? 'it is in use' : (error as Error).message}`,
          { cause: error },
        );
      }
    }
  }

  /** Ends all connections and stops listening. */
  async stop(): Promise<void> {
    const server = this.#server;
    if (!server) return;
    this.#server = undefined;
    const closed = new Promise<void>(resolve => server.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #listen(port: number): Promise<Server> {
    const server = createServer(socket => {
      const connection = ++this.#connections;
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
      const serve = (target: string) => this.#serve(target, socket, connection);
      readRequests(socket, serve).catch(() => socket.destroy());
    });
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, this.#context.host, () => {
        server.off('error', reject);
        resolve(server);
      });
    });
  }

  async #serve(target: string, socket: Socket, connection: number): Promise<void> {
    const cut = target.indexOf('?');
    const [path, query] = cut < 0 ? [target, ''] : [target.slice(0, cut), target.slice(cut + 1)];
    if (!/^\/SnapshotCloneService(\/|$)/.test(path)) return this.#answerUnknown(socket, path);
    const asked = new Parameters(query.split('#', 1)[0] ?? '');
    const { faults, log, clock } = this.#context;
    const method = asked.optional('Action') ?? '';
    const met = { role: 'snapshotclone' as const, port: this.#port, service: serviceName, method };
    const actions = faults.choose(met);
    const call = { ...met, time: clock(), connection, correlationId: 0n, fields: asked.entries() };
    const logged = { ...call, attachmentIn: 0, attachmentOut: 0 };
    log.add(logged);
    if (!(await held(actions, socket))) {
      log.feed.add(logged);
      return;
    }
    const { status, answer } = await this.#answer(asked, actions);
    Object.assign(logged, { status: Number(answer['Code']), errorCode: 0 });
    log.feed.add(logged);
    await send(socket, httpAnswer(status, styled(answer)), actions);
  }

  async #answer(
    asked: Parameters,
    actions: readonly FaultAction[],
  ): Promise<{ status: number; answer: ActionAnswer }> {
    const RequestId = randomUUID();
    try {
      for (const action of actions) {
        if (action.type === 'status' || action.type === 'error') {
          const code = action.type === 'status' ? action.status : -1;
          return refusal(code, '', RequestId);
        }
      }
      const told = await this.#context.perform(asked);
      return { status: 200, answer: { Code: '0', Message: 'Exec success.', RequestId, ...told } };
    } catch (error) {
      const { code, taskId } =
        error instanceof ServiceError ? error : new ServiceError(ServiceCodes.internal);
      return refusal(code, taskId, RequestId);
    }
  }

  async #answerUnknown(socket: Socket, path: string): Promise<void> {
    const text = `[${this.#context.host}:${this.#port}][E1002]Fail to find method on \`${path}'`;
    const more = 'x-bd-error-code: 1002\r\nContent-Type: text/plain\r\n';
    await send(socket, httpAnswer(404, text, more), []);
  }
}

/**
 * Reads requests one after the other, and gives the target of each. Node.js' own server takes no bytes beyond ASCII in it, which
 * clients send as they are.
 */
async function readRequests(socket: Socket, serve: (target: string) => Promise<void>): Promise<void> {
  let received = Buffer.alloc(0);
  socket.on('error', () => socket.destroy());
  for await (const piece of socket as AsyncIterable<Buffer>) {
    received = Buffer.concat([received, piece]);
    for (;;) {
      const end = received.indexOf('\r\n\r\n');
      if (end < 0) break;
      const head = received.subarray(0, end).toString();
      const length = Number(/^content-length: *(\d+) *$/im.exec(head)?.[1] ?? 0);
      if (received.length < end + 4 + length) break;
      received = received.subarray(end + 4 + length);
      const target = /^[A-Z]+ (\/[^ ]*) HTTP\/1\.[01]\r?$/m.exec(head)?.[1];
      if (target === undefined) throw new Error('no request');
      await serve(target);
      if (/^connection: *close *$/im.test(head)) socket.end();
    }
  }
}

const reasons: Record<number, string> = {
  200: 'OK',
  400: 'Bad Request',
  404: 'Not Found',
  500: 'Internal Server Error',
};

function httpAnswer(status: number, body: string, more = ''): Buffer {
  const head = `HTTP/1.1 ${status} ${reasons[status]}\r\n${more}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n`;
  return Buffer.from(head + body);
}

function refusal(code: number, UUID: string, RequestId: string) {
  const answer = { Code: String(code), Message: messageOf(code), RequestId, UUID };
  return { status: code === ServiceCodes.invalidRequest ? 400 : 500, answer };
}

/** Does what faults do before the work: whether it is to be done at all. */
async function held(actions: readonly FaultAction[], socket: Socket): Promise<boolean> {
  for (const action of actions) {
    if (action.type === 'delay') await sleep(action.ms, undefined, { ref: false });
    if (action.type === 'hang') return false;
    if (action.type === 'reset') {
      socket.resetAndDestroy();
      return false;
    }
  }
  return true;
}

async function send(socket: Socket, bytes: Buffer, actions: readonly FaultAction[]): Promise<void> {
  const has = (type: FaultAction['type']) => actions.some(action => action.type === type);
  if (has('drop')) return;
  if (has('truncate')) socket.end(bytes.subarray(0, bytes.length >> 1));
  else if (has('slow')) {
    for (let at = 0; at < bytes.length; at += 32) {
      socket.write(bytes.subarray(at, at + 32));
      await sleep(10, undefined, { ref: false });
    }
  } else socket.write(bytes);
}
