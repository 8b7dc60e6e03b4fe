import type { Figure } from '@curve-wcs/test-support';
import { suits } from './clients.js';
import type { Results } from './results.js';
import { type Measured, WORKLOADS } from './workload.js';

export const PLAIN = 'plain C++ socket';

/** CPU of libcurve for one operation, in µs: another run, on a cluster of its own, and here only for comparison. */
export const LIBCURVE: Readonly<Record<string, number>> = {
  '4 KiB random read, depth 64': 51,
  '4 KiB random write, depth 64': 121,
};

export const totalCpu = ({ cpu }: Measured): number => cpu.js + cpu.io + cpu.other;

/** All figures, a row for each client's turn at each workload. */
export function rows(results: Results, clients: readonly string[]): object[] {
  return WORKLOADS.flatMap(workload => {
    const { name } = workload;
    const measured = [...clients.filter(client => suits(client, workload)), PLAIN].map(client => ({
      client,
      ...results.of(name, client),
    }));
    const own = measured.map(one => ({
      workload: name,
      client: one.client,
      'operations/s': Math.round(one.rate),
      'MiB/s': Math.round(one.megabytes),
      'p50 µs': tenths(one.p50),
      'p99 µs': tenths(one.p99),
      'p99.9 µs': tenths(one.p999),
      'CPU JS µs': tenths(one.cpu.js),
      'CPU I/O µs': tenths(one.cpu.io),
      'CPU other µs': tenths(one.cpu.other),
      'CPU µs': tenths(totalCpu(one)),
      'loop p99 ms': tenths(one.loopDelay),
    }));
    const recorded = LIBCURVE[name];
    return recorded === undefined
      ? own
      : [...own, { workload: name, client: 'libcurve, another run', 'CPU µs': recorded }];
  });
}

/** The figures worth a picture. */
export function figures(results: Results, clients: readonly string[]): Figure[] {
  const found: Figure[] = [];
  for (const workload of WORKLOADS) {
    const { name, size, depth } = workload;
    const plain = results.of(name, PLAIN);
    for (const client of clients.filter(client => suits(client, workload))) {
      const one = results.of(name, client);
      const add = (what: string, rate: number, peer: string, peerRate: number, unit: string) =>
        found.push({
          name: `${client}, ${name}: ${what}`,
          ...{ rate, peer, peerRate, ratio: rate / peerRate },
          show: value => `${Math.round(value).toLocaleString('en')} ${unit}`,
        });
      const recorded = LIBCURVE[name];
      if (recorded !== undefined) add('CPU', totalCpu(one), 'libcurve, another run', recorded, 'µs');
      if (depth === 1) add('median latency', one.p50, PLAIN, plain.p50, 'µs');
      else if (size === 4096) add('rate', one.rate, PLAIN, plain.rate, 'operations/s');
      else add('rate', one.megabytes, PLAIN, plain.megabytes, 'MiB/s');
    }
  }
  return found;
}

function tenths(value: number): number {
  return Math.round(value * 10) / 10;
}
