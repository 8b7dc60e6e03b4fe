import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { OpenVolume } from './clients.js';
import { threadCpu } from './thread-cpu.js';
import { type Measured, MIB, REGION, WORKLOADS, type Workload } from './workload.js';

// Allocated and touched early, to be no part of the memory's growth.
/** Latencies of one run, in µs. */
const latencies = new Float64Array(2 ** 20).fill(1);

const memory = new Map([...new Set(WORKLOADS.map(one => one.size))].map(size => [size, buffers(size)]));

/** Runs a workload for so long. */
export async function load(volume: OpenVolume, workload: Workload, milliseconds: number): Promise<Measured> {
  const { kind, size, depth } = workload;
  const blocks = REGION / size;
  let operations = 0;
  let next = 0;
  const place = size < MIB ? () => Math.floor(Math.random() * blocks) : () => next++ % blocks;
  const operate = volume[kind];

  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const before = threadCpu();
  const begun = performance.now();
  const end = begun + milliseconds;
  const worker = async (buffer: Uint8Array) => {
    for (let start = begun; start < end; ) {
      await operate(place() * size, buffer);
      const now = performance.now();
      latencies[operations++ % latencies.length] = (now - start) * 1000;
      start = now;
    }
  };
  await Promise.all((memory.get(size) ?? []).slice(0, depth).map(worker));
  const seconds = (performance.now() - begun) / 1000;
  const after = threadCpu();
  delay.disable();

  const sorted = latencies.subarray(0, Math.min(operations, latencies.length)).sort();
  const percentile = (part: number) => sorted[Math.floor(part * (sorted.length - 1))] ?? Number.NaN;
  const each = (thread: 'js' | 'io' | 'other') => ((after[thread] - before[thread]) / operations) * 1e6;
  return {
    ...{ operations, rate: operations / seconds, megabytes: (operations * size) / seconds / MIB },
    ...{ p50: percentile(0.5), p99: percentile(0.99), p999: percentile(0.999) },
    cpu: { js: each('js'), io: each('io'), other: each('other') },
    loopDelay: delay.percentile(99) / 1e6,
  };
}

/** The callers' memory, used again by every run. */
function buffers(size: number): Uint8Array[] {
  const depth = Math.max(...WORKLOADS.filter(one => one.size === size).map(one => one.depth));
  return Array.from({ length: depth }, () => Buffer.alloc(size, 'x'));
}
