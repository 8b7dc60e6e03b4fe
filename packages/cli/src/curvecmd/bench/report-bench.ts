import type { Output } from '../../terminal/output.js';
import type { LatencyBucket } from './latency-histogram.js';
import type { BenchResult, Measured } from './run-bench.js';
import type { Workload } from './workload.js';

/** What was run. */
export interface BenchDescription {
  path: string;
  depth: number;
  workload: Workload;
}

const PERCENTILES = ['p50', 'p90', 'p99', 'p99.9', 'max'] as const;
const BAR = 40;

/** Prints what was measured: with a histogram for people, as a row for pipes, as an object for programs. */
export function reportBench(out: Output, description: BenchDescription, result: BenchResult): void {
  const { path, depth, workload } = description;
  const measured = (['read', 'write'] as const)
    .map(kind => ({ kind, ...result[kind] }))
    .filter(({ operations }) => operations > 0);
  if (out.json) {
    const { name, blockSize, offset, size } = workload;
    out.value({
      ...{ volume: path, rw: name, blockSize, depth, offset, size, seconds: result.seconds },
      ...Object.fromEntries(measured.map(({ kind, ...one }) => [kind, measuredValue(one, result.seconds)])),
    });
    return;
  }
  if (measured.length === 0) {
    out.notice('no operation was done in that time');
    return;
  }
  out.table(
    ['', 'operations', 'IOPS', 'MB/s', 'mean µs', ...PERCENTILES.map(name => `${name} µs`)],
    measured.map(({ kind, ...one }) => rowOf(kind, one, result.seconds)),
  );
  if (!out.tabular) return;
  for (const { kind, latencies } of measured) {
    out.text(`\n${out.colors.bold(`latency of ${kind}s`)}\n`);
    for (const line of drawBuckets(latencies.buckets())) out.text(`${line}\n`);
  }
}

function rowOf(kind: string, { operations, bytes, latencies }: Measured, seconds: number): string[] {
  const summary = latencies.summary();
  return [
    kind,
    String(operations),
    String(Math.round(operations / seconds)),
    (bytes / 1e6 / seconds).toFixed(1),
    ...(['mean', ...PERCENTILES] as const).map(name => summary[name].toFixed(0)),
  ];
}

function measuredValue({ operations, bytes, latencies }: Measured, seconds: number): unknown {
  return {
    operations,
    bytes,
    iops: operations / seconds,
    bytesPerSecond: bytes / seconds,
    latencyMicroseconds: latencies.summary(),
    histogram: latencies.buckets(),
  };
}

/** A bar for each bucket. What is there at all has at least a mark. */
function drawBuckets(buckets: readonly LatencyBucket[]): string[] {
  const most = Math.max(...buckets.map(({ count }) => count));
  const total = buckets.reduce((sum, { count }) => sum + count, 0);
  return buckets.map(({ upTo, count }) => {
    const bar = '█'.repeat(Math.round((BAR * count) / most)) || (count > 0 ? '▏' : '');
    const share = `${((100 * count) / total).toFixed(2)} %`;
    return `  up to ${formatMicroseconds(upTo).padStart(7)}  ${share.padStart(8)}  ${bar}`.trimEnd();
  });
}

function formatMicroseconds(microseconds: number): string {
  if (microseconds < 1000) return `${microseconds} µs`;
  return microseconds < 1e6 ? `${microseconds / 1000} ms` : `${microseconds / 1e6} s`;
}
