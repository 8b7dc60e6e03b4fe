import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultAction } from '../faults/fault-rule.js';
import { type Reply, replyFrame } from './frame.js';

/** How a slow answer is sent. */
const slowPieces = { count: 8, pauseMs: 10 };

/** Waits until the other side has read so much that it may be sent more, or is gone. */
export async function drained(socket: Socket): Promise<void> {
  if (!socket.writableNeedDrain || socket.destroyed) return;
  await new Promise<void>(resolve => {
    const done = () => {
      socket.off('drain', done).off('close', done);
      resolve();
    };
    socket.on('drain', done).on('close', done);
  });
}

/** Sends a reply, or what the faults make of it. */
export async function sendReply(
  socket: Socket,
  reply: Reply,
  actions: readonly FaultAction[],
): Promise<void> {
  const has = (type: FaultAction['type']) => actions.some(action => action.type === type);
  if (has('drop')) return;
  if (has('wrong-correlation-id')) reply.correlationId ^= 0x5a5a_5a5an;
  if (has('short-attachment')) reply.attachment = reply.attachment.subarray(0, -1);
  const pieces = replyFrame(reply);
  if (has('truncate')) {
    const whole = Buffer.concat(pieces);
    socket.end(whole.subarray(0, whole.length >> 1));
  } else if (has('slow')) {
    await sendSlowly(socket, Buffer.concat(pieces));
  } else {
    send(socket, pieces);
    if (has('duplicate')) send(socket, pieces);
  }
}

/** The pieces of a frame leave together, with nothing of other calls between them. */
function send(socket: Socket, pieces: readonly Uint8Array[]): void {
  if (socket.destroyed) return;
  socket.cork();
  for (const piece of pieces) socket.write(piece);
  socket.uncork();
}

async function sendSlowly(socket: Socket, frame: Buffer): Promise<void> {
  const size = Math.ceil(frame.length / slowPieces.count);
  for (let from = 0; from < frame.length && !socket.destroyed; from += size) {
    socket.write(frame.subarray(from, from + size));
    await sleep(slowPieces.pauseMs);
  }
}
