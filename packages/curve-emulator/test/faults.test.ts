import { describe, expect, test } from 'vitest';
import { CurveEmulatorError, type FaultRule } from '../src/index.js';
import { ChunkOpStatus } from '../src/proto/chunk_pb.js';
import { CurveFSService, StatusCode } from '../src/proto/nameserver2_pb.js';
import { TopologyService } from '../src/proto/topology_pb.js';
import { leaderOf, read, write } from './support/disk.js';
import { call, RpcConnection } from './support/rpc-client.js';
import { startCluster } from './support/start.js';
import { firstChunk } from './support/volume.js';

const block = Buffer.alloc(4096, 'b');

async function prepared() {
  const cluster = await startCluster();
  await cluster.u1.create('/v');
  const chunk = await firstChunk(cluster.u1, '/v');
  const leader = await leaderOf(cluster.emulator, chunk);
  await write(leader, chunk, block);
  return { ...cluster, chunk, leader };
}

describe('a fault in place of the work', () => {
  test.each([
    ['redirect', { status: ChunkOpStatus.REDIRECTED, redirect: '' }],
    ['redirect 127.0.0.1:1:0', { status: ChunkOpStatus.REDIRECTED, redirect: '127.0.0.1:1:0' }],
    ['overload', { status: ChunkOpStatus.OVERLOAD }],
    ['backward', { status: ChunkOpStatus.BACKWARD }],
    ['chunk not exist', { status: ChunkOpStatus.CHUNK_NOTEXIST }],
    ['epoch too old', { status: ChunkOpStatus.EPOCH_TOO_OLD }],
    ['status CHUNK_OP_STATUS_DISK_FAIL', { status: ChunkOpStatus.DISK_FAIL }],
  ] as const)('%s', async (action, answer) => {
    const { emulator, chunk, leader } = await prepared();
    emulator.faults.add({ match: { method: 'ReadChunk', times: 1 }, do: action });
    const hit = await read(leader, chunk, 0, 4096);
    expect(hit).toMatchObject(answer);
    expect(hit.attachment).toHaveLength(0);
    expect((await read(leader, chunk, 0, 4096)).status).toBe(ChunkOpStatus.SUCCESS);
  });

  test('any status of the MDS', async () => {
    const { emulator, u1 } = await prepared();
    emulator.faults.add({ match: { service: 'CurveFSService', times: 1 }, do: 'status kStorageError' });
    expect(await u1.refresh('/v')).toMatchObject({ statusCode: StatusCode.kStorageError, sessionID: '' });
    expect(await u1.unlink('/v')).toBe(StatusCode.kOK);
  });

  test('an RPC error', async () => {
    const { emulator, u1 } = await prepared();
    emulator.faults.add({ match: { role: 'mds' }, do: 'error 1002' });
    await expect(u1.stat('/v')).rejects.toMatchObject({ code: 1002 });
  });
});

describe('a fault of the connection', () => {
  test('reset: nothing is done', async () => {
    const { emulator, u1 } = await prepared();
    emulator.faults.add({ match: { method: 'CreateFile', times: 1 }, do: 'reset' });
    await expect(u1.create('/w')).rejects.toThrow();
    expect((await u1.stat('/w')).statusCode).toBe(StatusCode.kFileNotExists);
  });

  test('drop and hang: no answer, with and without the work', async () => {
    const { emulator, u1 } = await prepared();
    const { createFile } = CurveFSService.method;
    for (const [action, path, status] of [
      ['drop', '/dropped', StatusCode.kOK],
      ['hang', '/hung', StatusCode.kFileNotExists],
    ] as const) {
      const fault = emulator.faults.add({ match: { method: createFile.name }, do: action });
      const before = emulator.requests.length;
      let answered = false;
      u1.create(path).then(
        () => {
          answered = true;
        },
        () => {},
      );
      await expect.poll(() => emulator.requests.length).toBe(before + 1);
      await expect.poll(async () => (await u1.stat(path)).statusCode).toBe(status);
      expect(answered).toBe(false);
      fault();
    }
  });

  test('wrong correlation id, and duplicate', async () => {
    const { emulator, u1 } = await prepared();
    const { getClusterInfo } = TopologyService.method;
    const connection = new RpcConnection(u1.mds);
    const send = () => connection.call(TopologyService.typeName, getClusterInfo.name, Buffer.alloc(0));
    emulator.faults.add({ match: { nth: 1 }, do: 'wrong correlation id' });
    emulator.faults.add({ match: { nth: 2 }, do: 'duplicate' });
    const lost = expect(send()).rejects.toThrow('closed');
    await expect.poll(() => connection.strays.length).toBe(1);
    const answer = await send();
    await expect.poll(() => connection.strays.length).toBe(2);
    expect(connection.strays[1]).toEqual(answer);
    await connection.close();
    await lost;
  });

  test('truncate frame: half an answer, then the end', async () => {
    const { emulator, chunk, leader } = await prepared();
    emulator.faults.add({ match: { method: 'ReadChunk', times: 1 }, do: 'truncate frame' });
    await expect(read(leader, chunk, 0, 4096)).rejects.toThrow('closed');
  });

  test('slow, delay and a short attachment', async () => {
    const { emulator, chunk, leader } = await prepared();
    emulator.faults.add({ match: { nth: 1 }, do: ['delay 20ms', 'slow'] });
    emulator.faults.add({ match: { nth: 2 }, do: 'short attachment' });
    expect((await read(leader, chunk, 0, 4096)).attachment).toEqual(block);
    expect((await read(leader, chunk, 0, 4096)).attachment).toHaveLength(4095);
  });

  test('slow: other answers wait, and do not mix with it', async () => {
    const { emulator, u1 } = await prepared();
    emulator.faults.add({ match: { nth: 1 }, do: 'slow' });
    const connection = new RpcConnection(u1.mds);
    const send = () => connection.call(TopologyService.typeName, 'GetClusterInfo', Buffer.alloc(0));
    const [slow, fast] = await Promise.all([send(), send()]);
    expect(slow.message).toEqual(fast.message);
    await connection.close();
  });
});

describe('rules', () => {
  test('match by service, method, role and port, and count', async () => {
    const { emulator, u1, chunk, leader } = await prepared();
    const port = Number(leader.split(':')[1]);
    const fault = emulator.faults.add({
      match: { service: 'curve.chunkserver.ChunkService', role: 'chunkserver', port, nth: [2, 3] },
      do: 'overload',
    });
    const statuses: ChunkOpStatus[] = [];
    for (let i = 0; i < 4; i++) statuses.push((await read(leader, chunk, 0, 4096)).status);
    await u1.stat('/v');
    const { SUCCESS, OVERLOAD } = ChunkOpStatus;
    expect(statuses).toEqual([SUCCESS, OVERLOAD, OVERLOAD, SUCCESS]);
    expect(emulator.faults.list()).toMatchObject([{ matched: 4, fired: 2 }]);
    fault();
    expect(emulator.faults.list()).toEqual([]);
  });

  test('act with a probability', async () => {
    const { u1 } = await startCluster({
      random: () => 0.5,
      faults: [
        { match: { probability: 0.5 }, do: 'status 501' },
        { match: { probability: 0.6 }, do: 'status 502' },
      ],
    });
    expect((await u1.stat('/v')).statusCode).toBe(StatusCode.KInternalError);
  });

  test.each<[string, unknown]>([
    ['an unknown action', { do: 'explode' }],
    ['an unknown object', { do: { type: 'explode' } }],
    ['no action', { do: 7 }],
    ['an unknown match', { match: { path: '/v' }, do: 'reset' }],
    ['a bad count', { match: { nth: 0 }, do: 'reset' }],
    ['a bad probability', { match: { probability: 2 }, do: 'reset' }],
    ['a bad delay', { do: { type: 'delay', ms: -1 } }],
  ])('are refused with %s', async (_, rule) => {
    const { emulator } = await startCluster();
    expect(() => emulator.faults.add(rule as FaultRule)).toThrow(CurveEmulatorError);
  });
});

test('the log knows what was called', async () => {
  const { emulator, chunk, leader, u1 } = await prepared();
  await call(u1.mds, CurveFSService.method.getFileSize, { fileName: '/v' });
  await read(leader, chunk, 0, 4096);
  const [size, readChunk] = emulator.requests.slice(-2);
  expect(size).toMatchObject({ role: 'mds', method: 'GetFileSize', request: { fileName: '/v' }, status: 0 });
  expect(readChunk).toMatchObject({
    ...{ role: 'chunkserver', service: 'curve.chunkserver.ChunkService', method: 'ReadChunk' },
    ...{ request: { ...chunk, offset: 0, size: 4096 }, status: 0, errorCode: 0, attachmentOut: 4096 },
  });
});
