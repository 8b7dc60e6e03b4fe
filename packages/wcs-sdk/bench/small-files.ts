// Puts and gets 5,000 objects of 16 KiB over loopback, and compares with a bare node:http client that exchanges the same
// bytes with the same server, as many at a time: forms of the same files; the same objects, into memory; the same
// objects, into files under a temporary name that are renamed. The kinds take turns, round after round; the first
// round only warms up. Figures are medians.
//
//   BENCH_RUNS=9         rounds that count
//   BENCH_OBJECTS=500    objects of a round
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chart, lcg } from '@curve-wcs/test-support';

interface Round {
  seconds: number;
  cpuSeconds: number;
  residentBytes: number;
}

const OBJECTS = Number(process.env['BENCH_OBJECTS'] ?? 5000);
const ROUNDS = Number(process.env['BENCH_RUNS'] ?? 5);
const SIZE = 16 * 1024;
const WAYS = { put: 'put', get: 'get', file: 'get into files' };
const CLIENTS = {
  bare: 'bare node:http',
  plain: 'wcs-sdk, verify: false',
  verified: 'wcs-sdk, etag checked',
};
const AIMS = { put: '≥ 0.6', get: '≥ 0.65', file: '≥ 0.7' };
type Way = keyof typeof WAYS;
type Client = keyof typeof CLIENTS;
const KINDS = (Object.keys(WAYS) as Way[]).flatMap(way =>
  (Object.keys(CLIENTS) as Client[]).map(client => ({ way, client, rounds: [] as Round[] })),
);

const folder = mkdtempSync(join(tmpdir(), 'curve-wcs-bench-'));
const sink = start('small-sink.ts', [String(SIZE)]);
try {
  makeFiles();
  const [port] = (await once(sink, 'message')) as [number];
  const processes: ChildProcess[] = [];
  for (const { way, client } of KINDS) {
    const child = start('small-client.ts', [`${way} ${client}`, folder, String(port), String(OBJECTS)]);
    await once(child, 'message');
    processes.push(child);
  }
  for (let number = 0; number <= ROUNDS; number++) {
    for (const [index, { rounds }] of KINDS.entries()) {
      const child = processes[index] as ChildProcess;
      child.send('round');
      const [round] = (await once(child, 'message')) as [Round];
      if (number > 0) rounds.push(round);
    }
  }
  for (const child of processes) child.disconnect();
  report();
} finally {
  sink.disconnect();
  rmSync(folder, { recursive: true, force: true });
}

function start(script: string, parameters: string[]): ChildProcess {
  const path = fileURLToPath(new URL(script, import.meta.url));
  return fork(path, parameters, { execArgv: ['--import', 'tsx'] });
}

function makeFiles(): void {
  const content = lcg(SIZE);
  mkdirSync(join(folder, 'got'));
  for (let index = 0; index < OBJECTS; index++) {
    writeFileSync(join(folder, String(index).padStart(5, '0')), content);
  }
}

function report(): void {
  const of = (way: Way, client: Client, figure: (round: Round) => number) =>
    median(KINDS.find(kind => kind.way === way && kind.client === client)?.rounds.map(figure) ?? []);
  const rate = (way: Way, client: Client) => OBJECTS / of(way, client, round => round.seconds);
  const cpu = (way: Way, client: Client) => (of(way, client, round => round.cpuSeconds) * 1e6) / OBJECTS;
  // Compared round by round: what else goes on in the machine is the same for both.
  const ofBare = (way: Way, client: Client, figure: (round: Round) => number) => {
    const [own, bare] = [client, 'bare'].map(
      name => KINDS.find(kind => kind.way === way && kind.client === name)?.rounds.map(figure) ?? [],
    );
    return median((own ?? []).map((value, index) => value / (bare?.[index] ?? Number.NaN)));
  };
  const speed = (way: Way, client: Client) => ofBare(way, client, round => 1 / round.seconds);
  const rows = KINDS.map(({ way, client }) => ({
    objects: `${WAYS[way]}: ${CLIENTS[client]}`,
    'objects/s': Math.round(rate(way, client)),
    'of bare': speed(way, client).toFixed(2),
    aim: client === 'bare' ? '' : AIMS[way],
    'CPU µs each': Math.round(cpu(way, client)),
    'CPU of bare': ofBare(way, client, round => round.cpuSeconds).toFixed(2),
    'RSS MiB': (of(way, client, round => round.residentBytes) / 2 ** 20).toFixed(0),
  }));
  console.log(
    `${OBJECTS.toLocaleString('en')} objects of 16 KiB, 16 at a time, over loopback; medians of ${ROUNDS} interleaved rounds`,
  );
  console.table(rows);
  writeFileSync('bench-results-small-files.json', `${JSON.stringify(rows, null, 2)}\n`);
  if (!process.argv.includes('--chart')) return;
  const figures = KINDS.filter(({ client }) => client !== 'bare').map(({ way, client }) => ({
    name: `${WAYS[way]}: ${CLIENTS[client]}`,
    rate: rate(way, client),
    peer: CLIENTS.bare,
    peerRate: rate(way, 'bare'),
    ratio: speed(way, client),
    show: (objects: number) => `${Math.round(objects)} objects/s`,
  }));
  writeFileSync('bench-results-small-files.svg', chart(figures));
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
