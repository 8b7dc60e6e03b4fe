import type { NativeStatistics, NativeWait } from '@curve-wcs/curve-native';
import { statusOf } from '../errors/statuses.js';

/** What a client has done since it was connected. */
export interface ClientStats extends Omit<NativeStatistics, 'latency' | 'waits'> {
  /** What has failed and is tried again just now: empty when nothing is in the way. */
  readonly waits: readonly ClusterWait[];
  /** How long its reads and writes took. */
  readonly latency: LatencyStats;
}

/** Which copyset one is. */
export interface CopysetName {
  /** Id of its logical pool. */
  readonly poolId: number;
  /** Its id in that pool. */
  readonly copysetId: number;
}

/** Calls that have failed and are tried again until the cluster does what they ask for, or their deadline passes. */
export interface ClusterWait {
  /** What is called: `GetOrAllocateSegment`, `WriteChunk`. */
  readonly method: string;
  /** Which MDS or chunkserver was asked last, `ip:port`; empty when nobody could be asked yet. */
  readonly server: string;
  /** The copyset whose leader is asked, of reads and writes of chunks. */
  readonly copyset?: CopysetName;
  /** Name of the status that was answered last, or of the failure of the RPC: `kSegmentAllocateError`, `ECONNREFUSED`. */
  readonly status: string;
  /** What that means. */
  readonly says: string;
  /** How many calls wait for the same. */
  readonly calls: number;
  /** For how long the first of them has been tried, in milliseconds. */
  readonly milliseconds: number;
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
export function clientStats({ latency, waits, ...counters }: NativeStatistics): ClientStats {
  const count = latency.reduce((sum, bucket) => sum + bucket, 0);
  const last = latency.findLastIndex(bucket => bucket > 0);
  return {
    ...counters,
    waits: waits.map(clusterWait),
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

function clusterWait({ kind, status, poolId, copysetId, ...wait }: NativeWait): ClusterWait {
  const named =
    kind === 'client' || kind === 'timeout' || kind === 'canceled'
      ? { name: 'NO_LEADER', says: 'no chunkserver leads the copyset' }
      : statusOf(kind, status);
  return {
    ...wait,
    ...(poolId !== undefined && copysetId !== undefined && { copyset: { poolId, copysetId } }),
    status: named.name,
    says: named.says,
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
