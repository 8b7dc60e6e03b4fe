// How long the tools take to answer without doing anything, compared with Node.js doing nothing. Runs are interleaved, so
// that whatever else the machine does meets all of them alike; figures are medians.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chart } from '@curve-wcs/test-support';

const RUNS = Number(process.env['BENCH_RUNS'] ?? 31);
/** What a start may cost, as a multiple of Node.js alone. */
const AIM = 1.5;
const PEER = 'node -e 0';
const bin = (tool: string) => fileURLToPath(new URL(`../bin/${tool}.js`, import.meta.url));

const PROGRAMS: Record<string, string[]> = {
  [PEER]: ['-e', '0'],
  'wcscmd --help': [bin('wcscmd'), '--help'],
  'wcscmd completion bash': [bin('wcscmd'), 'completion', 'bash'],
  'curvecmd --help': [bin('curvecmd'), '--help'],
  'curvecmd completion bash': [bin('curvecmd'), 'completion', 'bash'],
};

/** Milliseconds of each run. */
const times = Object.fromEntries(Object.keys(PROGRAMS).map(name => [name, [] as number[]]));
for (let round = 0; round < RUNS; round++) {
  for (const [name, argv] of Object.entries(PROGRAMS)) times[name]?.push(start(argv));
}
report();

function start(argv: string[]): number {
  const started = performance.now();
  const { status } = spawnSync(process.execPath, argv, { stdio: 'ignore' });
  if (status !== 0) throw new Error(`${argv.join(' ')} ended with ${status}`);
  return performance.now() - started;
}

function report(): void {
  const peer = median(times[PEER] ?? []);
  const figures = Object.entries(times).map(([name, all]) => ({
    name,
    ms: median(all),
    ratio: median(all) / peer,
  }));
  const rows = figures.map(({ name, ms, ratio }) => ({
    start: name,
    ms: ms.toFixed(0),
    [`of ${PEER}`]: ratio.toFixed(2),
    aim: name === PEER ? '' : ratio <= AIM ? `${AIM}, met` : `${AIM}, missed`,
  }));
  console.log(`Start-up with Node.js ${process.version}; medians of ${RUNS} interleaved runs`);
  console.table(rows);
  writeFileSync('bench-results-startup.json', `${JSON.stringify(rows, null, 2)}\n`);
  if (!process.argv.includes('--chart')) return;
  const bars = figures
    .filter(({ name }) => name !== PEER)
    .map(({ name, ms, ratio }) => ({
      name,
      rate: ms,
      peer: PEER,
      peerRate: peer,
      ratio,
      show: (value: number) => `${value.toFixed(0)} ms`,
    }));
  writeFileSync('bench-results-startup.svg', chart(bars));
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
