import { onAbort } from '../abort.js';
import { WcsError } from '../errors.js';
import { wholeNumber } from '../number-options.js';

/** How failed requests are repeated. Only failures that can pass are: see {@link WcsError.retryable}. */
export interface RetryOptions {
  /** Extra attempts after the first. Default 3. */
  limit?: number;
  /** First waiting time in milliseconds; it doubles with each attempt. Default 200. */
  baseDelay?: number;
  /** Longest waiting time in milliseconds. Default 8,000. */
  maxDelay?: number;
}

/** {@link RetryOptions} with the defaults filled in. */
export interface RetryPolicy extends Required<RetryOptions> {
  /** Aborted when the client is closed, which ends all waiting. */
  closed?: AbortSignal;
}

/** Checks the options, and fills in what they leave open. */
export function resolveRetry(options: RetryOptions = {}, defaults: Partial<RetryPolicy> = {}): RetryPolicy {
  const { closed } = defaults;
  return {
    ...(closed ? { closed } : {}),
    limit: wholeNumber('retry.limit', options.limit ?? defaults.limit ?? 3, { maximum: 1000 }),
    baseDelay: wholeNumber('retry.baseDelay', options.baseDelay ?? defaults.baseDelay ?? 200),
    maxDelay: wholeNumber('retry.maxDelay', options.maxDelay ?? defaults.maxDelay ?? 8000),
  };
}

/**
 * Calls `attempt` until it succeeds, fails for good, or the attempts are used up.
 *
 * @param attempt - gets the number of the attempt, from 0
 * @param signal - ends the waiting, too, with its own reason
 */
export async function withRetry<T>(
  attempt: (number: number) => Promise<T>,
  policy: RetryPolicy,
  signal: AbortSignal | undefined,
): Promise<T> {
  let doubtful = false;
  for (let number = 0; ; number++) {
    signal?.throwIfAborted();
    try {
      return await attempt(number);
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      if (!(error instanceof WcsError)) throw error;
      error.attempts ??= number + 1;
      // What one attempt may have done, the failure of the next one does not undo.
      doubtful ||= error.doubtful;
      error.doubtful = doubtful;
      if (!error.retryable || number >= policy.limit) throw error;
      await pauseBefore(number + 1, error, policy, signal);
    }
  }
}

/**
 * Waits before an extra attempt: exponential backoff with jitter, unless the service said how long to wait.
 *
 * @param number - the number of the attempt, from 1
 */
export async function pauseBefore(
  number: number,
  { retryAfter }: WcsError,
  { baseDelay, maxDelay, closed }: RetryPolicy,
  signal: AbortSignal | undefined,
): Promise<void> {
  const backoff = Math.min(maxDelay, baseDelay * 2 ** (number - 1)) * (0.5 + Math.random() / 2);
  await pause(retryAfter === undefined ? backoff : Math.min(retryAfter, 60_000), signal, closed);
}

/** Waits; rejects with the reason of the first of the signals that is aborted, as soon as it is. */
export async function pause(
  milliseconds: number,
  ...signals: readonly (AbortSignal | undefined)[]
): Promise<void> {
  let letGo = () => {};
  try {
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(resolve, milliseconds);
      const stops = signals.map(signal => onAbort(signal, () => reject(signal?.reason)));
      letGo = () => {
        clearTimeout(timer);
        for (const stop of stops) stop();
      };
      for (const signal of signals) signal?.throwIfAborted();
    });
  } finally {
    letGo();
  }
}
