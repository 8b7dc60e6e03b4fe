// Uploads a file in blocks over loopback into a sink, and compares with a bare node:http client that sends the
// same blocks with the same concurrency to the same sink. Runs are interleaved; figures are medians.
import { execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { BLOCK_SIZE, crc32, etagFile } from '@curve-wcs/etag';
import { lcg } from '@curve-wcs/test-support';

interface Run {
  seconds: number;
  cpuSeconds: number;
  peakBytes: number;
}

const GIB = 2 ** 30;
const RUNS = Number(process.env['BENCH_RUNS'] ?? 7);
const KINDS = ['bare', 'plain', 'verified'] as const;
const script = (name: string) => fileURLToPath(new URL(name, import.meta.url));

const folder = mkdtempSync(join(tmpdir(), 'curve-wcs-bench-'));
try {
  const path = join(folder, 'object');
  const block = lcg(BLOCK_SIZE);
  const file = openSync(path, 'w');
  for (let written = 0; written < GIB; written += block.length) writeSync(file, block);
  const known = join(folder, 'known.json');
  writeFileSync(
    known,
    JSON.stringify({ etag: await etagFile(path), crc32: Array(GIB / BLOCK_SIZE).fill(crc32(block)) }),
  );

  const sink = fork(script('sink.ts'), [known], { execArgv: ['--import', 'tsx'] });
  const [port] = (await once(sink, 'message')) as [number];
  const runs: Record<(typeof KINDS)[number], Run[]> = { bare: [], plain: [], verified: [] };
  for (let run = 0; run < RUNS; run++) {
    for (const kind of KINDS) runs[kind].push(await measure(kind, path, port));
  }
  sink.disconnect();

  const bare = median(runs.bare.map(run => run.seconds));
  const rows = KINDS.map(kind => {
    const seconds = median(runs[kind].map(run => run.seconds));
    return {
      upload: {
        bare: 'bare node:http',
        plain: 'wcs-sdk, verify: false',
        verified: 'wcs-sdk, etag and crc32 checked',
      }[kind],
      'GiB/s': (1 / seconds).toFixed(2),
      'of bare': (bare / seconds).toFixed(2),
      'CPU s/GiB': median(runs[kind].map(run => run.cpuSeconds)).toFixed(2),
      'peak MiB': (Math.max(...runs[kind].map(run => run.peakBytes)) / 2 ** 20).toFixed(0),
    };
  });
  console.log(`upload of 1 GiB in 4 MiB blocks, 4 at a time, medians of ${RUNS} interleaved runs`);
  console.table(rows);
  writeFileSync('bench-results.json', `${JSON.stringify(rows, null, 2)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function measure(kind: string, path: string, port: number): Promise<Run> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--import',
    'tsx',
    script('upload.ts'),
    kind,
    path,
    String(port),
  ]);
  return JSON.parse(stdout) as Run;
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
