import { performance } from 'node:perf_hooks';
import type { CBDClient } from '../cbd/cbd-client.js';
import { pattern } from './pattern.js';

/** One run of asynchronous operations at a fixed depth. */
export interface BenchOptions {
  readonly fd: number;
  /** Or reads. */
  readonly write: boolean;
  /** Or one after the other, from the start again at the end. */
  readonly random: boolean;
  /** Bytes of one operation. */
  readonly blockSize: number;
  /** Operations outstanding. */
  readonly depth: number;
  readonly seconds: number;
  /** Where the range begins, in bytes. */
  readonly offset: number;
  /** Length of the range in bytes. */
  readonly range: number;
}

interface Tally {
  /** Microseconds of each operation. */
  readonly latencies: number[];
  errors: number;
  lastError: number;
}

const MICROSECONDS = 1e6;
const SEED = 1;

/** Runs it, and gives what was measured as the script language prints it. */
export async function bench(client: CBDClient, options: BenchOptions): Promise<string> {
  const tally: Tally = { latencies: [], errors: 0, lastError: 0 };
  const started = performance.now();
  const cpuBefore = process.cpuUsage();
  const until = started + options.seconds * 1000;
  const next = offsets(options);
  await Promise.all(Array.from({ length: options.depth }, () => worker(client, options, next, until, tally)));
  const cpu = process.cpuUsage(cpuBefore);
  return summary(
    tally,
    options,
    (performance.now() - started) / 1000,
    (cpu.user + cpu.system) / MICROSECONDS,
  );
}

/** Keeps one operation outstanding. */
async function worker(
  client: CBDClient,
  { fd, write, blockSize }: BenchOptions,
  next: () => number,
  until: number,
  tally: Tally,
): Promise<void> {
  const buf = write ? pattern(blockSize, 0, SEED) : Buffer.allocUnsafeSlow(blockSize);
  while (performance.now() < until) {
    const started = performance.now();
    const context = { offset: next(), length: blockSize, buf };
    const ret = await (write ? client.AioWriteAsync(fd, context) : client.AioReadAsync(fd, context));
    tally.latencies.push((performance.now() - started) * 1000);
    if (ret === blockSize) continue;
    tally.errors += 1;
    tally.lastError = ret;
  }
}

/** Gives the offsets of the operations. */
function offsets({ random, blockSize, offset, range }: BenchOptions): () => number {
  const blocks = Math.max(1, Math.floor(range / blockSize));
  let index = 0;
  return () => offset + blockSize * (random ? Math.floor(Math.random() * blocks) : index++ % blocks);
}

function summary(tally: Tally, { blockSize }: BenchOptions, seconds: number, cpu: number): string {
  const sorted = Float64Array.from(tally.latencies).sort();
  const ops = sorted.length;
  const total = sorted.reduce((sum, latency) => sum + latency, 0);
  const quantile = (share: number) => Math.round(sorted[Math.min(ops - 1, Math.floor(share * ops))] ?? 0);
  return (
    `ops=${ops} secs=${seconds.toFixed(2)} iops=${Math.round(ops / seconds)}` +
    ` MiB/s=${((ops * blockSize) / 2 ** 20 / seconds).toFixed(2)}` +
    ` lat_us avg=${Math.round(ops === 0 ? 0 : total / ops)} p50=${quantile(0.5)} p95=${quantile(0.95)}` +
    ` p99=${quantile(0.99)} max=${quantile(1)} errs=${tally.errors} lasterr=${tally.lastError}` +
    ` client_cpu_s=${cpu.toFixed(2)}`
  );
}
