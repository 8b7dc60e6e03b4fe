/**
 * What a call can be made to. Of `snapshotclone`, methods are the actions of its HTTP requests and the steps of its tasks, such
 * as `RecoverChunk`; a step that meets a `delay` is slow, and with anything else it fails and is tried again.
 */
export type Role = 'mds' | 'chunkserver' | 'snapshotclone';

/** Which calls a rule is about. What is not given matches everything. */
export interface FaultMatch {
  /** The service: its full name, or the last part of it, such as `ChunkService`. */
  service?: string;
  /** The method, such as `WriteChunk`. */
  method?: string;
  /** What is called. */
  role?: Role;
  /** The port that is called. */
  port?: number;
  /** Counts the calls that match so far, from 1: the rule acts on this one, or on these. */
  nth?: number | readonly number[];
  /** How often the rule acts before it is spent. @defaultValue without end */
  times?: number;
  /** How likely it acts on a call that matches, from 0 to 1. @defaultValue 1 */
  probability?: number;
}

/** Waits, then goes on. */
export interface DelayFault {
  /** Names the action. */
  type: 'delay';
  /** How long, in milliseconds. */
  ms: number;
}

/** Answers a status of the application instead of doing the work. */
export interface StatusFault {
  /** Names the action. */
  type: 'status';
  /** The value of `statusCode` or `status`. */
  status: number;
  /** The `redirect` of an answer that has one, `ip:port:0`. @defaultValue absent, as real chunkservers do */
  redirect?: string;
}

/** Fails the call at the RPC layer instead of doing the work. */
export interface RpcErrorFault {
  /** Names the action. */
  type: 'error';
  /** A brpc error code, such as 1002 (ENOMETHOD) or 2001 (EINTERNAL). */
  code: number;
}

/**
 * Without more to say: `hang` never answers; `drop` does the work and never answers; `reset` resets the
 * connection at once; `wrong-correlation-id` does the work and answers a call that nobody made; `duplicate`
 * answers twice; `truncate` sends half of the answer and ends the connection; `slow` sends it in small pieces;
 * `short-attachment` leaves out the last byte of the attachment.
 */
export interface SimpleFault {
  /** Names the action. */
  type:
    | 'hang'
    | 'drop'
    | 'reset'
    | 'wrong-correlation-id'
    | 'duplicate'
    | 'truncate'
    | 'slow'
    | 'short-attachment';
}

/** What is done to a call. */
export type FaultAction = DelayFault | StatusFault | RpcErrorFault | SimpleFault;

/**
 * A fault: which calls it meets, and what happens to them. The first rule that applies to a call is the only
 * one. Actions may be written as text; a list of them is done in order.
 *
 * @example
 * ```ts
 * import type { FaultRule } from '@curve-wcs/curve-emulator';
 *
 * const rules: FaultRule[] = [
 *   { match: { method: 'WriteChunk', times: 2 }, do: 'overload' },
 *   { match: { role: 'mds', nth: 1 }, do: ['delay 50ms', 'reset'] },
 *   { match: { method: 'OpenFile' }, do: { type: 'status', status: 102 } },
 * ];
 * ```
 */
export interface FaultRule {
  /** Which calls it meets. @defaultValue all */
  match?: FaultMatch;
  /** What happens to them. */
  do: FaultAction | string | readonly (FaultAction | string)[];
}
