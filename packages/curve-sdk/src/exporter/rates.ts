import type { OperationMetrics } from '../observe/operation-counters.js';

/** How much of what was done in a second; those of several kinds add up. */
export interface Rates {
  readonly calls: number;
  readonly errors: number;
  readonly timeouts: number;
  readonly bytes: number;
  /** What the calls took together, in microseconds. */
  readonly microseconds: number;
}

export const NO_RATES: Rates = { calls: 0, errors: 0, timeouts: 0, bytes: 0, microseconds: 0 };

/** What two kinds of calls did together. */
export function addRates(one: Rates, other: Rates): Rates {
  return {
    calls: one.calls + other.calls,
    errors: one.errors + other.errors,
    timeouts: one.timeouts + other.timeouts,
    bytes: one.bytes + other.bytes,
    microseconds: one.microseconds + other.microseconds,
  };
}

/** Turns counts into what was done in the last second, as libcurve tells it. */
export class RateMeter {
  #before = new Map<string, OperationMetrics>();
  #rates = new Map<string, Rates>();
  #at: number | undefined;

  /** @param now - in milliseconds, never less than the last time */
  sample(all: readonly OperationMetrics[], now: number): void {
    const seconds = this.#at === undefined ? 0 : (now - this.#at) / 1000;
    const before = this.#before;
    this.#at = now;
    // Whoever is not told of any more is forgotten.
    this.#before = new Map(all.map(metrics => [keyOf(metrics), metrics]));
    if (seconds <= 0) return;
    this.#rates = new Map(
      [...this.#before].map(([key, metrics]) => [key, difference(metrics, before.get(key), seconds)]),
    );
  }

  of(metrics: Pick<OperationMetrics, 'operation' | 'volume'>): Rates {
    return this.#rates.get(keyOf(metrics)) ?? NO_RATES;
  }
}

function difference(now: OperationMetrics, last: OperationMetrics | undefined, seconds: number): Rates {
  // One that was forgotten meanwhile has begun anew.
  const before = last && last.calls <= now.calls ? last : undefined;
  const sum = (errors: OperationMetrics['errors'] = {}) => Object.values(errors).reduce((a, b) => a + b, 0);
  return {
    calls: (now.calls - (before?.calls ?? 0)) / seconds,
    errors: (sum(now.errors) - sum(before?.errors)) / seconds,
    timeouts: ((now.errors['TIMEOUT'] ?? 0) - (before?.errors['TIMEOUT'] ?? 0)) / seconds,
    bytes: (now.bytes - (before?.bytes ?? 0)) / seconds,
    microseconds: ((now.seconds - (before?.seconds ?? 0)) * 1e6) / seconds,
  };
}

function keyOf({ operation, volume = '' }: Pick<OperationMetrics, 'operation' | 'volume'>): string {
  return `${operation}\0${volume}`;
}
