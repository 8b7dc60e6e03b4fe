import type { Metric } from 'prom-client';
import type { ClientStats } from '../client/stats.js';
import type { OperationMetrics } from '../observe/operation-counters.js';
import { knownMetric, type Sample } from './metric.js';

const MICROSECOND = 1e-6;

/** What a client did, by operation and volume, in Prometheus' manner. */
export function ownMetrics(all: readonly OperationMetrics[], stats: ClientStats): Metric[] {
  const labels = ({ operation, volume = '' }: OperationMetrics) => ({ operation, volume });
  const each = (value: (metrics: OperationMetrics) => number): Sample[] =>
    all.map(metrics => ({ value: value(metrics), labels: labels(metrics) }));
  const errors = all.flatMap(metrics =>
    Object.entries(metrics.errors).map(([code, value]) => ({ value, labels: { ...labels(metrics), code } })),
  );
  const one = (value: number): Sample[] => [{ value }];
  return [
    knownMetric(
      'curve_sdk_operations_total',
      'counter',
      'Calls that have settled',
      each(({ calls }) => calls),
    ),
    knownMetric(
      'curve_sdk_operation_errors_total',
      'counter',
      'Calls that failed, by the code of the error',
      errors,
    ),
    knownMetric(
      'curve_sdk_operation_bytes_total',
      'counter',
      'Bytes of calls that succeeded',
      each(({ bytes }) => bytes),
    ),
    knownMetric(
      'curve_sdk_operations_in_flight',
      'gauge',
      'Calls under way',
      each(({ inFlight }) => inFlight),
    ),
    knownMetric(
      'curve_sdk_operation_duration_seconds',
      'histogram',
      'How long calls took',
      all.flatMap(metrics => durations(metrics, labels(metrics))),
    ),
    knownMetric('curve_sdk_chunk_retries_total', 'counter', 'Chunk requests sent again', one(stats.retries)),
    knownMetric(
      'curve_sdk_chunk_redirects_total',
      'counter',
      'Replies that named another leader',
      one(stats.redirects),
    ),
    knownMetric(
      'curve_sdk_rpc_timeouts_total',
      'counter',
      'RPCs that passed their deadline',
      one(stats.timeouts),
    ),
    knownMetric(
      'curve_sdk_mds_retries_total',
      'counter',
      'Calls to the MDS that were repeated',
      one(stats.mdsRetries),
    ),
    knownMetric('curve_sdk_connects_total', 'counter', 'Connections made', one(stats.connects)),
    knownMetric(
      'curve_sdk_chunk_requests_in_flight',
      'gauge',
      'Chunk requests under way',
      one(stats.requestsInFlight),
    ),
    knownMetric('curve_sdk_open_volumes', 'gauge', 'Volumes now open', one(stats.openVolumes)),
  ];
}

function durations(metrics: OperationMetrics, labels: Record<string, string>): Sample[] {
  const name = 'curve_sdk_operation_duration_seconds';
  let below = 0;
  const buckets = metrics.durations.map((count, index): Sample => {
    below += count;
    return { value: below, labels: { ...labels, le: 2 ** index * MICROSECOND }, series: `${name}_bucket` };
  });
  return [
    // Half a minute is beyond what anybody draws.
    ...buckets.slice(0, 25),
    { value: below, labels: { ...labels, le: '+Inf' }, series: `${name}_bucket` },
    { value: metrics.seconds, labels, series: `${name}_sum` },
    { value: below, labels, series: `${name}_count` },
  ];
}
