import { suits } from './clients.js';
import { PLAIN, totalCpu } from './report.js';
import type { Results } from './results.js';
import { MIB, WORKLOADS } from './workload.js';

/** What a client is to keep to, and what it was measured at. */
export interface Aim {
  readonly aim: string;
  readonly client: string;
  readonly measured: number;
  readonly limit: number;
  readonly met: boolean;
}

export function aims(results: Results, clients: readonly string[]): Aim[] {
  const found: Aim[] = [];
  for (const client of clients) {
    const atMost = (aim: string, measured: number, limit: number) =>
      found.push({ aim, client, measured: rounded(measured), limit, met: measured <= limit });
    for (const workload of WORKLOADS.filter(one => suits(client, one))) {
      const { name, size, depth } = workload;
      const own = results.of(name, client);
      const overPlain = results.compared(name, client, PLAIN, (one, plain) => one.p50 - plain.p50);
      const ofPlain = results.compared(name, client, PLAIN, (one, plain) => one.rate / plain.rate);
      if (depth === 64) atMost(`CPU, µs: ${name}`, totalCpu(own), 20);
      if (depth === 256) atMost(`event-loop delay p99, ms: ${name}`, own.loopDelay, 5);
      if (depth === 1) atMost(`median latency over plain, µs: ${name}`, overPlain, 13);
      if (size === MIB) atMost(`slower than plain, %: ${name}`, (1 - ofPlain) * 100, 15);
    }
    atMost('growth of resident memory, MiB', (results.growth.get(client) ?? Number.NaN) / MIB, 64);
  }
  return found;
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
