// What Debian's prometheus and promtool make of the exporter: the text is clean, it is scraped, and the queries of the client
// dashboard that Curve publishes each have a series, but those about single RPCs. Not part of CI: it needs both programs.
//
//   apt-get install prometheus && pnpm --filter @curve-wcs/curve-sdk interop
import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startCurveEmulator } from '@curve-wcs/curve-emulator';
import { CurveClient } from '@curve-wcs/curve-sdk';
import { CurveExporter } from '@curve-wcs/curve-sdk/exporter';
import { exitOf } from '@curve-wcs/test-support';

/** What the dashboard asks for, of a volume `v`. */
const QUERIES = [
  'process_uptime',
  'process_cpu_usage',
  '{__name__=~"curve_client_config.*"}',
  ...['read', 'write'].flatMap(kind => [
    ...['qps', 'rps', 'bps'].map(rate => `{__name__=~"curve_client_v_${kind}_${rate}"}`),
    `{__name__=~"curve_client_v_.*${kind}_lat_latency"}`,
  ]),
  'sum({__name__=~"curve_client_v_write_bps"})',
  '{__name__=~"curve_client_v_write_request_size_recoder_latency.*"}',
  '{__name__=~"curve_client_v_inflight_rpc_num"}',
  '{__name__=~"curve_client_v_.*timeout_qps"}',
  '{__name__=~"curve_mds_client_.*lat_qps"}',
  // And of our own.
  'sum by (operation) (rate(curve_sdk_operations_total[10s]))',
  'histogram_quantile(0.99, rate(curve_sdk_operation_duration_seconds_bucket{operation="write"}[10s]))',
  'curve_cluster_state{state="healthy"} == 1',
  'curve_cluster_space_bytes{of="left"}',
];
const PATIENCE = 60_000;

await using emulator = await startCurveEmulator({ durability: 'fast' });
await using curve = await CurveClient.connect(emulator.clientConfPath, { user: 'alice' });
await curve.createVolume('/v', { size: 10 * 2 ** 30 });
await using volume = await curve.open('/v');
using exporter = new CurveExporter(curve, { cluster: true });
await use();

const checked = spawnSync('promtool', ['check', 'metrics'], {
  input: await exporter.text(),
  encoding: 'utf8',
});
assert.equal(checked.error, undefined, 'promtool runs');
console.log(`promtool: exit ${checked.status} ${checked.stderr}${checked.stdout}`);
assert.equal(checked.status, 0);

const server = createServer(exporter.handler).listen(0, '127.0.0.1');
await once(server, 'listening');
const folder = mkdtempSync(join(tmpdir(), 'curve-prometheus-'));
const port = await freePort();
const prometheus = startPrometheus((server.address() as AddressInfo).port);
const using = setInterval(() => void use(), 200);
try {
  const deadline = Date.now() + PATIENCE;
  for (const query of QUERIES) {
    let series = await ask(query);
    for (; series.length === 0 && Date.now() < deadline; series = await ask(query)) await sleep(500);
    assert.notEqual(series.length, 0, query);
    console.log(`${series.length} series  ${query}`);
  }
} finally {
  clearInterval(using);
  prometheus.kill();
  await exitOf(prometheus);
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true, force: true });
}

async function use(): Promise<void> {
  await volume.write(Buffer.alloc(4096, 1), { offset: 0 });
  await volume.read({ offset: 0, length: 4096 });
}

function startPrometheus(target: number): ChildProcess {
  const config = join(folder, 'prometheus.yml');
  writeFileSync(
    config,
    `global: { scrape_interval: 1s }\nscrape_configs:\n  - job_name: curve\n    static_configs: [{ targets: ['127.0.0.1:${target}'] }]\n`,
  );
  const flags = [
    `--config.file=${config}`,
    `--storage.tsdb.path=${join(folder, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
  ];
  return spawn('prometheus', flags, { stdio: ['ignore', 'ignore', 'ignore'] });
}

async function ask(query: string): Promise<unknown[]> {
  const url = `http://127.0.0.1:${port}/api/v1/query?query=${encodeURIComponent(query)}`;
  const answer = await fetch(url).catch(() => undefined);
  if (!answer?.ok) return [];
  const { data } = (await answer.json()) as { data: { result: unknown[] } };
  return data.result;
}

async function freePort(): Promise<number> {
  const probe = createTcpServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port: free } = probe.address() as AddressInfo;
  probe.close();
  return free;
}
