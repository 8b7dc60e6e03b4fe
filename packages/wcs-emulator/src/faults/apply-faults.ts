import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorReply, isStreamed, type Reply } from '../http/reply.js';
import type { RequestContext } from '../http/request-context.js';
import { corruptReply } from './corrupt-reply.js';
import type { FaultAction, StatusFault } from './fault-rule.js';
import { fullDisk } from './full-disk.js';

/** What is left to do about a request: an answer, cut short perhaps, or nothing because the line is dead. */
export type Outcome = { reply: Reply; truncateAt?: number } | 'disconnected';

/**
 * Answers a request, with faults done to it on the way.
 *
 * @param work - what answers it without faults
 * @param closing - ends whatever waits when the emulator closes
 */
export async function answerWithFaults(
  context: RequestContext,
  {
    actions,
    socket,
    closing,
    work,
  }: {
    actions: readonly FaultAction[];
    socket: Socket;
    closing: AbortSignal;
    work: (context: RequestContext) => Promise<Reply>;
  },
): Promise<Outcome> {
  let altered = context;
  for (const action of actions) {
    switch (action.type) {
      case 'delay':
        await sleep(action.ms, undefined, { signal: closing });
        break;
      case 'hang':
        await disconnection(socket);
        return 'disconnected';
      case 'reset':
        socket.resetAndDestroy();
        return 'disconnected';
      case 'status':
        return { reply: statusReply(action) };
      case 'reset-during':
        altered = { ...altered, body: resetAfter(altered.body, action.bytes, socket) };
        break;
      case 'disk-full':
        altered = { ...altered, storage: fullDisk(altered.storage, action.bytes ?? 0) };
        break;
      case 'drop':
      case 'truncate':
      case 'corrupt':
        break;
    }
  }
  const reply = await work(altered);
  return spoil(reply, actions, socket);
}

/** The faults of an answer that exists. */
async function spoil(reply: Reply, actions: readonly FaultAction[], socket: Socket): Promise<Outcome> {
  let outcome: { reply: Reply; truncateAt?: number } = { reply };
  for (const action of actions) {
    if (action.type === 'drop') {
      if (isStreamed(reply.body)) await reply.body.release();
      socket.destroy();
      return 'disconnected';
    }
    if (action.type === 'corrupt')
      outcome = { ...outcome, reply: corruptReply(outcome.reply, action.member) };
    if (action.type === 'truncate') {
      outcome = { ...outcome, truncateAt: action.bytes ?? Math.floor((reply.body?.length ?? 0) / 2) };
    }
  }
  return outcome;
}

function statusReply({ status, body, headers }: StatusFault): Reply {
  const reply = errorReply(status, 'injected fault');
  return {
    status,
    headers: { ...reply.headers, ...headers },
    ...(body === undefined ? { body: reply.body ?? Buffer.alloc(0) } : { body: Buffer.from(body) }),
  };
}

async function* resetAfter(
  body: AsyncIterable<Buffer>,
  bytes: number,
  socket: Socket,
): AsyncIterable<Buffer> {
  let left = bytes;
  for await (const chunk of body) {
    if (chunk.length >= left) {
      yield chunk.subarray(0, left);
      socket.resetAndDestroy();
      throw new Error('the connection was reset by a fault');
    }
    left -= chunk.length;
    yield chunk;
  }
}

async function disconnection(socket: Socket): Promise<void> {
  if (socket.destroyed) return;
  await new Promise<void>(resolve => {
    socket.once('close', () => resolve());
  });
}
