// Uploads a file in blocks over loopback into a sink, and compares with a bare node:http client that sends the
// same blocks with the same concurrency to the same sink, and with the same in Python. Runs are interleaved; figures
// are medians. What reading and hashing cost by themselves, and how much of the processor's cores a kind takes with the
// sink, tell what is left to gain.
//
//   BENCH_RUNS=9         runs of each kind
//   BENCH_PYTHON=FILE    a program in place of python-client.py, such as one that uses another SDK
import { type ChildProcess, execFile, fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { BLOCK_SIZE, crc32, etagFile } from '@curve-wcs/etag';
import { chart, gigabytes, lcg } from '@curve-wcs/test-support';

interface Run {
  first: { seconds: number; cpuSeconds: number };
  second: { seconds: number; cpuSeconds: number };
  peakBytes: number;
  /** Seconds of the processor that the sink took for both. */
  sinkSeconds: number;
}

const GIB = 2 ** 30;
const RUNS = Number(process.env['BENCH_RUNS'] ?? 7);
const KINDS = ['bare', 'python', 'plain', 'final', 'verified'] as const;
const NAMES = {
  bare: 'bare node:http',
  python: 'python3, http.client in threads',
  plain: 'wcs-sdk, verify: false',
  final: "wcs-sdk, verify: 'final'",
  verified: 'wcs-sdk, etag and crc32 checked',
};
const AIMS = { bare: '', python: '', plain: '≥ 0.9', final: '≥ 0.6', verified: '≥ 0.6' };
const script = (name: string) => fileURLToPath(new URL(name, import.meta.url));

const folder = mkdtempSync(join(tmpdir(), 'curve-wcs-bench-'));
try {
  const block = lcg(BLOCK_SIZE);
  const path = makeFile('object', block, GIB);
  const known = join(folder, 'known.json');
  const etags = { [GIB]: await etagFile(path) };
  writeFileSync(known, JSON.stringify({ etags, crc32: crc32(block) }));

  const sink = fork(script('sink.ts'), [known], { execArgv: ['--import', 'tsx'] });
  const [port] = (await once(sink, 'message')) as [number];
  const runs: Record<(typeof KINDS)[number], Run[]> = {
    bare: [],
    python: [],
    plain: [],
    final: [],
    verified: [],
  };
  for (let run = 0; run < RUNS; run++) {
    for (const kind of KINDS) runs[kind].push(await measure(kind, path, port, sink));
  }
  sink.disconnect();
  report(runs);
  console.log(`1 GiB costs by itself, in CPU seconds: ${costs(path)}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function report(runs: Record<(typeof KINDS)[number], Run[]>): void {
  const rate = (kind: (typeof KINDS)[number], which: 'first' | 'second' = 'second') =>
    GIB / median(runs[kind].map(run => run[which].seconds));
  const rows = KINDS.map(kind => ({
    upload: NAMES[kind],
    'GB/s': gigabytes(rate(kind)),
    'of bare': (rate(kind) / rate('bare')).toFixed(2),
    aim: AIMS[kind],
    'of bare, first': (rate(kind, 'first') / rate('bare', 'first')).toFixed(2),
    'CPU s/GiB': median(runs[kind].map(run => run.second.cpuSeconds)).toFixed(2),
    'of the sink': median(runs[kind].map(run => run.sinkSeconds / 2)).toFixed(2),
    'cores taken': median(runs[kind].map(coresTaken)).toFixed(2),
    'peak MiB': (Math.max(...runs[kind].map(run => run.peakBytes)) / 2 ** 20).toFixed(0),
  }));
  console.log(
    `1 GiB in blocks of 4 MiB, 4 at a time, over loopback; medians of ${RUNS} interleaved runs;\nthe second upload of a process, and in 'first' its first`,
  );
  console.table(rows);
  writeFileSync('bench-results-block-upload.json', `${JSON.stringify(rows, null, 2)}\n`);
  if (!process.argv.includes('--chart')) return;
  const figures = (['plain', 'verified'] as const).map(kind => ({
    name: NAMES[kind],
    rate: rate(kind),
    peer: NAMES.bare,
    peerRate: rate('bare'),
    ratio: rate(kind) / rate('bare'),
  }));
  writeFileSync('bench-results-block-upload.svg', chart(figures));
}

function makeFile(name: string, block: Buffer, size: number): string {
  const path = join(folder, name);
  const file = openSync(path, 'w');
  for (let written = 0; written < size; written += block.length) writeSync(file, block);
  closeSync(file);
  return path;
}

function coresTaken({ first, second, sinkSeconds }: Run): number {
  return (first.cpuSeconds + second.cpuSeconds + sinkSeconds) / (first.seconds + second.seconds);
}

/** What reading the file takes, its SHA-1 and its CRC-32, in pieces that stay in the cache. */
function costs(path: string): string {
  const piece = Buffer.alloc(256 * 1024);
  const file = openSync(path, 'r');
  const whole = (step: (offset: number) => void) => {
    const before = process.cpuUsage();
    for (let offset = 0; offset < GIB; offset += piece.length) step(offset);
    const { user, system } = process.cpuUsage(before);
    return ((user + system) / 1e6).toFixed(2);
  };
  const read = whole(offset => readSync(file, piece, 0, piece.length, offset));
  const hash = createHash('sha1');
  const sha1 = whole(() => hash.update(piece));
  let crc = 0;
  const checked = whole(() => {
    crc = crc32(piece, crc);
  });
  closeSync(file);
  return `reading ${read}, SHA-1 ${sha1}, CRC-32 ${checked}; there are ${availableParallelism()} cores`;
}

async function processorSeconds(process: ChildProcess): Promise<number> {
  process.send('usage');
  const [{ user, system }] = (await once(process, 'message')) as [NodeJS.CpuUsage];
  return (user + system) / 1e6;
}

async function measure(kind: string, path: string, port: number, sink: ChildProcess): Promise<Run> {
  const [command, ...args] =
    kind === 'python'
      ? ['python3', process.env['BENCH_PYTHON'] ?? script('python-client.py')]
      : [process.execPath, '--import', 'tsx', script('upload.ts'), kind];
  const before = await processorSeconds(sink);
  const { stdout } = await promisify(execFile)(command, [...args, path, String(port)]);
  const sinkSeconds = (await processorSeconds(sink)) - before;
  return { ...(JSON.parse(stdout) as Omit<Run, 'sinkSeconds'>), sinkSeconds };
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
