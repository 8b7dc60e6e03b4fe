// What the clients cost: 4 KiB at random places and 1 MiB in sequence, against a server that answers from memory over
// Curve's protocol, and next to a plain C++ socket that exchanges the same bytes with the same server. Every client
// has a process of its own; all take turns, round after round; figures are medians over the rounds. At last, what it costs
// to give up very many calls at once. Linux only.
//
//   pnpm --filter @curve-wcs/curve-sdk bench             the tables, and bench-results.json
//   pnpm --filter @curve-wcs/curve-sdk bench --chart     bench-results.svg as well
//   BENCH_ROUNDS=9 BENCH_MS=200                          how many rounds, how long each turn
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { chart } from '@curve-wcs/test-support';
import { aims } from './aims.js';
import { CLIENTS, suits } from './clients.js';
import { growths } from './growth.js';
import { buildPrograms, plainClient, startMemoryServer } from './programs.js';
import { figures, PLAIN, rows } from './report.js';
import { Results } from './results.js';
import { type Measured, WORKLOADS, type Workload } from './workload.js';

const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 9);
const MILLISECONDS = Number(process.env['BENCH_MS'] ?? 200);

const clients = Object.keys(CLIENTS);
const results = new Results();

await buildPrograms();
using server = await startMemoryServer();
const contenders = new Map<string, Awaited<ReturnType<typeof startContender>>>();
for (const client of clients) contenders.set(client, await startContender(client));
// The first round warms up.
for (let round = 0; round <= ROUNDS; round++) {
  for (const workload of WORKLOADS) {
    for (const [client, contender] of contenders) {
      if (!suits(client, workload)) continue;
      const { measured, growth } = await contender.turn(workload);
      results.growth.set(client, growth);
      if (round > 0) results.add(workload.name, client, measured);
    }
    const plain = await plainClient(server.chunkserverPort, workload, MILLISECONDS);
    if (round > 0) results.add(workload.name, PLAIN, plain);
  }
}
for (const contender of contenders.values()) contender.end();
const grown = await growths(`127.0.0.1:${server.mdsPort}`);

const all = rows(results, clients);
const judged = aims(results, clients);
console.log(`medians of ${ROUNDS} interleaved rounds of ${MILLISECONDS} ms; CPU is for each operation`);
console.table(all);
console.table(judged);
console.table(grown);
const machine = { cpu: cpus()[0]?.model, threads: cpus().length, node: process.version };
writeFileSync(
  'bench-results.json',
  `${JSON.stringify({ machine, rows: all, aims: judged, growth: grown }, null, 2)}\n`,
);
if (process.argv.includes('--chart')) writeFileSync('bench-results.svg', chart(figures(results, clients)));

/** A client in a process of its own. */
async function startContender(client: string) {
  const script = fileURLToPath(new URL('contender.ts', import.meta.url));
  const address = `127.0.0.1:${server.mdsPort}`;
  const child = fork(script, [client, address], { execArgv: ['--import', 'tsx'] });
  await once(child, 'message');
  return {
    async turn(workload: Workload): Promise<{ measured: Measured; growth: number }> {
      child.send({ workload, milliseconds: MILLISECONDS });
      const [answer] = await once(child, 'message');
      return answer;
    },
    end: () => child.disconnect(),
  };
}
