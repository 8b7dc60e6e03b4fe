import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultRegistry } from '../faults/fault-registry.js';
import type { FaultAction, Role } from '../faults/fault-rule.js';
import { Mutex } from '../storage/mutex.js';
import { answerCall, callee } from './call.js';
import { type Frame, parseFrame } from './frame.js';
import { FrameReader } from './frame-reader.js';
import { answerPage, looksLikeHttp, type Pages, parsePageRequest } from './http-page.js';
import type { LoggedCall, RequestLog } from './request-log.js';
import { drained, sendReply } from './send-reply.js';
import type { ServiceTable } from './service.js';

/** What the connections of a server share. */
export interface ServerContext {
  role: Role;
  port: number;
  table: ServiceTable;
  pages: Pages;
  faults: FaultRegistry;
  log: RequestLog;
  clock: () => number;
}

/** How many calls may wait on a connection before no more are read from it. */
const maxPending = 256;

/** Serves the calls of one connection: many at a time, answered in any order. */
export class Connection {
  readonly #socket: Socket;
  readonly #id: number;
  readonly #server: ServerContext;
  readonly #reader = new FrameReader();
  /** Held by the call that is being done and answered: frames never mix, and a slow reader stops the work. */
  readonly #turn = new Mutex();
  #pending = 0;
  #begun = false;
  /** What has come of a request for a page. */
  #http: Buffer | undefined;

  constructor(socket: Socket, id: number, server: ServerContext) {
    this.#socket = socket;
    this.#id = id;
    this.#server = server;
    socket.setNoDelay(true);
    socket.on('error', () => socket.destroy());
    socket.on('data', (bytes: Buffer) => this.#take(bytes));
  }

  #take(bytes: Buffer): void {
    if (this.#http !== undefined || (!this.#begun && looksLikeHttp(bytes))) {
      this.#takeHttp(bytes);
      return;
    }
    this.#begun = true;
    try {
      for (const frame of this.#reader.push(bytes)) this.#serve(parseFrame(frame));
    } catch {
      // Where the next frame begins is unknown.
      this.#socket.destroy();
    }
  }

  #takeHttp(bytes: Buffer): void {
    this.#http = Buffer.concat([this.#http ?? Buffer.alloc(0), bytes]);
    const asked = parsePageRequest(this.#http);
    if (asked === undefined) return;
    if (asked === null) {
      this.#socket.destroy();
      return;
    }
    this.#http = Buffer.alloc(0);
    const { role, port, faults, pages } = this.#server;
    // Whoever is too busy for anything else still says that it is there.
    const actions =
      asked.page === 'health' ? [] : faults.choose({ role, port, service: 'http', method: asked.page });
    this.#held(actions).then(
      goesOn => goesOn && answerPage(this.#socket, asked, pages),
      () => this.#socket.destroy(),
    );
  }

  #serve(frame: Frame): void {
    const { role, port, faults, clock } = this.#server;
    const { service, method } = callee(frame);
    const log: LoggedCall = {
      ...{ time: clock(), role, port, connection: this.#id, correlationId: frame.meta.correlationId },
      ...{ service, method, attachmentIn: frame.attachment.length, attachmentOut: 0 },
    };
    this.#server.log.add(log);
    const actions = faults.choose({ role, port, service, method });
    this.#pending += 1;
    if (this.#pending >= maxPending) this.#socket.pause();
    this.#perform(frame, actions, log)
      .catch(() => this.#socket.destroy())
      .finally(() => {
        this.#server.log.feed.add(log);
        this.#pending -= 1;
        if (this.#pending < maxPending) this.#socket.resume();
      });
  }

  /** Does what faults do before the work: whether it is to be done at all. */
  async #held(actions: readonly FaultAction[]): Promise<boolean> {
    for (const action of actions) {
      if (action.type === 'delay') await sleep(action.ms, undefined, { ref: false });
      if (action.type === 'hang') return false;
      if (action.type === 'reset') {
        this.#socket.resetAndDestroy();
        return false;
      }
    }
    return true;
  }

  async #perform(frame: Frame, actions: readonly FaultAction[], log: LoggedCall): Promise<void> {
    if (!(await this.#held(actions))) return;
    await this.#turn.run(async () => {
      await drained(this.#socket);
      const { table } = this.#server;
      const peerAddress = this.#socket.remoteAddress ?? '';
      const reply = await answerCall(frame, { table, peerAddress, actions, log });
      log.errorCode = reply.errorCode;
      log.attachmentOut = reply.attachment.length;
      await sendReply(this.#socket, reply, actions);
    });
  }
}
