import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';

/** How many operations took how long, up to a bound in microseconds. */
export interface LatencyBucket {
  /** Microseconds: the bucket has what took this long or less, and longer than the bucket before. */
  upTo: number;
  count: number;
}

/** What is told of the latencies of a run; times are microseconds. */
export interface LatencySummary {
  min: number;
  mean: number;
  p50: number;
  p90: number;
  p99: number;
  'p99.9': number;
  max: number;
}

/** Bounds in steps of 1, 2, 5, from 1 µs to 100 s. */
const BOUNDS = Array.from({ length: 25 }, (_, i) => ([1, 2, 5][i % 3] ?? 1) * 10 ** Math.floor(i / 3));

/** Collects latencies: exact to three digits for percentiles, in coarse buckets for a picture. */
export class LatencyHistogram {
  readonly #recorded: RecordableHistogram = createHistogram({ figures: 3 });
  readonly #counts = new Array<number>(BOUNDS.length).fill(0);

  /** @param nanoseconds - how long an operation took */
  record(nanoseconds: number): void {
    this.#recorded.record(Math.max(1, Math.round(nanoseconds)));
    const bucket = BOUNDS.findIndex(bound => nanoseconds <= bound * 1000);
    const index = bucket < 0 ? BOUNDS.length - 1 : bucket;
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
  }

  get count(): number {
    return this.#recorded.count;
  }

  summary(): LatencySummary {
    const recorded = this.#recorded;
    const percentile = (p: number) => microseconds(recorded.percentile(p));
    if (recorded.count === 0) return { min: 0, mean: 0, p50: 0, p90: 0, p99: 0, 'p99.9': 0, max: 0 };
    return {
      min: microseconds(recorded.min),
      mean: microseconds(recorded.mean),
      p50: percentile(50),
      p90: percentile(90),
      p99: percentile(99),
      'p99.9': percentile(99.9),
      max: microseconds(recorded.max),
    };
  }

  /** The buckets from the first to the last that has something. */
  buckets(): LatencyBucket[] {
    const used = this.#counts.flatMap((count, index) => (count > 0 ? [index] : []));
    const all = BOUNDS.map((upTo, index) => ({ upTo, count: this.#counts[index] ?? 0 }));
    return used.length === 0 ? [] : all.slice(used[0], (used.at(-1) ?? 0) + 1);
  }
}

function microseconds(nanoseconds: number): number {
  return Math.round(nanoseconds / 10) / 100;
}
