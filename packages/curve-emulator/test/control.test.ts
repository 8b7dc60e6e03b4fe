import { request as httpRequest } from 'node:http';
import { temporaryFolder } from '@curve-wcs/test-support';
import { describe, expect, test } from 'vitest';
import { type CurveEmulator, startCurveEmulator } from '../src/index.js';
import { ChunkOpStatus } from '../src/proto/chunk_pb.js';
import { StatusCode } from '../src/proto/nameserver2_pb.js';
import { RequestFeed } from '../src/rpc/request-feed.js';
import { leaderOf, read, write } from './support/disk.js';
import { startCluster, startOnFreePorts } from './support/start.js';
import { User } from './support/user.js';
import { firstChunk } from './support/volume.js';

interface Answer {
  status: number;
  body: unknown;
}

/** Sends a request, with headers that `fetch` would not let anybody set. */
function control(
  { controlUrl }: CurveEmulator,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(`${controlUrl}${path}`, { method, headers, agent: false }, response => {
      let text = '';
      response.setEncoding('utf8').on('data', piece => {
        text += piece;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) }));
    });
    request.on('error', reject);
    request.end(typeof body === 'string' || body === undefined ? body : JSON.stringify(body));
  });
}

test('tells what the cluster consists of', async () => {
  const { emulator } = await startCluster({ mds: 2, chunkservers: 2, copysets: 3 });
  const { status, body } = await control(emulator, 'GET', '/cluster');
  expect(status).toBe(200);
  expect(body).toEqual({
    clusterId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    mds: [
      { index: 0, address: emulator.mdsAddresses[0], running: true, leads: true },
      { index: 1, address: emulator.mdsAddresses[1], running: true, leads: false },
    ],
    snapshotServers: [{ index: 0, address: emulator.snapshotAddresses[0], running: true, leads: true }],
    chunkservers: [
      { id: 1, address: emulator.chunkserverAddresses[0], running: true },
      { id: 2, address: emulator.chunkserverAddresses[1], running: true },
    ],
    copysets: [
      { poolId: 1, copysetId: 1, members: [1, 2], leader: 1 },
      { poolId: 1, copysetId: 2, members: [1, 2], leader: 2 },
      { poolId: 1, copysetId: 3, members: [1, 2], leader: 1 },
    ],
  });
});

test('adds, lists and removes faults', async () => {
  const { emulator, u1 } = await startCluster();
  const rule = { match: { method: 'CreateFile', times: 1 }, do: 'status kStorageError' };
  expect(await control(emulator, 'POST', '/faults', rule)).toEqual({
    status: 200,
    body: { id: '1', rule, matched: 0, fired: 0 },
  });
  await control(emulator, 'POST', '/faults', { do: 'hang', match: { role: 'chunkserver' } });
  expect(await u1.create('/v')).toBe(StatusCode.kStorageError);
  expect(await control(emulator, 'GET', '/faults')).toMatchObject({
    body: {
      faults: [
        { id: '1', matched: 1, fired: 1 },
        { id: '2', matched: 0 },
      ],
    },
  });
  expect(await control(emulator, 'DELETE', '/faults?id=1')).toMatchObject({
    body: { faults: [{ id: '2' }] },
  });
  expect(await control(emulator, 'DELETE', '/faults?id=1')).toEqual({
    status: 404,
    body: { error: 'there is no fault 1' },
  });
  expect(await control(emulator, 'DELETE', '/faults')).toEqual({ status: 200, body: { faults: [] } });
  expect(emulator.faults.list()).toEqual([]);
});

test('moves leaders, stops and starts chunkservers', async () => {
  const { emulator, u1 } = await startCluster();
  await u1.create('/v');
  const chunk = await firstChunk(u1, '/v');
  const first = await leaderOf(emulator, chunk);
  const { copysetId } = chunk;
  const moved = await control(emulator, 'POST', '/leaders', { copysetId });
  expect(moved).toEqual({ status: 200, body: { poolId: 1, copysetId, leader: expect.any(Number) } });
  const { leader } = moved.body as { leader: number };
  expect(await leaderOf(emulator, chunk)).toBe(emulator.chunkserverAddresses[leader - 1]);
  const back = emulator.chunkserverAddresses.indexOf(first) + 1;
  await control(emulator, 'POST', '/leaders', { copysetId, poolId: 1, to: back });
  expect(await leaderOf(emulator, chunk)).toBe(first);

  const stopped = await control(emulator, 'POST', `/chunkservers/${back}/stop`);
  expect(stopped.body).toMatchObject({
    chunkservers: expect.arrayContaining([{ id: back, address: first, running: false }]),
  });
  await expect(read(first, chunk, 0, 4096)).rejects.toThrow();
  await control(emulator, 'POST', `/chunkservers/${back}/start`, {});
  expect((await read(first, chunk, 0, 4096)).status).toBe(ChunkOpStatus.REDIRECTED);
});

test('stops and starts MDSs', async () => {
  const { emulator } = await startCluster({ mds: 2 });
  const states = async (path: string) => {
    const { body } = await control(emulator, 'POST', path);
    return (body as { mds: unknown[] }).mds;
  };
  expect(await states('/mds/0/stop')).toMatchObject([
    { running: false, leads: false },
    { running: true, leads: true },
  ]);
  expect(await states('/mds/0/start')).toMatchObject([
    { running: true, leads: false },
    { running: true, leads: true },
  ]);
});

describe('what makes no sense', () => {
  test.each<[string, string, string, unknown, number, RegExp]>([
    ['an unknown path', 'GET', '/nothing', undefined, 404, /there is no \/nothing/],
    ['an unknown method', 'PUT', '/faults', undefined, 405, /GET, POST, DELETE/],
    ['no JSON', 'POST', '/faults', 'hang', 400, /not JSON/],
    ['no rule', 'POST', '/faults', {}, 400, /not a fault rule/],
    ['an unknown action', 'POST', '/faults', { do: 'explode' }, 400, /explode/],
    ['an unknown match', 'POST', '/faults', { do: 'hang', match: { path: '/v' } }, 400, /match path/],
    ['too long a rule', 'POST', '/faults', `"${'x'.repeat(2 ** 20)}"`, 413, /1048576 bytes/],
    ['no copyset', 'POST', '/leaders', {}, 400, /copysetId is missing/],
    ['an unknown copyset', 'POST', '/leaders', { copysetId: 99 }, 400, /no copyset 1-99/],
    ['who is no member', 'POST', '/leaders', { copysetId: 1, to: 9 }, 400, /no chunkserver 9|cannot lead/],
    ['a name for a number', 'POST', '/leaders', { copysetId: 'one' }, 400, /copysetId is no whole number/],
    ['another member', 'POST', '/leaders', { copyset: 1 }, 400, /there is no copyset/],
    ['a list', 'POST', '/leaders', [1], 400, /not an object/],
    ['an unknown chunkserver', 'POST', '/chunkservers/9/stop', undefined, 400, /no chunkserver 9/],
    ['an unknown MDS', 'POST', '/mds/9/start', undefined, 400, /no MDS 9/],
  ])('%s is refused', async (_, method, path, body, status, message) => {
    const { emulator } = await startCluster();
    const answer = await control(emulator, method, path, body);
    expect(answer.status).toBe(status);
    expect((answer.body as { error?: string }).error ?? '').toMatch(message);
  });
});

test('web pages get nothing, but for its own', async () => {
  const { emulator } = await startCluster();
  const { host, port } = new URL(emulator.controlUrl);
  for (const headers of [
    ...[{ Origin: 'http://example.com' }, { Host: 'example.com' }, { Origin: 'null' }],
    ...[{ Origin: `https://${host}` }, { Origin: `http://127.0.0.1:${Number(port) - 1}` }],
    { Host: `example.com:${port}`, Origin: `http://example.com:${port}` },
    { Host: `127.0.0.1.example.com:${port}` },
  ]) {
    for (const path of ['/', '/page/main.js', '/overview', '/requests', '/nothing']) {
      expect(await control(emulator, 'GET', path, undefined, headers)).toMatchObject({ status: 403 });
    }
    expect(await control(emulator, 'POST', '/faults', { do: 'hang' }, headers)).toMatchObject({
      status: 403,
    });
  }
  expect(emulator.faults.list()).toEqual([]);
  const own = { Origin: `http://${host}` };
  expect(await control(emulator, 'POST', '/faults', { do: 'hang' }, own)).toMatchObject({ status: 200 });
});

test('the page is files that load nothing from elsewhere', async () => {
  const { emulator } = await startCluster();
  for (const [path, type] of [
    ['/', 'text/html; charset=utf-8'],
    ['/page/main.js', 'text/javascript; charset=utf-8'],
    ['/page/style.css', 'text/css; charset=utf-8'],
  ]) {
    const { status, headers } = await fetch(`${emulator.controlUrl}${path}`);
    expect([status, headers.get('content-type')]).toEqual([200, type]);
    expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; .*frame-ancestors 'none'/);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  }
  for (const path of [
    '/page/',
    '/page/none.js',
    '/page/..%2fpackage.json',
    '/page/tsconfig.json',
    '/main.js',
  ]) {
    expect([path, (await fetch(`${emulator.controlUrl}${path}`)).status]).toEqual([
      path,
      path === '/page/' ? 200 : 404,
    ]);
  }
});

test('gives an overview of volumes and clients', async () => {
  const { emulator, u1 } = await startCluster();
  const overview = async () => (await control(emulator, 'GET', '/overview')).body;
  expect(await overview()).toMatchObject({
    mds: [{ index: 0, leads: true }],
    chunkservers: [1, 2, 3].map(id => ({ id, running: true, copysets: 12, leaders: 4, chunks: 0 })),
    copysets: { total: 12, withoutLeader: 0 },
    ...{ volumeCount: 0, volumes: [], clients: [] },
  });
  await u1.create('/v');
  const chunk = await firstChunk(u1, '/v');
  const leader = await leaderOf(emulator, chunk);
  await write(leader, chunk, Buffer.alloc(4096));
  const one = { path: '/v', owner: 'u1', allocatedCount: 1, allocated: [{ index: 0, usable: true }] };
  expect(await overview()).toMatchObject({
    chunkservers: [1, 2, 3].map(id => ({ id, chunks: 1 })),
    ...{ volumeCount: 1, volumes: [one] },
  });
  await emulator.stopChunkserver(1);
  await emulator.stopChunkserver(2);
  expect(await overview()).toMatchObject({
    copysets: { total: 12, withoutLeader: 12 },
    volumes: [{ allocated: [{ index: 0, usable: false }] }],
  });
});

describe('calls that have ended', () => {
  interface Watched {
    last: number;
    requests: { number: number; method: string; outcome: string; request: Record<string, string> }[];
  }
  const watched = async (emulator: CurveEmulator, query: string) =>
    (await control(emulator, 'GET', `/requests?${query}`)).body as Watched;

  test('are told from a number on, and waited for', async () => {
    const { emulator, u1 } = await startCluster();
    expect(await watched(emulator, 'after=0')).toEqual({ last: 0, requests: [] });
    const coming = watched(emulator, 'after=0&wait=20000');
    await u1.create('/v');
    expect(await coming).toMatchObject({
      last: 1,
      requests: [{ number: 1, method: 'CreateFile', outcome: 'kOK', request: { fileName: '/v' } }],
    });
    await u1.create('/v');
    const { requests } = await watched(emulator, 'after=1&wait=20000');
    expect(requests).toMatchObject([{ number: 2, outcome: 'kFileExists' }]);
    expect(await watched(emulator, 'after=2')).toEqual({ last: 2, requests: [] });
    expect(await control(emulator, 'GET', '/requests?after=x')).toMatchObject({ status: 400 });
  });

  test('are told without what proves who somebody is', async () => {
    const { emulator } = await startCluster();
    await new User(emulator, emulator.rootUser, emulator.rootPassword).create('/v');
    const text = JSON.stringify(await watched(emulator, 'after=0'));
    expect(text).toContain('/v');
    expect(text).not.toContain('signature');
  });

  test('are told although they were not answered, and whoever waits is let go at the end', async () => {
    const { emulator, u1 } = await startCluster();
    emulator.faults.add({ match: { method: 'CreateFile' }, do: 'reset' });
    await expect(u1.create('/v')).rejects.toThrow();
    expect((await watched(emulator, 'after=0&wait=20000')).requests).toMatchObject([
      { outcome: 'no answer' },
    ]);
    const waiting = control(emulator, 'GET', '/requests?after=1&wait=20000').catch(() => 'cut');
    await emulator.close();
    await waiting;
  });

  test('are kept as long as a reader may lag behind', async () => {
    const feed = new RequestFeed<number>();
    for (let call = 1; call <= 1234; call++) feed.add(call);
    expect(feed.last).toBe(1234);
    expect(feed.after(1233)).toEqual([{ number: 1234, call: 1234 }]);
    const all = feed.after(0);
    expect(all.length).toBe(500);
    expect(all.every(({ number, call }) => number === call)).toBe(true);
    expect(feed.after(1234)).toEqual([]);
    expect(feed.after(5000)).toEqual([]);
  });
});

test('follows the chunkservers where the ports are given, and ends with the cluster', async () => {
  const { emulator, portBase } = await startOnFreePorts();
  expect(emulator.controlUrl).toBe(`http://127.0.0.1:${portBase + 3}`);
  await emulator.close();
  await expect(control(emulator, 'GET', '/cluster')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

test('a taken port is told, and nothing stays behind', async () => {
  const { emulator, portBase } = await startOnFreePorts();
  const dataDir = temporaryFolder();
  // Its control endpoint would have the port of the other's first chunkserver.
  const failed = startCurveEmulator({ dataDir, chunkservers: 1, portBase: portBase - 1 });
  await expect(failed).rejects.toMatchObject({ code: 'ADDRESS_IN_USE' });
  await emulator.close();
  await (await startCurveEmulator({ dataDir })).close();
});
