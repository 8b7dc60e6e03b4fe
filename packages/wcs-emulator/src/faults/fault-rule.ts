/** What a request of the emulator to another server is for. */
export type OutboundPurpose = 'callback' | 'notification' | 'fetch';

/** Which requests a rule is about. What is not given matches everything. */
export interface FaultMatch {
  /**
   * Matches requests of the emulator to other servers for this purpose, and none that it receives. What is done
   * to one is what the other server seems to do.
   *
   * @defaultValue matches requests that the emulator receives
   */
  outbound?: OutboundPurpose | 'any';
  /**
   * Matches commands of jobs of this kind (`fops`, `detect`, `fmgr/copy`, …), or of any, by `path`: how the command
   * begins. They can be met by `delay`, `hang`, `status` (they fail) and `disk full`.
   *
   * @defaultValue matches requests
   */
  job?: string;
  /** The method, such as `POST`. */
  method?: string;
  /** How the request target (of a job: the command) begins (a string), or a pattern for the whole target including its query. */
  path?: string | RegExp;
  /** Counts the requests that match so far, from 1: the rule acts on this one, or on these. */
  nth?: number | readonly number[];
  /** How often the rule acts before it is spent. @defaultValue without end */
  times?: number;
  /** How likely it acts on a request that matches, from 0 to 1. @defaultValue 1 */
  probability?: number;
}

/** Answers a status of one's choice instead of doing the work. */
export interface StatusFault {
  /** Names the action. */
  type: 'status';
  /** From 200 to 999. */
  status: number;
  /** The body of the answer. @defaultValue an error in JSON */
  body?: string;
  /** Headers of the answer, besides `Content-Type: application/json`, which they may replace. */
  headers?: Record<string, string>;
}

/** Resets the connection at once; hangs and never answers; or does the work and then cuts the connection. */
export interface SilentFault {
  /** Names the action. */
  type: 'reset' | 'hang' | 'drop';
}

/** Resets the connection in the middle of the request body. */
export interface ResetDuringFault {
  /** Names the action. */
  type: 'reset-during';
  /** After how many bytes of the body. A shorter one gets through. */
  bytes: number;
}

/** Waits, then goes on. */
export interface DelayFault {
  /** Names the action. */
  type: 'delay';
  /** How long, in milliseconds. */
  ms: number;
}

/** Promises the whole answer, sends a part of it, and ends the connection. */
export interface TruncateFault {
  /** Names the action. */
  type: 'truncate';
  /** How many bytes of the body are sent. @defaultValue half of them */
  bytes?: number;
}

/** Alters the body of the answer. */
export interface CorruptFault {
  /** Names the action. */
  type: 'corrupt';
  /** A member of the JSON in the body, such as `ctx` or `crc32`. @defaultValue a byte in the middle of the body */
  member?: string;
}

/** Lets writes to the disk fail with ENOSPC. */
export interface DiskFullFault {
  /** Names the action. */
  type: 'disk-full';
  /** How many bytes there is room for. @defaultValue 0 */
  bytes?: number;
}

/** What is done to a request. */
export type FaultAction =
  | StatusFault
  | SilentFault
  | ResetDuringFault
  | DelayFault
  | TruncateFault
  | CorruptFault
  | DiskFullFault;

/**
 * A fault: which requests it meets, and what happens to them. The first rule that applies to a request is the
 * only one. Actions may be written as text: `status 503`, `reset`, `reset during 65536`, `delay 200ms`, `hang`,
 * `drop`, `truncate`, `truncate 100`, `corrupt`, `corrupt ctx`, `disk full`, `redirect http://…`, `overload`; a list
 * of them is done in order.
 *
 * @example
 * ```ts
 * import type { FaultRule } from '@curve-wcs/wcs-emulator';
 *
 * const rules: FaultRule[] = [
 *   { match: { method: 'POST', path: /^\/mkblk\/\d+\/1$/, times: 2 }, do: 'status 500' },
 *   { match: { path: '/mkfile/', nth: 1 }, do: ['delay 50ms', 'drop'] },
 *   { do: { type: 'truncate', bytes: 1000 } },
 * ];
 * ```
 */
export interface FaultRule {
  /** Which requests it meets. @defaultValue all */
  match?: FaultMatch;
  /** What happens to them. */
  do: FaultAction | string | readonly (FaultAction | string)[];
}
