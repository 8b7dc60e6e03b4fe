import { performance } from 'node:perf_hooks';
import { pause } from './retry.js';
import type { HttpSender, ResponseBody, StreamedBody, WireRequest } from './transport.js';

/** What is sent or received at once, in bytes, before the next is waited for. */
const PIECE = 64 * 1024;

/** Hands out bytes in a steady flow: each piece waits until those before it have had their time. */
export class RateLimit {
  readonly #perMillisecond: number;
  #next = 0;

  /** @param bytesPerSecond - at least 1 */
  constructor(bytesPerSecond: number) {
    this.#perMillisecond = bytesPerSecond / 1000;
  }

  /** Waits for the turn of so many bytes. */
  async take(bytes: number, signal?: AbortSignal): Promise<void> {
    const now = performance.now();
    const turn = Math.max(now, this.#next);
    this.#next = turn + bytes / this.#perMillisecond;
    if (turn > now) await pause(turn - now, signal);
  }
}

/** A sender that sends, and receives content, no faster than so many bytes in a second each way, over all requests. */
export function limitedSender(sender: HttpSender, bytesPerSecond: number): HttpSender {
  const up = new RateLimit(bytesPerSecond);
  const down = new RateLimit(bytesPerSecond);
  const within = (sender: HttpSender): HttpSender => ({
    send: request => sender.send(slowedRequest(request, up)),
    async stream(request) {
      const answer = await sender.stream(slowedRequest(request, up));
      return { ...answer, body: slowedBody(answer.body, down, request.signal) };
    },
    withHeaders: headers => within(sender.withHeaders(headers)),
  });
  return within(sender);
}

function slowedRequest(request: WireRequest, limit: RateLimit): WireRequest {
  const { body, signal, onSent } = request;
  if (body === undefined || body.length === 0) return request;
  const given: StreamedBody =
    typeof body === 'object' && 'open' in body
      ? body
      : bodyOf(typeof body === 'string' ? Buffer.from(body) : body);
  return {
    ...request,
    body: {
      length: given.length,
      async *open() {
        for await (const chunk of given.open()) {
          for (let start = 0; start < chunk.length; start += PIECE) {
            const piece = chunk.subarray(start, start + PIECE);
            await limit.take(piece.length, signal);
            yield piece;
            onSent?.(piece.length);
          }
        }
      },
    },
  };
}

function bodyOf(bytes: Uint8Array): StreamedBody {
  return {
    length: bytes.length,
    async *open() {
      yield bytes;
    },
  };
}

function slowedBody(body: ResponseBody, limit: RateLimit, signal: AbortSignal | undefined): ResponseBody {
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      const chunk = await body.next();
      if (!chunk.done) await limit.take(chunk.value.length, signal);
      return chunk;
    },
    async return() {
      await body.return?.();
      return { done: true, value: undefined };
    },
    async whole() {
      const content = await body.whole();
      await limit.take(content.length, signal);
      return content;
    },
  };
}
