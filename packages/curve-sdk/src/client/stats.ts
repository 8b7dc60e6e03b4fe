import type { NativeStatistics } from '@curve-wcs/curve-native';

/** What a client has done since it was connected. */
export interface ClientStats extends Omit<NativeStatistics, 'latency'> {
  /** How long its reads and writes took. */
  readonly latency: LatencyStats;
}

/** How long reads and writes took, in microseconds, from a histogram whose buckets double in width. */
export interface LatencyStats {
  /** Reads and writes counted. */
  readonly count: number;
  /** Half of them were faster; within a factor of two, as the others. */
  readonly p50: number;
  /** 95 of 100 were faster. */
  readonly p95: number;
  /** 99 of 100 were faster. */
  readonly p99: number;
  /** Upper edge of the last bucket that has any. */
  readonly max: number;
  /** Entry i counts those under 2^i microseconds that fit no earlier entry. */
  readonly histogram: readonly number[];
}

/** The native client's counters, with what can be told from its histogram. */
export function clientStats({ latency, ...counters }: NativeStatistics): ClientStats {
  const count = latency.reduce((sum, bucket) => sum + bucket, 0);
  const last = latency.findLastIndex(bucket => bucket > 0);
  return {
    ...counters,
    latency: {
      count,
      p50: percentile(latency, 0.5 * count),
      p95: percentile(latency, 0.95 * count),
      p99: percentile(latency, 0.99 * count),
      max: last < 0 ? 0 : 2 ** last,
      histogram: latency,
    },
  };
}

/** Where the rank falls, as if a bucket's durations were spread evenly over it. */
function percentile(histogram: readonly number[], rank: number): number {
  let below = 0;
  for (const [index, bucket] of histogram.entries()) {
    if (bucket > 0 && below + bucket >= rank) {
      const lower = index === 0 ? 0 : 2 ** (index - 1);
      return lower + ((rank - below) / bucket) * (2 ** index - lower);
    }
    below += bucket;
  }
  return 0;
}
