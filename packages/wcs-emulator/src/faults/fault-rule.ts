/** Which requests a rule is about. What is not given matches everything. */
export interface FaultMatch {
  /** The method, such as `POST`. */
  method?: string;
  /** How the request target begins (a string), or a pattern for the whole target including its query. */
  path?: string | RegExp;
  /** Counts the requests that match so far, from 1: the rule acts on this one, or on these. */
  nth?: number | readonly number[];
  /** How often the rule acts before it is spent. @defaultValue without end */
  times?: number;
  /** How likely it acts on a request that matches, from 0 to 1. @defaultValue 1 */
  probability?: number;
}

/** What is done to a request. */
export type FaultAction =
  /** Answers this status (100 to 999) instead of doing the work. The body defaults to an error in JSON. */
  | { type: 'status'; status: number; body?: string; headers?: Record<string, string> }
  /** Destroys the connection at once. */
  | { type: 'reset' }
  /** Destroys the connection after so many bytes of the request body. */
  | { type: 'reset-during'; bytes: number }
  /** Waits so many milliseconds, then goes on. */
  | { type: 'delay'; ms: number }
  /** Never answers. */
  | { type: 'hang' }
  /** Does the work, then destroys the connection instead of answering. */
  | { type: 'drop' }
  /** Promises the whole answer, sends so many bytes of it (default: half), then ends the connection. */
  | { type: 'truncate'; bytes?: number }
  /** Alters a byte in the middle of the answer's body, or a member of the JSON in it, such as `ctx` or `crc32`. */
  | { type: 'corrupt'; member?: string }
  /** Lets every write to the disk beyond so many bytes (default: 0) fail with ENOSPC. */
  | { type: 'disk-full'; bytes?: number };

/**
 * A fault: which requests it meets, and what happens to them. The first rule that applies to a request is the
 * only one. Actions may be written as text: `status 503`, `reset`, `reset during 65536`, `delay 200ms`, `hang`,
 * `drop`, `truncate`, `truncate 100`, `corrupt`, `corrupt ctx`, `disk full`; a list of them is done in order.
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
  match?: FaultMatch;
  do: FaultAction | string | readonly (FaultAction | string)[];
}
