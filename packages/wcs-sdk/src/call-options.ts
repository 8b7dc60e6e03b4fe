import { LinkedAbort } from './abort.js';
import type { ClientContext } from './context.js';
import { invalidArgument, WcsError } from './errors.js';
import { type RetryOptions, resolveRetry } from './http/retry.js';
import { wholeNumber } from './number-options.js';

/** Options that every call takes. */
export interface CallOptions {
  /** Ends the call at once; it then rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /**
   * Time limit of the call with all its attempts, in milliseconds; it then fails with `TIMEOUT`. Of a listing, it is
   * the limit of each page. Default: none beyond the client's {@link WcsClientOptions.timeouts}.
   */
  timeout?: number | undefined;
  /** Further headers of all requests of the call. Those that the protocol itself uses are refused. */
  headers?: Record<string, string> | undefined;
  /** How failed requests of this call are repeated; what is not given is as the client has it. */
  retry?: RetryOptions | undefined;
}

/** Headers that frame the message, or that a call sets by itself: another value would break it. */
const OWN_HEADERS = new Set([
  'connection',
  'content-length',
  'content-type',
  'encryption-type',
  'expect',
  'host',
  'keep-alive',
  'proxy-authorization',
  'range',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'uploadbatch',
]);

/**
 * One call under its own options: the client's context with the call's retries and headers in place, and a signal
 * that also ends at the time limit. Must be disposed at the end of the call.
 */
export class CallScope implements Disposable {
  readonly context: ClientContext;
  readonly signal: AbortSignal | undefined;
  readonly #limit: LinkedAbort | undefined;
  readonly #timer: NodeJS.Timeout | undefined;

  /**
   * @param signed - whether the call brings an `Authorization` of its own
   * @throws WcsError `INVALID_ARGUMENT` if an option is wrong; the signal's reason if it is aborted already
   */
  constructor(context: ClientContext, operation: string, options: CallOptions, { signed = true } = {}) {
    const { signal, timeout, headers, retry } = options;
    checkCallOptions(options, { signed });
    this.context =
      headers || retry
        ? {
            ...context,
            retry: retry ? resolveRetry(retry, context.retry) : context.retry,
            transport: headers ? context.transport.withHeaders(headers) : context.transport,
          }
        : context;
    if (timeout === undefined) {
      this.signal = signal;
      return;
    }
    const limit = new LinkedAbort(signal);
    const late = () => limit.abort(timedOut(operation, timeout));
    this.#limit = limit;
    this.#timer = setTimeout(late, timeout);
    this.signal = limit.signal;
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#limit?.[Symbol.dispose]();
  }
}

/** Checks what can be wrong with a call's options before any I/O. */
export function checkCallOptions(
  { signal, timeout, headers, retry }: CallOptions,
  { signed = true } = {},
): void {
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw invalidArgument('signal', 'an AbortSignal', signal);
  }
  // Longer ones do not fit into a timer.
  if (timeout !== undefined) wholeNumber('timeout', timeout, { minimum: 1, maximum: 2 ** 31 - 1 });
  if (retry !== undefined) resolveRetry(retry);
  for (const [name, value] of Object.entries(headers ?? {})) {
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name)) throw invalidArgument('the name of a header', 'a token', name);
    const lower = name.toLowerCase();
    if (OWN_HEADERS.has(lower) || (signed && lower === 'authorization'))
      throw invalidArgument('headers', 'free of headers that the call sets by itself', name);
    if (typeof value !== 'string' || !/^[\t\x20-\x7e\x80-\xff]*$/.test(value))
      throw new WcsError('INVALID_ARGUMENT', `headers.${name} must be text without control characters`);
  }
}

function timedOut(operation: string, timeout: number): WcsError {
  return new WcsError('TIMEOUT', `${operation}: not done within ${timeout} ms`, {
    operation,
    retryable: true,
    doubtful: true,
  });
}
