// 4 KiB reads and writes at random places of a volume, against a plain socket that exchanges as many bytes with the
// same process. The cluster is the emulator, so latency is mostly its own; what counts is the client's CPU.
//
//   pnpm --filter @curve-wcs/curve-sdk bench      the table, and bench-results.json
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CBDClient, UserInfo_t } from '../src/index.js';
import { plainExchange } from './plain-client.js';

const BLOCK = 4096;
/** What a frame has around its data, about. */
const FRAME = 128;
const VOLUME = 64 * 2 ** 20;
const ROUNDS = 5;

interface Measured {
  seconds: number;
  cpuSeconds: number;
}

const script = fileURLToPath(new URL('cluster.ts', import.meta.url));
const cluster = fork(script, [String(FRAME), String(BLOCK + FRAME)], { execArgv: ['--import', 'tsx'] });
const [{ conf, port }] = (await once(cluster, 'message')) as [{ conf: string; port: number }];

const cbd = new CBDClient();
const user = new UserInfo_t('bench');
await cbd.InitAsync(conf);
await cbd.CreateAsync('/bench', user, 10 * 2 ** 30);
const fd = await cbd.OpenAsync('/bench', user);
const data = Buffer.alloc(2 ** 20, 'bench');
for (let offset = 0; offset < VOLUME; offset += data.length)
  await cbd.WriteAsync(fd, data, offset, data.length);

const rows = [];
for (const depth of [1, 64]) {
  const operations = depth === 1 ? 1500 : 8000;
  const runs: Record<'read' | 'write' | 'plain', Measured[]> = { read: [], write: [], plain: [] };
  for (let round = 0; round <= ROUNDS; round++) {
    const measured = {
      read: await timed(() => inParallel(operations, depth, read)),
      write: await timed(() => inParallel(operations, depth, write)),
      plain: await timed(() =>
        plainExchange({ port, operations, depth, request: FRAME, answer: BLOCK + FRAME }),
      ),
    };
    // The first round warms up.
    for (const kind of ['read', 'write', 'plain'] as const) if (round > 0) runs[kind].push(measured[kind]);
  }
  const plainCpu = median(runs.plain.map(({ cpuSeconds }) => cpuSeconds)) / operations;
  for (const kind of ['read', 'write', 'plain'] as const) {
    const seconds = median(runs[kind].map(run => run.seconds)) / operations;
    const cpu = median(runs[kind].map(({ cpuSeconds }) => cpuSeconds)) / operations;
    rows.push({
      what: kind === 'plain' ? 'plain socket, the bytes of a read' : `${kind} of 4 KiB`,
      depth,
      'operations/s': Math.round(1 / seconds),
      'µs each': (seconds * 1e6 * depth).toFixed(0),
      'client CPU, µs each': (cpu * 1e6).toFixed(1),
      'of plain CPU': (cpu / plainCpu).toFixed(2),
    });
  }
}
console.log(`medians of ${ROUNDS} interleaved rounds; CPU is that of all threads of the client's process`);
console.table(rows);
writeFileSync('bench-results.json', `${JSON.stringify(rows, null, 2)}\n`);

await cbd.CloseAsync(fd);
await cbd.UnInitAsync();
cluster.disconnect();

async function read(): Promise<void> {
  await cbd.ReadAsync(fd, '', somewhere(), BLOCK);
}

async function write(): Promise<void> {
  const length = await cbd.WriteAsync(fd, data.subarray(0, BLOCK), somewhere(), BLOCK);
  if (length !== BLOCK) throw new Error(`a write gave ${length}`);
}

function somewhere(): number {
  return Math.floor(Math.random() * (VOLUME / BLOCK)) * BLOCK;
}

async function inParallel(operations: number, depth: number, operation: () => Promise<void>): Promise<void> {
  let started = 0;
  const worker = async () => {
    while (started++ < operations) await operation();
  };
  await Promise.all(Array.from({ length: depth }, worker));
}

async function timed(work: () => Promise<void>): Promise<Measured> {
  const cpu = process.cpuUsage();
  const begun = performance.now();
  await work();
  const { user, system } = process.cpuUsage(cpu);
  return { seconds: (performance.now() - begun) / 1000, cpuSeconds: (user + system) / 1e6 };
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
