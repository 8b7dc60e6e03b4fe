import { readBody } from '../http/read-body.js';
import { isStreamed } from '../http/reply.js';
import { connectionReset, type OutboundResponse, type WireRequest } from '../outbound/transmit.js';
import { corruptReply } from './corrupt-reply.js';
import type { FaultAction } from './fault-rule.js';
import { hold } from './hold.js';

/** Sends an outbound request with faults done to it on the way: what the other server seems to do. */
export async function exchangeWithFaults(
  request: WireRequest,
  actions: readonly FaultAction[],
  transmit: (request: WireRequest) => Promise<OutboundResponse>,
): Promise<OutboundResponse> {
  const { signal } = request;
  let altered = request;
  for (const action of actions) {
    switch (action.type) {
      case 'delay':
      case 'hang':
        await hold(action, signal);
        break;
      case 'reset':
        throw connectionReset();
      case 'reset-during':
        if (action.bytes < request.body.length) altered = { ...altered, resetAfter: action.bytes };
        break;
      case 'status': {
        const body = Buffer.from(action.body ?? '');
        return { status: action.status, headers: action.headers ?? {}, body: stream(body) };
      }
      default:
        break;
    }
  }
  let response = await transmit(altered);
  for (const action of actions) {
    if (action.type === 'drop') {
      await readBody(response.body, Number.POSITIVE_INFINITY);
      throw connectionReset();
    }
    if (action.type === 'corrupt') response = await corrupted(response, action.member);
    if (action.type === 'truncate') {
      const bytes = action.bytes ?? Math.floor(lengthOf(response) / 2);
      response = { ...response, body: cutShort(response.body, bytes) };
    }
  }
  return response;
}

async function corrupted(response: OutboundResponse, member: string | undefined): Promise<OutboundResponse> {
  const body = await readBody(response.body, Number.POSITIVE_INFINITY);
  const { body: altered = body } = corruptReply({ status: response.status, body }, member);
  return { ...response, body: isStreamed(altered) ? altered.bytes : stream(altered) };
}

function lengthOf({ headers }: OutboundResponse): number {
  return Number(headers['content-length'] ?? 0);
}

async function* cutShort(body: AsyncIterable<Buffer>, bytes: number): AsyncIterable<Buffer> {
  let left = bytes;
  for await (const chunk of body) {
    if (chunk.length >= left) {
      yield chunk.subarray(0, left);
      break;
    }
    left -= chunk.length;
    yield chunk;
  }
  throw new Error('the answer ended before its end');
}

async function* stream(bytes: Buffer): AsyncIterable<Buffer> {
  yield bytes;
}
