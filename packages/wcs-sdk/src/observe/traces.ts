import { tracingChannel } from 'node:diagnostics_channel';
import { performance } from 'node:perf_hooks';
import { WcsError } from '../errors.js';

/** What both kinds of subscribers get once something has ended. */
interface Ended {
  /** Milliseconds that it took, once it has ended. */
  milliseconds?: number;
  /** Why it failed. */
  error?: unknown;
}

/** What subscribers of the channels `tracing:curve-wcs.wcs:*` get: the same object from a call's start to its end. */
export interface WcsCallTrace extends Ended {
  /** The call, such as `stat` or `fmgr.copy`. */
  readonly operation: string;
  /** The bucket it is about. */
  readonly bucket?: string;
  /** The key it is about. */
  readonly key?: string;
  /** How often the service was asked for what failed. */
  attempts?: number;
  /** HTTP status of what failed, if it was answered. */
  status?: number;
  /** The service's id of the request that failed. */
  requestId?: string;
}

/** What subscribers of `tracing:curve-wcs.wcs.request:*` get, for each attempt. */
export interface WcsRequestTrace extends Ended {
  /** What it asks for, such as `stat` or `mkblk`. */
  readonly operation: string;
  /** Method of the request. */
  readonly method: string;
  /** Where it goes; without the query, which may hold a token. */
  readonly url: string;
  /** Bytes of the body that is sent, where they are known. */
  readonly bytes: number;
  /** HTTP status, once it was answered. */
  status?: number;
  /** The service's id of it. */
  requestId?: string;
}

const calls = tracingChannel<unknown, WcsCallTrace>('curve-wcs.wcs');
const requests = tracingChannel<unknown, WcsRequestTrace>('curve-wcs.wcs.request');
type Channel<T extends object> = ReturnType<typeof tracingChannel<unknown, T>>;

/** Something under way that is watched; undefined where nobody looks on. */
export interface Watched<T> {
  readonly trace: T;
  failed(error: unknown): void;
  ended(): void;
}

/** A call begins. What it is about is looked for in its options. */
export function callBegins(operation: string, options: unknown): Watched<WcsCallTrace> | undefined {
  if (!isWatched(calls)) return undefined;
  const { bucket, key } = Object(options) as Record<string, unknown>;
  return begin(calls, {
    operation,
    ...(typeof bucket === 'string' && { bucket }),
    ...(typeof key === 'string' && { key }),
  });
}

/** A request begins. */
export function requestBegins(
  operation: string,
  method: string,
  url: string,
  bytes: number,
): Watched<WcsRequestTrace> | undefined {
  if (!isWatched(requests)) return undefined;
  return begin(requests, { operation, method, url: url.replace(/[?#].*$/s, ''), bytes });
}

function begin<T extends Ended & { attempts?: number; status?: number; requestId?: string }>(
  channel: Channel<T>,
  trace: T,
): Watched<T> {
  const begun = performance.now();
  channel.start.publish(trace);
  channel.end.publish(trace);
  return {
    trace,
    failed(error) {
      trace.error = error;
      if (error instanceof WcsError) {
        const { attempts, status, requestId } = error;
        Object.assign(trace, {
          ...(attempts !== undefined && { attempts }),
          ...(status !== undefined && { status }),
          ...(requestId !== undefined && { requestId }),
        });
      }
      channel.error.publish(trace);
    },
    ended() {
      trace.milliseconds = performance.now() - begun;
      channel.asyncStart.publish(trace);
      channel.asyncEnd.publish(trace);
    },
  };
}

function isWatched<T extends object>({ start, end, asyncStart, asyncEnd, error }: Channel<T>): boolean {
  return (
    start.hasSubscribers ||
    asyncEnd.hasSubscribers ||
    error.hasSubscribers ||
    end.hasSubscribers ||
    asyncStart.hasSubscribers
  );
}
