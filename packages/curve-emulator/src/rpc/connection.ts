import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultRegistry } from '../faults/fault-registry.js';
import type { Role } from '../faults/fault-rule.js';
import { answerCall, callee } from './call.js';
import { type Frame, parseFrame } from './frame.js';
import { FrameReader } from './frame-reader.js';
import { answerHttp, looksLikeHttp } from './http-health.js';
import type { LoggedCall, RequestLog } from './request-log.js';
import { sendReply } from './send-reply.js';
import type { ServiceTable } from './service.js';

/** What the connections of a server share. */
export interface ServerContext {
  role: Role;
  port: number;
  table: ServiceTable;
  faults: FaultRegistry;
  log: RequestLog;
  clock: () => number;
}

/** Serves the calls of one connection: many at a time, answered in any order. */
export function serveConnection(socket: Socket, id: number, server: ServerContext): void {
  const reader = new FrameReader();
  // Answers to a slow reader must not pile up: while it does not read, we do not either.
  socket.on('drain', () => socket.resume());
  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());
  let first = true;
  socket.on('data', (bytes: Buffer) => {
    if (first && looksLikeHttp(bytes)) return answerHttp(socket, bytes);
    first = false;
    try {
      for (const frame of reader.push(bytes)) serveFrame(socket, id, server, parseFrame(frame));
    } catch {
      // Where the next frame begins is unknown.
      socket.destroy();
    }
    if (socket.writableNeedDrain) socket.pause();
  });
}

function serveFrame(socket: Socket, id: number, server: ServerContext, frame: Frame): void {
  const { role, port, table, faults, clock } = server;
  const { service, method } = callee(frame);
  const { correlationId } = frame.meta;
  const log: LoggedCall = {
    ...{ time: clock(), role, port, connection: id, correlationId, service, method },
    ...{ attachmentIn: frame.attachment.length, attachmentOut: 0 },
  };
  server.log.add(log);
  const actions = faults.choose({ role, port, service, method });
  const serve = async () => {
    for (const action of actions) {
      if (action.type === 'delay') await sleep(action.ms, undefined, { ref: false });
      if (action.type === 'reset') return socket.resetAndDestroy();
      if (action.type === 'hang') return;
    }
    const peerAddress = socket.remoteAddress ?? '';
    const reply = await answerCall(frame, { table, peerAddress, actions, log });
    log.errorCode = reply.errorCode;
    log.attachmentOut = reply.attachment.length;
    await sendReply(socket, reply, actions);
  };
  serve().catch(() => socket.destroy());
}
