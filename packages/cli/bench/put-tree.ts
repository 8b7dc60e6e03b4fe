// Uploads 5,000 files of 16 KiB with `put -r`, and compares with uploadMany of the SDK, to an emulator in a process of its
// own. Runs are interleaved, each to a prefix of its own; figures are medians.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Measured, measure, median, script } from './measure.js';
import { makeTree } from './tree.js';

const FILES = Number(process.env['BENCH_UPLOADS'] ?? 5000);
const RUNS = Number(process.env['BENCH_RUNS'] ?? 3);
const SIZE = 16 * 1024;

const home = mkdtempSync(join(tmpdir(), 'curve-wcs-bench-'));
const server = fork(script('emulator.ts'), { execArgv: ['--import', 'tsx'] });
try {
  const [config] = (await once(server, 'message')) as [string];
  writeFileSync(join(home, '.wcscfg'), config);
  const root = join(home, 'tree');
  makeTree(root, FILES, Buffer.alloc(SIZE, 'sixteen KiB '));
  await report(root);
} finally {
  server.disconnect();
  rmSync(home, { recursive: true, force: true });
}

async function report(root: string): Promise<void> {
  const kinds = {
    'uploadMany of the SDK': (run: number) => ['upload-many', root, `many${run}/`],
    'put -r': (run: number) => ['wcscmd', 'put', '-r', `wcs://demo/put${run}`, root, '--quiet'],
  };
  const runs = new Map<string, Measured[]>(Object.keys(kinds).map(name => [name, []]));
  for (let run = 0; run < RUNS; run++) {
    for (const [name, words] of Object.entries(kinds)) runs.get(name)?.push(await measure(home, words(run)));
  }
  const all: [string, Measured][] = [...runs].map(([name, measured]) => [name, median(measured)]);
  const peer = all[0]?.[1];
  const rows = all.map(([name, { seconds, cpuSeconds, most }]) => ({
    run: name,
    'files/s': Math.round(FILES / seconds),
    'MB/s': ((FILES * SIZE) / 1e6 / seconds).toFixed(1),
    'time of the peer': (seconds / (peer?.seconds ?? Number.NaN)).toFixed(2),
    'CPU µs/file': ((cpuSeconds * 1e6) / FILES).toFixed(0),
    'CPU of the peer': (cpuSeconds / (peer?.cpuSeconds ?? Number.NaN)).toFixed(2),
    'most RSS, MiB': (most / 2 ** 20).toFixed(0),
  }));
  console.log(
    `${FILES.toLocaleString('en')} files of 16 KiB, 16 requests at the same time; medians of ${RUNS} interleaved runs`,
  );
  console.table(rows);
  writeFileSync('bench-results-put-tree.json', `${JSON.stringify(rows, null, 2)}\n`);
}
