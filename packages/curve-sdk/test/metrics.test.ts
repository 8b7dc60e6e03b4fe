import { channel, tracingChannel } from 'node:diagnostics_channel';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { CurveExporter } from '../src/exporter/index.js';
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
    expect(rates()).toEqual({ calls: 10, errors: 2, timeouts: 0.5, bytes: 2000, microseconds: 25_000 });
    meter.sample(metrics(30, 5000, 1.5, { TIMEOUT: 1, FAILED: 3 }), 3000);
    expect(rates()).toEqual({ calls: 0, errors: 0, timeouts: 0, bytes: 0, microseconds: 0 });
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
    expect((await fetch(`${at}/metrics`, { method: 'POST' })).status).toBe(404);
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
