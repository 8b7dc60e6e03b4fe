import { channel, tracingChannel } from 'node:diagnostics_channel';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { CurveExporter } from '../src/exporter/index.js';
import { libcurveMetrics } from '../src/exporter/libcurve-names.js';
import { RateMeter } from '../src/exporter/rates.js';
import type { CurveCallTrace, CurveClient, OperationMetrics } from '../src/index.js';
import { SEGMENT, smallVolume } from './support/connect.js';

const block = () => Buffer.alloc(4096, 1);
const of = (curve: CurveClient, operation: string, volume?: string) =>
  curve.metrics().find(one => one.operation === operation && one.volume === volume);

describe('metrics', () => {
  test('count calls, bytes and durations, by operation and volume', async () => {
    const { curve, volume } = await smallVolume();
    await volume.write(block(), { offset: 0 });
    await volume.write(block(), { offset: 4096 });
    await volume.readv([block(), block()], { offset: 0 });
    await volume.discard({ offset: SEGMENT, length: SEGMENT });
    expect(of(curve, 'write', '/v')).toMatchObject({ calls: 2, inFlight: 0, bytes: 8192, errors: {} });
    expect(of(curve, 'readv', '/v')).toMatchObject({ calls: 1, bytes: 8192 });
    expect(of(curve, 'discard', '/v')).toMatchObject({ calls: 1, bytes: SEGMENT });
    expect(of(curve, 'createVolume')).toMatchObject({ calls: 1, bytes: 0 });
    const { durations, seconds } = of(curve, 'write', '/v') as OperationMetrics;
    expect(durations.reduce((a, b) => a + b, 0)).toBe(2);
    expect(seconds).toBeGreaterThan(0);
    expect(durations.findLastIndex(count => count > 0)).toBeLessThan(31);
  });

  test('count failures by their codes, and what is under way', async () => {
    const { cluster, curve, volume } = await smallVolume();
    await expect(curve.stat('/none')).rejects.toThrow();
    await expect(curve.stat('/none')).rejects.toThrow();
    expect(of(curve, 'stat')).toMatchObject({ calls: 2, errors: { NOTEXIST: 2 } });
    await volume.write(block(), { offset: 0 });
    cluster.faults.add({ match: { method: 'ReadChunk' }, do: 'hang' });
    const late = volume.read({ offset: 0, length: 4096, deadline: 100 });
    expect(of(curve, 'read', '/v')).toMatchObject({ calls: 0, inFlight: 1 });
    await expect(late).rejects.toThrow();
    expect(of(curve, 'read', '/v')).toMatchObject({
      calls: 1,
      inFlight: 0,
      bytes: 0,
      errors: { TIMEOUT: 1 },
    });
  });

  test('of volumes that were closed stay for the last of them, and are one sum for the others', async () => {
    const { cluster, curve, volume } = await smallVolume();
    await volume.write(block(), { offset: 0 });
    const again = await curve.open('/v');
    await again.write(block(), { offset: 0 });
    await again.close();
    await again.close();
    for (let i = 0; i < 100; i++) {
      await curve.createVolume(`/v${i}`, { size: SEGMENT });
      const one = await curve.open(`/v${i}`);
      await one.read({ offset: 0, length: 4096 });
      await one.close();
    }
    const reads = () => curve.metrics().filter(({ operation }) => operation === 'read');
    expect(reads().map(one => one.volume)).toEqual([
      ...Array.from({ length: 64 }, (_, i) => `/v${36 + i}`),
      '(closed)',
    ]);
    expect(of(curve, 'read', '(closed)')).toMatchObject({ calls: 36, bytes: 36 * 4096 });
    expect(of(curve, 'read', '(closed)')?.durations.reduce((a, b) => a + b, 0)).toBe(36);
    // One that is open is never among them, and one that is opened again goes on.
    await volume.write(block(), { offset: 0 });
    expect(of(curve, 'write', '/v')).toMatchObject({ calls: 3 });
    const last = await curve.open('/v99');
    await last.read({ offset: 0, length: 4096 });
    expect(of(curve, 'read', '/v99')).toMatchObject({ calls: 2 });
    expect(cluster.requests.length).toBeGreaterThan(0);
  });

  test('a walk over extents that is broken off has ended', async () => {
    const { curve, volume } = await smallVolume();
    for await (const _ of volume.extents()) break;
    expect(of(curve, 'extents', '/v')).toMatchObject({ calls: 1, inFlight: 0, errors: {} });
  });
});

describe('rates', () => {
  const metrics = (calls: number, bytes: number, seconds: number, errors = {}): OperationMetrics[] => [
    { operation: 'read', volume: '/v', calls, bytes, seconds, errors, inFlight: 0, durations: [] },
  ];

  test('are what was done between two samples, by the second', () => {
    const meter = new RateMeter();
    const rates = () => meter.of({ operation: 'read', volume: '/v' });
    meter.sample(metrics(10, 1000, 1), 0);
    expect(rates()).toEqual({ calls: 0, errors: 0, timeouts: 0, bytes: 0, microseconds: 0 });
    meter.sample(metrics(30, 5000, 1.5, { TIMEOUT: 1, FAILED: 3 }), 2000);
    expect(rates()).toEqual({ calls: 10, errors: 2, timeouts: 0.5, bytes: 2000, microseconds: 250_000 });
    meter.sample(metrics(30, 5000, 1.5, { TIMEOUT: 1, FAILED: 3 }), 3000);
    expect(rates()).toEqual({ calls: 0, errors: 0, timeouts: 0, bytes: 0, microseconds: 0 });
  });

  test('of a volume that is not told of any more are forgotten, and begin anew', () => {
    const meter = new RateMeter();
    const rates = () => meter.of({ operation: 'read', volume: '/v' });
    meter.sample(metrics(10, 1000, 1), 0);
    meter.sample(metrics(20, 2000, 2), 1000);
    expect(rates()).toMatchObject({ calls: 10 });
    meter.sample([], 2000);
    expect(rates()).toMatchObject({ calls: 0 });
    meter.sample(metrics(4, 400, 1), 3000);
    expect(rates()).toMatchObject({ calls: 4, bytes: 400 });
    meter.sample(metrics(1, 100, 1), 4000);
    expect(rates()).toMatchObject({ calls: 1, bytes: 100 });
  });
});

describe("under libcurve's names", () => {
  const done = (operation: string, volume: string | undefined, calls: number, milliseconds: number) => ({
    ...{ operation, calls, inFlight: 1, bytes: 4096 * calls, errors: {}, durations: [] },
    ...(volume !== undefined && { volume }),
    seconds: (calls * milliseconds) / 1000,
  });
  async function told(all: OperationMetrics[]): Promise<(name: string) => number | undefined> {
    const meter = new RateMeter();
    meter.sample([], 0);
    meter.sample(all, 1000);
    const found = new Map<string, number>();
    for (const metric of libcurveMetrics(all, meter, { mds: [] })) {
      const { name, values } = await metric.get();
      expect(found.has(name), name).toBe(false);
      found.set(name, values[0]?.value ?? Number.NaN);
    }
    return name => found.get(name);
  }

  test('kinds of calls that share one are added up, and their averages are those of all', async () => {
    const value = await told([
      ...[done('read', '/v', 30, 1), done('readv', '/v', 10, 5), done('write', '/v', 0, 0)],
      ...[done('createVolume', undefined, 1, 100), done('mkdir', undefined, 3, 20)],
    ]);
    expect(value('curve_client_v_read_qps')).toBe(40);
    expect(value('curve_client_v_read_lat_latency')).toBeCloseTo(2000);
    expect(value('curve_client_v_read_request_size_recoder_latency')).toBe(4096);
    expect(value('curve_client_v_inflight_rpc_num')).toBe(3);
    expect(value('curve_client_v_write_lat_latency')).toBe(0);
    expect(value('curve_mds_client_create_file_qps')).toBe(4);
    expect(value('curve_mds_client_create_file_lat_latency')).toBeCloseTo(40_000);
  });

  test('so are volumes whose names differ in what such a name cannot hold', async () => {
    const value = await told([
      ...[done('read', '/a-b', 10, 1), done('read', '/a_b', 30, 3)],
      ...[done('read', '/卷一', 5, 1), done('read', '/卷二', 5, 1)],
      done('read', '(closed)', 1000, 1),
    ]);
    expect(value('curve_client_a_b_read_qps')).toBe(40);
    expect(value('curve_client_a_b_read_lat_latency')).toBeCloseTo(2500);
    expect(value('curve_client_read_qps')).toBe(10);
    expect(value('curve_client_closed_read_qps')).toBeUndefined();
  });
});

describe('the exporter', () => {
  async function exported(options = {}) {
    const context = await smallVolume();
    const exporter = new CurveExporter(context.curve, options);
    onTestFinished(() => exporter.close());
    return { ...context, exporter };
  }
  const value = (text: string, series: string) =>
    Number(
      text
        .split('\n')
        .find(line => line.startsWith(`${series} `))
        ?.slice(series.length),
    );

  test("tells what was done, under names of its own and libcurve's", async () => {
    const { volume, exporter } = await exported();
    for (let i = 0; i < 5; i++) await volume.write(block(), { offset: 0 });
    const text = await exporter.text();
    const labels = '{operation="write",volume="/v"}';
    expect(value(text, `curve_sdk_operations_total${labels}`)).toBe(5);
    expect(value(text, `curve_sdk_operation_bytes_total${labels}`)).toBe(5 * 4096);
    expect(value(text, `curve_sdk_operation_duration_seconds_count${labels}`)).toBe(5);
    const infinite = '{operation="write",volume="/v",le="+Inf"}';
    expect(value(text, `curve_sdk_operation_duration_seconds_bucket${infinite}`)).toBe(5);
    expect(value(text, 'curve_sdk_open_volumes')).toBe(1);
    expect(text).toContain('\ncurve_client_v_write_qps ');
  });

  test('gives each query of the client dashboard a series, but those about single RPCs', async () => {
    const { volume, exporter } = await exported();
    await volume.write(block(), { offset: 0 });
    await volume.read({ offset: 0, length: 4096 });
    const names = [...(await exporter.text()).matchAll(/^(\w+)[ {]/gm)].map(([, name]) => name ?? '');
    const file = 'v';
    const queries = [
      ...['process_uptime', 'process_cpu_usage', 'curve_client_config.*'],
      ...['read', 'write'].flatMap(kind =>
        ['qps', 'rps', 'bps', '.*lat_latency'].map(what => `curve_client_${file}_${kind}_${what}`),
      ),
      `curve_client_${file}_write_request_size_recoder_latency.*`,
      `curve_client_${file}_inflight_rpc_num`,
      `curve_client_${file}_.*timeout_qps`,
      'curve_mds_client_.*lat_qps',
    ];
    for (const query of queries) {
      const pattern = new RegExp(`^${query}$`);
      expect(
        names.some(name => pattern.test(name)),
        query,
      ).toBe(true);
    }
  });

  test('tells how the cluster is doing, if it is asked to', async () => {
    const { cluster, exporter } = await exported({ cluster: true });
    const healthy = await exporter.text();
    expect(value(healthy, 'curve_cluster_state{state="healthy"}')).toBe(1);
    expect(value(healthy, 'curve_cluster_chunkservers{state="online"}')).toBe(3);
    await cluster.stopChunkserver(1);
    const hurt = await exporter.text();
    expect(value(hurt, 'curve_cluster_state{state="degraded"}')).toBe(1);
    expect(value(hurt, 'curve_cluster_copysets{state="unhealthy"}')).toBe(12);
    expect(value(hurt, 'curve_cluster_copyset_problems{problem="minorityOffline"}')).toBe(12);
    const space = 'curve_cluster_space_bytes{pool="logicalPool1",kind="logical",of="total"}';
    expect(value(hurt, space)).toBe(2 ** 50);
  });

  test('tells of each server whether it answers, where that can be known', async () => {
    const { cluster, curve } = await smallVolume({ mds: 2 });
    const [first, second] = cluster.mdsAddresses;
    const up = (address: string | undefined) => `curve_cluster_member_up{role="mds",address="${address}"}`;
    using exporter = new CurveExporter(curve, { cluster: true });
    const text = await exporter.text();
    expect(value(text, up(first))).toBe(1);
    // It stands by, or does not run.
    expect(text).not.toContain(up(second));
    const dead = '127.0.0.1:9';
    using asking = new CurveExporter(curve, { cluster: { etcd: [dead], snapshotClone: [dead] } });
    const more = await asking.text();
    for (const role of ['etcd', 'snapshot-clone'])
      expect(value(more, `curve_cluster_member_up{role="${role}",address="${dead}"}`)).toBe(0);
  });

  test('is a handler of node:http', async () => {
    const { exporter } = await exported();
    const server = createServer(exporter.handler);
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const at = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const answer = await fetch(`${at}/metrics`);
    expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(await answer.text()).toMatch(/^# HELP curve_sdk_operations_total /);
    expect((await fetch(`${at}/`)).status).toBe(404);
    const posted = await fetch(`${at}/metrics`, { method: 'POST' });
    expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    const head = await fetch(`${at}/metrics?a=b`, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-type')]).toEqual([
      200,
      answer.headers.get('content-type'),
    ]);
  });

  test('tells what the client did when the cluster cannot be asked', async () => {
    const { curve, volume, exporter } = await exported({ cluster: true });
    await volume.write(block(), { offset: 0 });
    expect(value(await exporter.text(), 'curve_cluster_up')).toBe(1);
    await curve.close();
    const text = await exporter.text();
    expect(value(text, 'curve_cluster_up')).toBe(0);
    expect(text).not.toContain('curve_cluster_state');
    expect(value(text, 'curve_sdk_operations_total{operation="write",volume="/v"}')).toBe(1);
  });

  test('asks the cluster no longer than whoever asks it waits', async () => {
    const { cluster, curve, exporter } = await exported({ cluster: { patience: 3_600_000 } });
    cluster.faults.add({ match: { role: 'chunkserver', method: 'raft_stat' }, do: 'hang' });
    const server = createServer(exporter.handler);
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const gone = new AbortController();
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`;
    const scrapes = [1, 2, 3].map(() => fetch(url, { signal: gone.signal }).catch(error => error.name));
    await expect.poll(() => of(curve, 'cluster.status')?.inFlight).toBe(3);
    gone.abort();
    expect(await Promise.all(scrapes)).toEqual(['AbortError', 'AbortError', 'AbortError']);
    await expect.poll(() => of(curve, 'cluster.status')?.inFlight).toBe(0);
    await expect(exporter.text({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'CANCELED' });
  });

  test('refuses what is none of its arguments', async () => {
    const { curve } = await exported();
    const invalid = expect.objectContaining({ name: 'CurveError', code: 'INVALID_ARGUMENT' });
    const made = (...given: unknown[]) => {
      const [client, options] = given as ConstructorParameters<typeof CurveExporter>;
      return () => new CurveExporter(client, options).close();
    };
    expect(made(undefined)).toThrow(invalid);
    expect(made({})).toThrow(invalid);
    expect(made(curve, null)).toThrow(invalid);
    expect(made(curve, { cluster: 'yes' })).toThrow(invalid);
    expect(made(curve, { cluster: { etcd: ['foo'] } })).toThrow(invalid);
    expect(made(curve, { cluster: { patience: 0 } })).toThrow(invalid);
    expect(made(curve, { cluster: { deadline: 5n } })).toThrow(invalid);
    expect(made(curve, { cluster: { etcd: ['127.0.0.1:2379'] } })).not.toThrow();
  });
});

describe('traces', () => {
  function watched() {
    const seen: [string, CurveCallTrace][] = [];
    const handlers = Object.fromEntries(
      ['start', 'end', 'asyncStart', 'asyncEnd', 'error'].map(name => [
        name,
        (trace: unknown) => void seen.push([name, trace as CurveCallTrace]),
      ]),
    ) as unknown as Parameters<ReturnType<typeof tracingChannel>['subscribe']>[0];
    const traces = tracingChannel('curve-wcs.curve');
    traces.subscribe(handlers);
    onTestFinished(() => void traces.unsubscribe(handlers));
    return seen;
  }

  test('a call is told of from its start to its end, by the same object', async () => {
    const { volume } = await smallVolume();
    const seen = watched();
    await volume.write(block(), { offset: 0 });
    expect(seen.map(([name]) => name)).toEqual(['start', 'end', 'asyncStart', 'asyncEnd']);
    expect(new Set(seen.map(([, trace]) => trace)).size).toBe(1);
    expect(seen[0]?.[1]).toEqual({
      ...{ operation: 'write', path: '/v', bytes: 4096, milliseconds: expect.any(Number) },
    });
  });

  test('a failure is told with what the server said', async () => {
    const { curve } = await smallVolume();
    const seen = watched();
    const failure = await curve.stat('/none').catch(error => error);
    expect(seen.map(([name]) => name)).toEqual(['start', 'end', 'error', 'asyncStart', 'asyncEnd']);
    expect(seen.at(-1)?.[1]).toMatchObject({
      ...{ operation: 'stat', path: '/none', status: 'kFileNotExists', attempts: 1, error: failure },
    });
  });

  test('never holds a secret', async () => {
    const { cluster } = await smallVolume();
    const { CurveClient } = await import('../src/index.js');
    const seen = watched();
    const user = { name: 'root', password: cluster.rootPassword };
    const curve = await CurveClient.connect({ 'mds.listen.addr': cluster.mdsAddresses.join(',') }, { user });
    onTestFinished(() => curve.close());
    await curve.cluster.status();
    await expect(curve.stat('/none')).rejects.toThrow();
    expect(seen.length).toBeGreaterThan(4);
    expect(JSON.stringify(seen)).not.toContain(cluster.rootPassword);
  });

  test('nothing is made where nobody listens', async () => {
    const { volume } = await smallVolume();
    await volume.write(block(), { offset: 0 });
    expect(channel('tracing:curve-wcs.curve:start').hasSubscribers).toBe(false);
  });
});
