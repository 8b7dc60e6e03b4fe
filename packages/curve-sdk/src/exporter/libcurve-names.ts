import type { Metric } from 'prom-client';
import type { OperationMetrics } from '../observe/operation-counters.js';
import { CLOSED_VOLUMES } from '../observe/volume-counters.js';
import { underscored } from '../underscored.js';
import { knownMetric } from './metric.js';
import { addRates, NO_RATES, type RateMeter, type Rates } from './rates.js';

/** How libcurve calls what a volume does. */
const OF_VOLUMES: Readonly<Record<string, string>> = {
  read: 'read',
  readv: 'read',
  write: 'write',
  writev: 'write',
  discard: 'discard',
};

/** How it calls what it asks an MDS for. */
const OF_MDS: Readonly<Record<string, string>> = {
  open: 'openFile',
  createVolume: 'createFile',
  mkdir: 'createFile',
  stat: 'getFileInfo',
  exists: 'getFileInfo',
  segments: 'getOrAllocateSegment',
  rename: 'renameFile',
  extend: 'extendFile',
  remove: 'deleteFile',
  rmdir: 'deleteFile',
  'trash.purge': 'deleteFile',
  'trash.restore': 'recoverFile',
  changeOwner: 'changeOwner',
  list: 'listDir',
};

/**
 * The same under the names by which libcurve tells it, so that the panels of a Curve dashboard show it. The name of the
 * volume is part of them there; what the name of a metric cannot hold of it is `_`, so that volumes with names such as `a-b`
 * and `a_b` are told of together. Rates are those of the last second. What libcurve counts of single RPCs is left out.
 */
export function libcurveMetrics(
  all: readonly OperationMetrics[],
  rates: RateMeter,
  config: { readonly mds: readonly string[] },
): Metric[] {
  const values = new Map<string, number>();
  const add = (name: string, value: number) => values.set(name, (values.get(name) ?? 0) + value);
  // A vectored call is one of its kind, as are a few of what an MDS is asked for.
  const [ofVolumes, ofMds] = [new Map<string, Rates>(), new Map<string, Rates>()];
  for (const metrics of all) {
    const { operation, volume, inFlight } = metrics;
    const known = volume === undefined ? OF_MDS[operation] : OF_VOLUMES[operation];
    if (known === undefined || volume === CLOSED_VOLUMES) continue;
    const name = underscored(
      volume === undefined ? `curve_mds_client_${known}` : `curve_client_${volume}_${known}`,
    );
    const group = volume === undefined ? ofMds : ofVolumes;
    group.set(name, addRates(group.get(name) ?? NO_RATES, rates.of(metrics)));
    if (volume !== undefined) add(underscored(`curve_client_${volume}_inflight_rpc_num`), inFlight);
  }
  for (const [name, rate] of ofMds) {
    addInterface(add, name, rate);
    add(`${name}_lat_qps`, rate.calls);
  }
  for (const [name, rate] of ofVolumes) {
    addInterface(add, name, rate);
    add(`${name}_request_size_recoder_latency`, average(rate.bytes, rate));
  }
  const gauges = [...values].map(([name, value]) =>
    knownMetric(name, 'gauge', "As libcurve's of this name", [{ value }]),
  );
  return [
    ...gauges,
    knownMetric('process_uptime', 'gauge', 'Seconds since the process began', [{ value: process.uptime() }]),
    knownMetric('process_cpu_usage', 'gauge', 'Processors in use, on average since the process began', [
      { value: cpuSeconds() / process.uptime() },
    ]),
    knownMetric('curve_client_config_mds_listen_addr', 'gauge', 'The MDSs of the configuration', [
      { value: 1, labels: { conf_name: 'mds.listen.addr', conf_value: config.mds.join(',') } },
    ]),
  ];
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

function addInterface(add: (name: string, value: number) => void, name: string, rate: Rates): void {
  add(`${name}_qps`, rate.calls);
  add(`${name}_rps`, rate.calls);
  add(`${name}_eps`, rate.errors);
  add(`${name}_bps`, rate.bytes);
  add(`${name}_timeout_qps`, rate.timeouts);
  add(`${name}_lat_latency`, average(rate.microseconds, rate));
}

/** By call. */
function average(sum: number, { calls }: Rates): number {
  return calls === 0 ? 0 : sum / calls;
}
