// Measures the package against node:crypto and a published CRC-64 on this machine, in one run.
//
//   pnpm --filter @curve-wcs/etag bench            the table, and bench-results.json
//   pnpm --filter @curve-wcs/etag bench --chart    bench-results.svg as well
import { createHash, hash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chart, gigabytes } from '@curve-wcs/test-support';
import peer from 'crc64-ecma182.js';
import { crc64, crc64File, etag, etagFile } from '../src/index.js';
import { type Comparison, type Contender, type Figure, measure } from './figures.js';
import { memoryGrowth } from './memory.js';
import { ParallelSha1 } from './parallel-sha1.js';

const MIB = 2 ** 20;
const ROUNDS = 9;

const cores = availableParallelism();
const buffer = randomBytes(64 * MIB);
const small = buffer.subarray(0, 4096);
/** What crc64-ecma182.js can take at a time: its own memory is 16 MiB. */
const medium = buffer.subarray(0, 8 * MIB);
const folder = mkdtempSync(join(tmpdir(), 'curve-wcs-bench-'));
const path = join(folder, 'one-gibibyte');
const fileSize = 1024 * MIB;

const parallel = new ParallelSha1(cores, buffer);

const contenders: Contender[] = [
  {
    name: 'SHA-1 of node:crypto, 64 MiB',
    bytes: buffer.length,
    run: () => createHash('sha1').update(buffer).digest(),
  },
  { name: 'SHA-1 of node:crypto, in cache', bytes: buffer.length, run: sha1InCache },
  {
    name: `SHA-1 of node:crypto on ${cores} threads`,
    bytes: cores * 8 * buffer.length,
    run: () => parallel.run(8),
  },
  { name: 'etagFile, 1 GiB', bytes: fileSize, run: () => etagFile(path) },
  { name: 'etagFile, 1 GiB, concurrency 1', bytes: fileSize, run: () => etagFile(path, { concurrency: 1 }) },
  { name: 'crc64-ecma182.js, 8 MiB', ...repeated(medium, 4, bytes => peer.crc64(bytes)) },
  { name: 'crc64, 8 MiB', ...repeated(medium, 32, bytes => crc64(bytes)) },
  { name: 'crc64File, 1 GiB', bytes: fileSize, run: () => crc64File(path) },
  { name: 'SHA-1 of node:crypto, 4 KiB', ...repeated(small, 20_000, bytes => hash('sha1', bytes, 'base64')) },
  { name: 'etag, 4 KiB', ...repeated(small, 20_000, bytes => etag(bytes)) },
  { name: 'crc64-ecma182.js, 4 KiB', ...repeated(small, 20_000, bytes => peer.crc64(bytes)) },
  { name: 'crc64, 4 KiB', ...repeated(small, 20_000, bytes => crc64(bytes)) },
];

const comparisons: Comparison[] = [
  { contender: 'etagFile, 1 GiB', peer: 'SHA-1 of node:crypto, 64 MiB', peers: cores, aim: 0.9 },
  { contender: 'etagFile, 1 GiB', peer: 'SHA-1 of node:crypto, in cache', peers: cores },
  { contender: 'etagFile, 1 GiB', peer: `SHA-1 of node:crypto on ${cores} threads` },
  { contender: 'etagFile, 1 GiB, concurrency 1', peer: 'SHA-1 of node:crypto, 64 MiB' },
  { contender: 'etag, 4 KiB', peer: 'SHA-1 of node:crypto, 4 KiB' },
  { contender: 'crc64, 8 MiB', peer: 'crc64-ecma182.js, 8 MiB', aim: 5 },
  { contender: 'crc64, 4 KiB', peer: 'crc64-ecma182.js, 4 KiB' },
  { contender: 'crc64File, 1 GiB', peer: 'crc64, 8 MiB', peers: cores },
];

try {
  for (let written = 0; written < fileSize; written += buffer.length) await appendFile(path, buffer);
  const growth = await memoryGrowth(() => etagFile(path));
  const figures = await measure(contenders, comparisons, ROUNDS);
  report(figures, growth);
} finally {
  await parallel.close();
  rmSync(folder, { recursive: true });
}

function repeated(
  data: Buffer,
  times: number,
  once: (data: Buffer) => unknown,
): Pick<Contender, 'bytes' | 'run'> {
  return {
    bytes: data.length * times,
    run() {
      for (let time = 0; time < times; time++) once(data);
    },
  };
}

/** The most that any file could reach: the bytes never leave the cache, and nothing is read. */
function sha1InCache(): void {
  const sha1 = createHash('sha1');
  const piece = buffer.subarray(0, 256 * 1024);
  for (let done = 0; done < buffer.length; done += piece.length) sha1.update(piece);
  sha1.digest();
}

function report(figures: Figure[], growth: number): void {
  console.log(`Node.js ${process.version}, ${cores} cores, medians of ${ROUNDS} interleaved rounds\n`);
  const rows = figures.map(({ name, rate, peer: other, peerRate, ratio, aim }) => [
    name,
    `${gigabytes(rate)} GB/s`,
    other,
    `${gigabytes(peerRate)} GB/s`,
    ratio.toFixed(2),
    aim === undefined ? '' : `≥ ${aim}`,
  ]);
  printTable([['what', 'rate', 'against', 'rate', 'ratio', 'aim'], ...rows]);
  console.log(`\nMemory growth during the first etagFile: ${(growth / MIB).toFixed(1)} MiB (aim: below 64)`);

  const results = { node: process.version, cores, rounds: ROUNDS, figures, etagFileMemoryGrowth: growth };
  writeFileSync(besidePackage('bench-results.json'), `${JSON.stringify(results, null, 2)}\n`);
  if (process.argv.includes('--chart')) writeFileSync(besidePackage('bench-results.svg'), chart(figures));
}

function printTable(rows: string[][]): void {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map(row => row[column]?.length ?? 0))) ?? [];
  for (const row of rows)
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    );
}

function besidePackage(name: string): string {
  return fileURLToPath(new URL(`../${name}`, import.meta.url));
}
