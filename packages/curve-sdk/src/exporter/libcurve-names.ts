import type { Metric } from 'prom-client';
import type { OperationMetrics } from '../observe/operation-counters.js';
import { underscored } from '../underscored.js';
import { knownMetric } from './metric.js';
import type { RateMeter, Rates } from './rates.js';

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
 * volume is part of them there; rates are those of the last second. What libcurve counts of single RPCs is left out.
 */
export function libcurveMetrics(
  all: readonly OperationMetrics[],
  rates: RateMeter,
  config: { readonly mds: readonly string[] },
): Metric[] {
  const values = new Map<string, number>();
  const add = (name: string, value: number) => values.set(name, (values.get(name) ?? 0) + value);
  for (const metrics of all) {
    const { operation, volume, inFlight } = metrics;
    const rate = rates.of(metrics);
    const known = volume === undefined ? OF_MDS[operation] : OF_VOLUMES[operation];
    if (known === undefined) continue;
    if (volume === undefined) {
      addInterface(add, underscored(`curve_mds_client_${known}`), rate);
      add(underscored(`curve_mds_client_${known}_lat_qps`), rate.calls);
    } else {
      // A vectored call is one of its kind.
      addInterface(add, underscored(`curve_client_${volume}_${known}`), rate);
      add(underscored(`curve_client_${volume}_inflight_rpc_num`), inFlight);
      const size = rate.calls === 0 ? 0 : rate.bytes / rate.calls;
      add(underscored(`curve_client_${volume}_${known}_request_size_recoder_latency`), size);
    }
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
  add(`${name}_lat_latency`, rate.microseconds);
}
