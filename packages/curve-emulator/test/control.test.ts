import { request as httpRequest } from 'node:http';
import { temporaryFolder } from '@curve-wcs/test-support';
import { describe, expect, test } from 'vitest';
import { type CurveEmulator, startCurveEmulator } from '../src/index.js';
import { ChunkOpStatus } from '../src/proto/chunk_pb.js';
import { StatusCode } from '../src/proto/nameserver2_pb.js';
import { leaderOf, read } from './support/disk.js';
import { startCluster, startOnFreePorts } from './support/start.js';
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

test('web pages get nothing', async () => {
  const { emulator } = await startCluster();
  for (const headers of [{ Origin: 'http://example.com' }, { Host: 'example.com' }]) {
    expect(await control(emulator, 'POST', '/faults', { do: 'hang' }, headers)).toMatchObject({
      status: 403,
    });
  }
  expect(emulator.faults.list()).toEqual([]);
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
