// What an export costs: fio's NBD client over a Unix socket, at our server on a Curve server that answers from memory, and
// next to it `nbdkit memory`, a local disk with no network behind it. They take turns, round after round; figures are
// medians over the rounds. Linux only; needs fio with its nbd engine, and nbdkit.
//
//   pnpm --filter @curve-wcs/curve-nbd bench             the tables, and bench-results.json
//   BENCH_ROUNDS=9 BENCH_MS=500                          how many rounds, how long each turn
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildPrograms, startMemoryServer } from '../../curve-sdk/bench/programs.js';
import { fio, type Job, type Measured } from './fio.js';
import { processCpu, residentMemory } from './process-cpu.js';
import { startNbdkit, startOurs } from './servers.js';

const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 5);
const MILLISECONDS = Number(process.env['BENCH_MS'] ?? 1000);

const JOBS: readonly Job[] = [
  { name: '4 KiB random read, depth 1', rw: 'randread', size: 4096, depth: 1 },
  { name: '4 KiB random write, depth 1', rw: 'randwrite', size: 4096, depth: 1 },
  { name: '4 KiB random read, depth 64', rw: 'randread', size: 4096, depth: 64 },
  { name: '4 KiB random write, depth 64', rw: 'randwrite', size: 4096, depth: 64 },
  { name: '1 MiB sequential read, depth 8', rw: 'read', size: 2 ** 20, depth: 8 },
  { name: '1 MiB sequential write, depth 8', rw: 'write', size: 2 ** 20, depth: 8 },
];

interface Run extends Measured {
  /** µs of the server's CPU for each operation. */
  readonly cpu: number;
}

const folder = mkdtempSync(join(tmpdir(), 'curve-nbd-bench-'));
try {
  await buildPrograms();
  using memory = await startMemoryServer();
  using ours = await startOurs(`127.0.0.1:${memory.mdsPort}`, join(folder, 'ours'));
  using nbdkit = await startNbdkit(join(folder, 'nbdkit'));
  const idle = residentMemory(ours.pid).now;
  const servers = { ours, nbdkit };
  const runs = new Map<string, Run[]>();
  // The first round warms up.
  for (let round = 0; round <= ROUNDS; round++) {
    for (const job of JOBS) {
      for (const [name, { uri, pid }] of Object.entries(servers)) {
        const before = processCpu(pid);
        const measured = await fio(uri, job, MILLISECONDS);
        const cpu = ((processCpu(pid) - before) / measured.operations) * 1e6;
        const key = `${job.name}/${name}`;
        if (round > 0) runs.set(key, [...(runs.get(key) ?? []), { ...measured, cpu }]);
      }
    }
  }
  await Promise.all(
    Array.from({ length: 4 }, () =>
      fio(ours.uri, { name: 'memory', rw: 'randwrite', size: 4096, depth: 64 }, MILLISECONDS),
    ),
  );
  report(runs, residentMemory(ours.pid).peak - idle);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function report(runs: ReadonlyMap<string, readonly Run[]>, growth: number): void {
  const rows: object[] = [];
  const aims: object[] = [];
  for (const { name, size, depth } of JOBS) {
    const [own, peer] = ['ours', 'nbdkit'].map(server => runs.get(`${name}/${server}`) ?? []) as [
      Run[],
      Run[],
    ];
    for (const [server, all] of [
      ['curve-nbd', own],
      ['nbdkit memory', peer],
    ] as const) {
      rows.push({
        job: name,
        server,
        'operations/s': Math.round(middle(all.map(run => run.rate))),
        'MiB/s': Math.round(middle(all.map(run => run.megabytes))),
        'p50 µs': tenths(middle(all.map(run => run.p50))),
        'CPU µs': tenths(middle(all.map(run => run.cpu))),
      });
    }
    // Noise that both had cancels out.
    const compared = (figure: (one: Run, other: Run) => number) =>
      middle(own.map((run, round) => figure(run, peer[round] as Run)));
    const aim = (what: string, measured: number, limit: number, met: boolean) =>
      aims.push({ aim: `${what}: ${name}`, measured: hundredths(measured), limit, met });
    if (depth === 1) {
      const over = compared((one, other) => one.p50 - other.p50);
      aim('p50 over nbdkit, µs, at most', over, 25, over <= 25);
    } else if (size === 4096) {
      const ratio = compared((one, other) => one.rate / other.rate);
      aim('operations of nbdkit, at least', ratio, 0.9, ratio >= 0.9);
      const cpu = middle(own.map(run => run.cpu));
      aim('CPU, µs, at most', cpu, 15, cpu <= 15);
    } else {
      const ratio = compared((one, other) => one.megabytes / other.megabytes);
      aim('bandwidth of nbdkit, at least', ratio, 0.7, ratio >= 0.7);
    }
  }
  const mebibytes = growth / 2 ** 20;
  aims.push({
    aim: 'growth of resident memory with 4 connections of depth 64, MiB, at most',
    measured: tenths(mebibytes),
    limit: 96,
    met: mebibytes <= 96,
  });
  console.log(
    `medians of ${ROUNDS} interleaved rounds of ${MILLISECONDS} ms; CPU is the server's, for each operation`,
  );
  console.table(rows);
  console.table(aims);
  const machine = { cpu: cpus()[0]?.model, threads: cpus().length, node: process.version };
  writeFileSync('bench-results.json', `${JSON.stringify({ machine, rows, aims }, null, 2)}\n`);
}

function middle(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

function tenths(value: number): number {
  return Math.round(value * 10) / 10;
}

function hundredths(value: number): number {
  return Math.round(value * 100) / 100;
}
