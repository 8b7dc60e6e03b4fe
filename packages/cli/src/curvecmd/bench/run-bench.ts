import { randomFillSync } from 'node:crypto';
import { LatencyHistogram } from './latency-histogram.js';
import { operations, type Workload } from './workload.js';

/** What is measured: the part of a volume that a benchmark uses. */
export interface BenchTarget {
  read(options: { offset: number; buffer: Uint8Array; signal: AbortSignal }): Promise<unknown>;
  write(data: Uint8Array, options: { offset: number; signal: AbortSignal }): Promise<unknown>;
}

/** What was measured of the reads, or of the writes. */
export interface Measured {
  operations: number;
  bytes: number;
  latencies: LatencyHistogram;
}

/** What a benchmark has measured so far. */
export interface BenchResult {
  /** Since the first operation, without those still under way. */
  seconds: number;
  read: Measured;
  write: Measured;
}

/** How a benchmark is run. */
export interface BenchOptions {
  workload: Workload;
  /** Operations under way at any time. */
  depth: number;
  /** Milliseconds until no further operation begins. */
  time: number;
  /** Ends it at once; what was measured counts. */
  signal: AbortSignal;
  /** Called after each operation. */
  onOperation?: (result: BenchResult) => void;
}

/**
 * Keeps as many operations under way as wanted, until the time is over or the signal says so.
 *
 * @throws whatever the first operation that fails throws, unless the signal ended it
 */
export async function runBench(target: BenchTarget, options: BenchOptions): Promise<BenchResult> {
  const { workload, depth, time, signal, onOperation } = options;
  const next = operations(workload);
  const started = performance.now();
  const ends = started + time;
  const result: BenchResult = { seconds: 0, read: nothing(), write: nothing() };
  const failure = new AbortController();
  const stop = AbortSignal.any([signal, failure.signal]);

  const work = async () => {
    // Content that compresses and repeats says nothing of real data.
    const buffer = randomFillSync(Buffer.allocUnsafeSlow(workload.blockSize));
    while (performance.now() < ends && !stop.aborted) {
      const { kind, offset } = next();
      const begun = performance.now();
      await (kind === 'read'
        ? target.read({ offset, buffer, signal: stop })
        : target.write(buffer, { offset, signal: stop }));
      const now = performance.now();
      const measured = result[kind];
      measured.operations += 1;
      measured.bytes += workload.blockSize;
      measured.latencies.record((now - begun) * 1e6);
      result.seconds = (now - started) / 1000;
      onOperation?.(result);
    }
  };
  // All of them end before anything is told: buffers and volume are in use until then.
  await Promise.allSettled(
    Array.from({ length: depth }, () =>
      work().catch(error => {
        failure.abort(error);
        throw error;
      }),
    ),
  );
  if (failure.signal.aborted && !signal.aborted) throw failure.signal.reason;
  return result;
}

function nothing(): Measured {
  return { operations: 0, bytes: 0, latencies: new LatencyHistogram() };
}
