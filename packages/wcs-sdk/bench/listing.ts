// Lists 1,000,000 objects over loopback, and compares with a bare node:http client that fetches the same pages and
// parses them with JSON.parse. Runs are interleaved; figures are medians. What counts is the CPU of a page: the rate is
// bounded by the server that makes the pages.
//
//   BENCH_RUNS=3            listings of each kind
//   BENCH_OBJECTS=50000     objects, a multiple of 1,000
import { execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { chart } from '@curve-wcs/test-support';

interface Run {
  seconds: number;
  cpuSeconds: number;
  /** Resident memory before the listing, and the most in each half of it, in bytes. */
  before: number;
  peaks: [first: number, second: number];
}

const OBJECTS = Number(process.env['BENCH_OBJECTS'] ?? 1_000_000);
const PAGES = OBJECTS / 1000;
const RUNS = Number(process.env['BENCH_RUNS'] ?? 5);
const NAMES = {
  bare: 'bare node:http and JSON.parse',
  pages: 'wcs-sdk, page by page',
  objects: 'wcs-sdk, object by object',
};
const KINDS = Object.keys(NAMES) as (keyof typeof NAMES)[];
const script = (name: string) => fileURLToPath(new URL(name, import.meta.url));

const sink = fork(script('list-sink.ts'), [String(OBJECTS)], { execArgv: ['--import', 'tsx'] });
const [port] = (await once(sink, 'message')) as [number];
const runs: Record<keyof typeof NAMES, Run[]> = { bare: [], pages: [], objects: [] };
for (let run = 0; run < RUNS; run++) {
  for (const kind of KINDS) runs[kind].push(await measure(kind));
}
sink.disconnect();
report();

async function measure(kind: string): Promise<Run> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--import',
    'tsx',
    '--expose-gc',
    script('list-objects.ts'),
    kind,
    String(port),
    String(OBJECTS),
  ]);
  return JSON.parse(stdout) as Run;
}

function report(): void {
  const of = (kind: keyof typeof NAMES, figure: (run: Run) => number) => median(runs[kind].map(figure));
  const rate = (kind: keyof typeof NAMES) => OBJECTS / of(kind, run => run.seconds);
  const cpu = (kind: keyof typeof NAMES) => of(kind, run => run.cpuSeconds);
  const rows = KINDS.map(kind => ({
    listing: NAMES[kind],
    'objects/s': Math.round(rate(kind)),
    'of bare': (rate(kind) / rate('bare')).toFixed(2),
    'CPU ms/page': ((cpu(kind) * 1000) / PAGES).toFixed(2),
    'CPU of bare': (cpu(kind) / cpu('bare')).toFixed(2),
    'RSS before, MiB': mebibytes(of(kind, run => run.before)),
    'most, 1st half': mebibytes(of(kind, run => run.peaks[0])),
    'most, 2nd half': mebibytes(of(kind, run => run.peaks[1])),
  }));
  console.log(
    `${OBJECTS.toLocaleString('en')} objects in pages of 1,000, over loopback; medians of ${RUNS} interleaved runs`,
  );
  console.table(rows);
  writeFileSync('bench-results-listing.json', `${JSON.stringify(rows, null, 2)}\n`);
  if (!process.argv.includes('--chart')) return;
  const figures = (['pages', 'objects'] as const).map(kind => ({
    name: NAMES[kind],
    rate: rate(kind),
    peer: NAMES.bare,
    peerRate: rate('bare'),
    ratio: rate(kind) / rate('bare'),
    show: (objects: number) => `${Math.round(objects / 1000)} thousand objects/s`,
  }));
  writeFileSync('bench-results-listing.svg', chart(figures));
}

function mebibytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(0);
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
