// What it costs that calls can be watched: nearly nothing as long as nobody does, and how much when somebody does.
//
//   pnpm --filter @curve-wcs/curve-sdk bench:tracing
import { tracingChannel } from 'node:diagnostics_channel';
import { isWatched, ObservedCall } from '../src/observe/observed-call.js';
import { OperationCounters } from '../src/observe/operation-counters.js';
import { CLIENTS } from './clients.js';
import { load } from './load.js';
import { buildPrograms, startMemoryServer } from './programs.js';
import { WORKLOADS } from './workload.js';

const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 7);
const MILLISECONDS = Number(process.env['BENCH_MS'] ?? 500);
const TIMES = 2_000_000;
const AIM = 0.01;

await buildPrograms();
using server = await startMemoryServer();
const volume = await CLIENTS['CurveClient']?.(`127.0.0.1:${server.mdsPort}`);
const channel = tracingChannel('curve-wcs.curve');
const counters = new OperationCounters('read', '/volume');
const rows = [];
for (const workload of WORKLOADS.filter(({ name }) => /4 KiB .*depth 64$/.test(name))) {
  if (!volume) throw new Error('there is no such client');
  await load(volume, workload, MILLISECONDS);
  const rounds: Record<'alone' | 'watched' | 'asking' | 'observing', number>[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const alone = (await load(volume, workload, MILLISECONDS)).rate;
    let seen = 0;
    const subscriber = { asyncEnd: () => seen++ };
    channel.subscribe(subscriber as never);
    const watched = (await load(volume, workload, MILLISECONDS)).rate;
    channel.unsubscribe(subscriber as never);
    if (seen === 0) throw new Error('nothing was seen');
    const [asking, observing] = [nanoseconds(() => isWatched()), nanoseconds(observe)];
    rounds.push({ alone, watched, asking, observing });
  }
  const middle = (figure: (round: (typeof rounds)[number]) => number) => median(rounds.map(figure));
  const share = middle(({ alone, asking }) => (asking * alone) / 1e9);
  rows.push({
    workload: workload.name,
    'µs an operation': (1e6 / middle(({ alone }) => alone)).toFixed(2),
    'ns to ask who listens': middle(({ asking }) => asking).toFixed(1),
    'of an operation': percent(share),
    aim: `≤ ${percent(AIM)}`,
    'with counting and timing': percent(middle(({ alone, observing }) => (observing * alone) / 1e9)),
    'rate with somebody listening': middle(({ alone, watched }) => watched / alone).toFixed(2),
  });
  if (share > AIM) process.exitCode = 1;
}
console.table(rows);
await volume?.close();

function observe(): boolean {
  new ObservedCall(counters, '/volume').done(4096);
  return true;
}

/** What one of many takes. */
function nanoseconds(step: () => boolean): number {
  let yes = 0;
  const begun = performance.now();
  for (let i = 0; i < TIMES; i++) if (step()) yes++;
  const each = ((performance.now() - begun) * 1e6) / TIMES;
  if (yes !== 0 && yes !== TIMES) throw new Error('somebody else listens');
  return each;
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}
