import { performance } from 'node:perf_hooks';
import { WcsError } from '../errors.js';
import type { HttpSender, WireRequest } from '../http/transport.js';
import type { RequestCounters } from './request-counters.js';
import { requestBegins } from './traces.js';

/** A sender whose requests are counted, and told of to whoever listens. */
export function watchedSender(sender: HttpSender, counters: RequestCounters): HttpSender {
  const watch = async <Answer extends { status: number; requestId: string | undefined }>(
    request: WireRequest,
    work: () => Promise<Answer>,
    received: (answer: Answer) => number,
  ): Promise<Answer> => {
    const { operation, method, url } = request;
    const counted = counters.of(operation);
    const bytes = sizeOf(request);
    const watched = requestBegins(operation, method, url, bytes);
    const begun = performance.now();
    counted.inFlight++;
    try {
      const answer = await work();
      counted.answered(answer.status, bytes, received(answer));
      if (watched) {
        watched.trace.status = answer.status;
        if (answer.requestId !== undefined) watched.trace.requestId = answer.requestId;
      }
      return answer;
    } catch (error) {
      counted.failed(error instanceof WcsError ? error.code : 'ABORTED');
      watched?.failed(error);
      throw error;
    } finally {
      counted.ended(performance.now() - begun);
      watched?.ended();
    }
  };
  return {
    send: request =>
      watch(
        request,
        () => sender.send(request),
        ({ body }) => body.length,
      ),
    stream: request =>
      watch(
        request,
        () => sender.stream(request),
        () => 0,
      ),
    withHeaders: headers => watchedSender(sender.withHeaders(headers), counters),
  };
}

function sizeOf({ body }: WireRequest): number {
  if (body === undefined) return 0;
  return typeof body === 'string' ? Buffer.byteLength(body) : body.length;
}
