import { tracingChannel } from 'node:diagnostics_channel';
import { performance } from 'node:perf_hooks';
import { CurveError } from '../errors/curve-error.js';
import type { OperationCounters } from './operation-counters.js';

/** What subscribers of the channels `tracing:curve-wcs.curve:*` get: the same object from a call's start to its end. */
export interface CurveCallTrace {
  /** The call, such as `read` or `trash.restore`. */
  readonly operation: string;
  /** What it is about, if it is about a path. */
  readonly path?: string;
  /** Bytes read, written or discarded, once it has succeeded. */
  bytes?: number;
  /** Milliseconds that it took, once it has ended. */
  milliseconds?: number;
  /** How often a server was asked for what failed, where it is known. */
  attempts?: number;
  /** What a server said, of a call that failed. */
  status?: string;
  /** Why it failed. */
  error?: unknown;
}

const channel = tracingChannel<unknown, CurveCallTrace>('curve-wcs.curve');
const { start, end, asyncStart, asyncEnd, error: errors } = channel;

/** A call that is under way, for those who count and those who look on. */
export class ObservedCall {
  readonly #counters: OperationCounters;
  readonly #begun = performance.now();
  readonly #trace: CurveCallTrace | undefined;
  #ended = false;

  constructor(counters: OperationCounters, path: string | undefined) {
    this.#counters = counters;
    counters.inFlight++;
    // Nothing is made for nobody.
    if (!isWatched()) return;
    const { operation } = counters;
    this.#trace = path === undefined ? { operation } : { operation, path };
    start.publish(this.#trace);
    end.publish(this.#trace);
  }

  /** It has ended, unless that was said already. */
  done(bytes = 0): void {
    if (this.#ended) return;
    this.#ended = true;
    const milliseconds = performance.now() - this.#begun;
    this.#counters.settled(Math.ceil(milliseconds * 1000), bytes);
    const trace = this.#trace;
    if (trace === undefined) return;
    trace.milliseconds = milliseconds;
    if (bytes > 0) trace.bytes = bytes;
    asyncStart.publish(trace);
    asyncEnd.publish(trace);
  }

  /**
   * It has failed.
   *
   * @returns the error, to be thrown
   */
  failed(error: unknown): unknown {
    if (this.#ended) return error;
    const known = error instanceof CurveError ? error : undefined;
    this.#counters.failed(known?.code ?? 'UNKNOWN');
    const trace = this.#trace;
    if (trace !== undefined) {
      trace.error = error;
      if (known?.attempts !== undefined) trace.attempts = known.attempts;
      if (known?.status !== undefined) trace.status = known.status;
      errors.publish(trace);
    }
    this.done();
    return error;
  }
}

/** Whether anybody listens to any of the channels. */
export function isWatched(): boolean {
  return (
    start.hasSubscribers ||
    asyncEnd.hasSubscribers ||
    errors.hasSubscribers ||
    end.hasSubscribers ||
    asyncStart.hasSubscribers
  );
}
