import type { OperationMetrics } from '../observe/operation-counters.js';

/** How much of what was done in a second. */
export interface Rates {
  readonly calls: number;
  readonly errors: number;
  readonly timeouts: number;
  readonly bytes: number;
  /** Average of those calls, in microseconds. */
  readonly microseconds: number;
}

const NONE: Rates = { calls: 0, errors: 0, timeouts: 0, bytes: 0, microseconds: 0 };

/** Turns counts into what was done in the last second, as libcurve tells it. */
export class RateMeter {
  readonly #before = new Map<string, OperationMetrics>();
  readonly #rates = new Map<string, Rates>();
  #at: number | undefined;

  /** @param now - in milliseconds, never less than the last time */
  sample(all: readonly OperationMetrics[], now: number): void {
    const seconds = this.#at === undefined ? undefined : (now - this.#at) / 1000;
    this.#at = now;
    for (const metrics of all) {
      const key = keyOf(metrics);
      const before = this.#before.get(key);
      this.#before.set(key, metrics);
      if (seconds !== undefined && seconds > 0) this.#rates.set(key, difference(metrics, before, seconds));
    }
  }

  of(metrics: Pick<OperationMetrics, 'operation' | 'volume'>): Rates {
    return this.#rates.get(keyOf(metrics)) ?? NONE;
  }
}

function difference(now: OperationMetrics, before: OperationMetrics | undefined, seconds: number): Rates {
  const sum = (errors: OperationMetrics['errors'] = {}) => Object.values(errors).reduce((a, b) => a + b, 0);
  const calls = now.calls - (before?.calls ?? 0);
  return {
    calls: calls / seconds,
    errors: (sum(now.errors) - sum(before?.errors)) / seconds,
    timeouts: ((now.errors['TIMEOUT'] ?? 0) - (before?.errors['TIMEOUT'] ?? 0)) / seconds,
    bytes: (now.bytes - (before?.bytes ?? 0)) / seconds,
    microseconds: calls === 0 ? 0 : ((now.seconds - (before?.seconds ?? 0)) * 1e6) / calls,
  };
}

function keyOf({ operation, volume = '' }: Pick<OperationMetrics, 'operation' | 'volume'>): string {
  return `${operation}\0${volume}`;
}
