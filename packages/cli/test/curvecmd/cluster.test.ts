import { describe, expect, test } from 'vitest';
import { MiB, startCurveBed, VOLUME_SIZE } from '../support/curve-bed.js';

const json = (stdout: string) => JSON.parse(stdout);
const lines = (stdout: string) =>
  stdout
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line));
const rows = (stdout: string) =>
  stdout
    .trimEnd()
    .split('\n')
    .map(line => line.split('\t'));

describe('status', () => {
  test('of a healthy cluster ends with 0, and needs no user', async () => {
    const bed = await startCurveBed();
    const { exitCode, stdout, stderr } = await bed.curvecmd(['status'], { env: { CURVE_USER: '' } });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toMatch(/^state: healthy\ncluster: [0-9a-f-]{36}\nmds: 127\.0\.0\.1:\d+ leads\n/);
    expect(stdout).toMatch(
      /\nchunkservers: 3: 3 online\ncopysets: 12: 0 unhealthy, 0 unusable\nspace: 0 B of 1.0 PiB,/,
    );
  });

  test('names a chunkserver that was stopped, and ends with 1', async () => {
    const bed = await startCurveBed();
    await bed.cluster.stopChunkserver(2);
    const { exitCode, stdout, stderr } = await bed.curvecmd(['status']);
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: 'curvecmd: the cluster is degraded\n' });
    expect(stdout).toContain('state: degraded\n');
    expect(stdout).toContain(
      `reason: chunkserver 2 at ${bed.cluster.chunkserverAddresses[1]} does not answer`,
    );
    expect(stdout).toContain('\ncopysets: 12: 12 unhealthy, 0 unusable (12 minorityOffline)\n');
  });

  test('counts the copysets without a majority', async () => {
    const bed = await startCurveBed();
    await bed.cluster.stopChunkserver(1);
    await bed.cluster.stopChunkserver(3);
    const { exitCode, stdout } = await bed.curvecmd(['status', '--json']);
    expect(exitCode).toBe(1);
    expect(json(stdout)).toMatchObject({ state: 'down', copysets: { total: 12, unusable: 12 } });
  });

  test('without an MDS tells so, and ends with 1', async () => {
    const bed = await startCurveBed();
    await bed.cluster.stopMds(0);
    const { exitCode, stdout, stderr } = await bed.curvecmd(['status', '--patience', '200ms']);
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: 'curvecmd: the cluster is down\n' });
    expect(stdout).toMatch(
      /^state: down\nreason: no MDS tells what there is: .*\nreason: none of the MDSs leads/,
    );
  });

  test('--watch goes on until it is interrupted, and shows what has changed', async () => {
    const bed = await startCurveBed();
    const controller = new AbortController();
    const { Collector } = await import('../support/test-io.js');
    const stdout = new Collector();
    const argv = ['status', '--watch', '--interval', '10ms', '--json'];
    const watching = bed.curvecmd(argv, { signal: controller.signal, stdout });
    await expect.poll(() => stdout.text).toContain('"state":"healthy"');
    await bed.cluster.stopChunkserver(1);
    await expect.poll(() => stdout.text).toContain('"state":"degraded"');
    controller.abort();
    expect((await watching).exitCode).toBe(130);
    expect(lines(stdout.text).length).toBeGreaterThan(1);
  });

  test('on a terminal what is wrong is red or yellow, and --watch begins at the top', async () => {
    const bed = await startCurveBed();
    const well = await bed.curvecmd(['status'], { terminal: true, env: { TERM: 'xterm' } });
    expect(well.stdout).toContain('\u001b[32mhealthy\u001b[39m');
    await bed.cluster.stopChunkserver(1);
    const ill = await bed.curvecmd(['status'], { terminal: true, env: { TERM: 'xterm' } });
    expect(ill.stdout).toContain('\u001b[33mdegraded\u001b[39m');
    expect(ill.stdout).toContain('\u001b[33mchunkserver 1 at');
  });

  test.each([
    [['--mds-dummy-port', 'x'], '--mds-dummy-port must be ports'],
    [['--snapshot-clone-dummy-port', '1,x'], '--snapshot-clone-dummy-port must be ports'],
    [['--etcd', 'nowhere'], 'etcd must be addresses'],
    [['--interval', 'soon'], '--interval must be'],
  ])('%j is refused', async (options, message) => {
    const bed = await startCurveBed();
    const { exitCode, stderr } = await bed.curvecmd(['status', ...options]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(message);
  });
});

test('df tells what was written, and what is in the trash', async () => {
  const bed = await startCurveBed({ poolCapacity: 64 * MiB });
  await bed.volume('/v');
  await bed.curvecmd(['write', '/v'], { stdin: Buffer.alloc(MiB, 1) });
  const { stdout, stderr } = await bed.curvecmd(['df']);
  const numbers = [64, 4, 60].map(size => String(size * MiB));
  const disks = [3 * 64, 3, 3 * 64 - 3].map(size => String(size * MiB));
  expect(rows(stdout)).toEqual([
    [...numbers, '7%', ...disks, 'logicalPool1'],
    [...numbers, '7%', ...disks, 'all'],
  ]);
  expect(stderr).toBe(`curvecmd: 0 in the trash; volumes have ${VOLUME_SIZE} together\n`);
  await bed.curvecmd(['rm', '/v']);
  expect(json((await bed.curvecmd(['df', '--json'])).stdout)).toMatchObject({
    logical: { used: 4 * MiB },
    recyclable: 4 * MiB,
  });
  const shown = await bed.curvecmd(['df'], { terminal: true });
  expect(shown.stdout).toMatch(/ {2}4\.0 MiB {2}60\.0 MiB {3}7% /);
});

test('du tells what is taken by what is in a directory', async () => {
  const bed = await startCurveBed();
  await bed.curvecmd(['mkdir', '-p', '/team/sub']);
  await bed.volume('/team/sub/v');
  await bed.volume('/team/w');
  await bed.curvecmd(['write', '/team/sub/v'], { stdin: Buffer.alloc(4096, 1) });
  const [size, all, taken] = [VOLUME_SIZE, 2 * VOLUME_SIZE, 4 * MiB].map(String);
  expect(rows((await bed.curvecmd(['du', '/team'])).stdout)).toEqual([
    [taken, size, '/team/sub/'],
    ['0', size, '/team/w'],
    [taken, all, '/team/'],
  ]);
  expect(rows((await bed.curvecmd(['du', '/team/w'])).stdout)).toEqual([['0', size, '/team/w']]);
  const [root] = lines((await bed.asRoot(['du', '--json'])).stdout).slice(-1);
  expect(root).toMatchObject({ path: '/', allocated: 4 * MiB });
});

test('lists of pools, servers, chunkservers, copysets and clients', async () => {
  const bed = await startCurveBed({ chunkservers: 4 });
  const [first = '', , , fourth = ''] = bed.cluster.chunkserverAddresses;
  expect(rows((await bed.curvecmd(['pools'])).stdout)).toEqual([
    ['1', '12', '3', '3', 'yes', 'pool1', 'default', 'logicalPool1'],
  ]);
  expect(rows((await bed.curvecmd(['servers'])).stdout)[0]).toEqual([
    ...['1', 'zone1', 'pool1', first, first, 'server1'],
  ]);
  await bed.cluster.stopChunkserver(4);
  const found = rows((await bed.curvecmd(['chunkservers'])).stdout);
  expect(found.map(([id, state, , , , , , , , address]) => [id, state, address])).toEqual([
    ...bed.cluster.chunkserverAddresses.map((address, i) => [
      ...[String(i + 1), i === 3 ? 'offline' : 'online', address],
    ]),
  ]);
  const all = rows((await bed.curvecmd(['copysets'])).stdout);
  expect(all).toHaveLength(12);
  const hurt = rows((await bed.curvecmd(['copysets', '--unhealthy'])).stdout);
  expect(hurt).toEqual(all.filter(row => row[4]?.includes(fourth)));
  for (const [pool, , , state] of hurt) expect([pool, state]).toEqual(['1', 'minorityOffline']);
  expect((await bed.curvecmd(['clients'])).stdout).toBe('');
  await bed.volume('/v');
  await (await (await bed.client()).open('/v')).read({ offset: 0, length: 4096 });
  expect((await bed.curvecmd(['clients', '/v'])).exitCode).toBe(0);
  expect((await bed.curvecmd(['clients', '/none'])).exitCode).toBe(1);
});

describe('exporter', () => {
  test('tells Prometheus how the cluster is doing, until it is interrupted', async () => {
    const bed = await startCurveBed();
    const { Collector } = await import('../support/test-io.js');
    const [controller, stdout] = [new AbortController(), new Collector()];
    const argv = ['exporter', '--listen', '127.0.0.1:0', '--json'];
    const exporting = bed.curvecmd(argv, { signal: controller.signal, stdout });
    await expect.poll(() => stdout.text).toContain('/metrics');
    const { metrics } = json(stdout.text);
    expect(await (await fetch(metrics)).text()).toContain('curve_cluster_state{state="healthy"} 1\n');
    await bed.cluster.stopChunkserver(3);
    expect(await (await fetch(metrics)).text()).toContain('curve_cluster_state{state="degraded"} 1\n');
    const port = new URL(metrics).port;
    const taken = await bed.curvecmd(['exporter', '--listen', port]);
    expect(taken.exitCode).toBe(1);
    expect(taken.stderr).toMatch(/cannot listen on 127\.0\.0\.1:\d+: .*EADDRINUSE/);
    controller.abort();
    expect((await exporting).exitCode).toBe(0);
  });

  test('refuses an address that is none', async () => {
    const bed = await startCurveBed();
    const { exitCode, stderr } = await bed.curvecmd(['exporter', '--listen', 'somewhere']);
    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr: 'curvecmd: --listen must be IP:PORT or PORT; it is "somewhere"\n',
    });
    const etcd = await bed.curvecmd(['exporter', '--listen', '127.0.0.1:0', '--etcd', 'foo']);
    expect({ exitCode: etcd.exitCode, stdout: etcd.stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(etcd.stderr).toContain('etcd must be addresses');
  });
});

describe('throttle', () => {
  test('sets limits, shows and lifts them', async () => {
    const bed = await startCurveBed();
    await bed.volume('/v');
    const before = rows((await bed.curvecmd(['throttle', '/v'])).stdout);
    expect(before.map(([, , , kind]) => kind)).toEqual(['iops', 'bps']);
    const limits = ['--iops', '2000:6000:10s', '--write-bps', '100M'];
    expect(rows((await bed.curvecmd(['throttle', '/v', ...limits])).stdout)).toEqual([
      ['2000', '6000', '10', 'iops'],
      before[1],
      [String(100 * MiB), '-', '-', 'write-bps'],
    ]);
    const lifted = rows((await bed.curvecmd(['throttle', '/v', '--clear'])).stdout);
    expect(lifted.map(([limit]) => limit)).toEqual(['none', 'none', 'none']);
    const [one] = lines((await bed.curvecmd(['throttle', '/v', '--json'])).stdout);
    expect(one).toEqual({ kind: 'iopsTotal', limit: 0, burst: 0, burstSeconds: 0 });
  });

  test('of another user is refused, and says who may', async () => {
    const bed = await startCurveBed();
    await bed.volume('/v');
    const { exitCode, stderr } = await bed.curvecmd(['throttle', '/v', '--iops', '1', '--user', 'bob']);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/kOwnerAuthFail.*its owner may/);
  });

  test.each([
    [['--iops', 'many'], '--iops must be N[:BURST:TIME]'],
    [['--iops', '10:20'], '--iops must be N[:BURST:TIME]'],
    [['--iops', '10:20:500ms'], '--iops must be N[:BURST:TIME]'],
    [['--bps', '10:5:1s'], 'bpsTotal.burst must be'],
    [['--iops', '1', '--clear'], '--clear lifts all limits'],
  ])('%j is refused', async (options, message) => {
    const bed = await startCurveBed();
    await bed.volume('/v');
    const { exitCode, stderr } = await bed.curvecmd(['throttle', '/v', ...options]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(message);
  });
});
