// Syncs a tree of 100,000 files in which nothing has changed, in both directions, and compares with what no comparison
// can do without: lstat of every file, and the listing through the SDK. Runs are interleaved; figures are medians.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { etag } from '@curve-wcs/etag';
import { type Measured, measure, median, script } from './measure.js';
import { makeTree } from './tree.js';

const FILES = Number(process.env['BENCH_FILES'] ?? 100_000);
const RUNS = Number(process.env['BENCH_RUNS'] ?? 3);
const content = Buffer.from('the same in all of them\n');

const home = mkdtempSync(join(tmpdir(), 'curve-wcs-bench-'));
const server = fork(script('list-server.ts'), [String(FILES), String(content.length), etag(content)], {
  execArgv: ['--import', 'tsx'],
});
try {
  const [port] = (await once(server, 'message')) as [number];
  const url = `http://127.0.0.1:${port}`;
  writeFileSync(
    join(home, '.wcscfg'),
    `access_key = bench\nsecret_key = bench\nput_url = ${url}\nmgr_url = ${url}\nget_url = ${url}\n`,
  );
  const root = join(home, 'tree');
  makeTree(root, FILES, content);
  // What has just been made is not remembered.
  await new Promise(resolve => setTimeout(resolve, 2500));
  await report(root);
} finally {
  server.disconnect();
  rmSync(home, { recursive: true, force: true });
}

async function report(root: string): Promise<void> {
  const remote = 'wcs://demo/tree';
  const kinds = {
    'walk and listing alone': ['walk-and-list', root, 'tree/'],
    'sync to the prefix': ['wcscmd', 'sync', root, remote, '--quiet'],
    'sync to the folder': ['wcscmd', 'sync', remote, root, '--quiet'],
  };
  const first = await measure(home, kinds['sync to the prefix']);
  const runs = new Map<string, Measured[]>(Object.keys(kinds).map(name => [name, []]));
  for (let run = 0; run < RUNS; run++) {
    for (const [name, words] of Object.entries(kinds)) runs.get(name)?.push(await measure(home, words));
  }
  const all: [string, Measured][] = [...runs].map(([name, measured]) => [name, median(measured)]);
  const peer = all[0]?.[1];
  const rows = [...all, ['sync to the prefix, nothing remembered yet', first] as [string, Measured]].map(
    ([name, { seconds, cpuSeconds, most }]) => ({
      run: name,
      'files/s': Math.round(FILES / seconds),
      'time of the peer': (seconds / (peer?.seconds ?? Number.NaN)).toFixed(2),
      'CPU µs/file': ((cpuSeconds * 1e6) / FILES).toFixed(1),
      'CPU of the peer': (cpuSeconds / (peer?.cpuSeconds ?? Number.NaN)).toFixed(2),
      'most RSS, MiB': (most / 2 ** 20).toFixed(0),
    }),
  );
  console.log(`${FILES.toLocaleString('en')} unchanged files; medians of ${RUNS} interleaved runs`);
  console.table(rows);
  writeFileSync('bench-results-unchanged-tree.json', `${JSON.stringify(rows, null, 2)}\n`);
}
