import { expect, test } from 'vitest';
import { CurveEmulatorError } from '../src/index.js';
import { ChunkOpStatus } from '../src/proto/chunk_pb.js';
import { CliService2 } from '../src/proto/cli2_pb.js';
import { StatusCode } from '../src/proto/nameserver2_pb.js';
import { TopologyService } from '../src/proto/topology_pb.js';
import { leaderOf, read, write } from './support/disk.js';
import { call } from './support/rpc-client.js';
import { startCluster } from './support/start.js';
import type { User } from './support/user.js';
import { firstChunk } from './support/volume.js';

const topology = TopologyService.method;
const { getLeader } = CliService2.method;
const block = Buffer.alloc(4096, 'b');

test('the topology tells who has what', async () => {
  const { emulator, u1 } = await startCluster({
    poolsets: [{ name: 'default' }, { name: 'ssd', type: 'fast' }],
  });
  const { mds } = u1;
  expect((await call(mds, topology.getClusterInfo, {})).clusterId).toMatch(/^[0-9a-f-]{36}$/);
  const { poolsetInfos } = await call(mds, topology.listPoolset, {});
  expect(poolsetInfos).toMatchObject([
    { poolsetID: 1, poolsetName: 'default', type: 'default' },
    { poolsetID: 2, poolsetName: 'ssd', type: 'fast' },
  ]);
  const request = { logicalPoolId: 1, copysetId: [2, 1, 2] };
  const { csInfo } = await call(mds, topology.getChunkServerListInCopySets, request);
  expect(csInfo.map(({ copysetId }) => copysetId)).toEqual([2, 1, 2]);
  const addresses = csInfo[0]?.csLocs.map(({ hostIp, port }) => `${hostIp}:${port}`);
  expect(addresses).toEqual(emulator.chunkserverAddresses);
  const unknown = { logicalPoolId: 9, copysetId: [1] };
  expect((await call(mds, topology.getChunkServerListInCopySets, unknown)).statusCode).toBe(-11);
  const missing = { logicalPoolId: 1, copysetId: [99] };
  expect((await call(mds, topology.getChunkServerListInCopySets, missing)).statusCode).toBe(-11);
});

test('a chunkserver is found by its address', async () => {
  const { emulator, u1 } = await startCluster();
  const port = Number(emulator.chunkserverAddresses[1]?.split(':')[1]);
  const found = await call(u1.mds, topology.getChunkServer, { hostIp: '127.0.0.1', port });
  expect(found.chunkServerInfo).toMatchObject({ chunkServerID: 2, port });
  expect((await call(u1.mds, topology.getChunkServer, { hostIp: '127.0.0.1', port: 1 })).statusCode).toBe(-6);
  const { chunkServerInfos } = await call(u1.mds, topology.listChunkServer, { ip: '127.0.0.1', port });
  expect(chunkServerInfos).toMatchObject([{ chunkServerID: 2, port }]);
});

test('only the leader of a copyset serves it, and it can be another', async () => {
  const { emulator, u1 } = await startCluster();
  await u1.create('/v');
  const chunk = await firstChunk(u1, '/v');
  const leader = await leaderOf(emulator, chunk);
  expect(await write(leader, chunk, block)).toBe(ChunkOpStatus.SUCCESS);
  for (const address of emulator.chunkserverAddresses.filter(other => other !== leader)) {
    expect(await write(address, chunk, block)).toBe(ChunkOpStatus.REDIRECTED);
    expect(await read(address, chunk, 0, 4096)).toMatchObject({
      status: ChunkOpStatus.REDIRECTED,
      redirect: '',
    });
  }
  const id = emulator.moveLeader({ copysetId: chunk.copysetId });
  const next = emulator.chunkserverAddresses[id - 1] ?? '';
  expect(next).not.toBe(leader);
  expect(await leaderOf(emulator, chunk)).toBe(next);
  expect(await write(leader, chunk, block)).toBe(ChunkOpStatus.REDIRECTED);
  expect((await read(next, chunk, 0, 4096)).attachment).toEqual(block);
  expect(() => emulator.moveLeader({ copysetId: 99 })).toThrow(CurveEmulatorError);
  expect(() => emulator.moveLeader({ copysetId: 1, to: 9 })).toThrow(CurveEmulatorError);
});

test('who is no member of a copyset does not know it', async () => {
  const { emulator } = await startCluster({ chunkservers: 4 });
  // The first copyset lies on the chunkservers 1 to 3.
  const request = { logicPoolId: 1, copysetId: 1 };
  const stranger = emulator.chunkserverAddresses[3] ?? '';
  await expect(call(stranger, getLeader, request)).rejects.toMatchObject({ code: 2 });
});

test('a stopped chunkserver refuses connections and others lead', async () => {
  const { emulator, u1 } = await startCluster();
  await u1.create('/v');
  const chunk = await firstChunk(u1, '/v');
  const leader = await leaderOf(emulator, chunk);
  const id = emulator.chunkserverAddresses.indexOf(leader) + 1;
  await write(leader, chunk, block);

  const stopped = emulator.stopChunkserver(id, { electionDelay: 2000 });
  await expect(read(leader, chunk, 0, 4096)).rejects.toThrow();
  expect(await leaderOf(emulator, chunk)).toBe(leader);
  await stopped;
  const next = await leaderOf(emulator, chunk);
  expect(next).not.toBe(leader);
  expect((await read(next, chunk, 0, 4096)).attachment).toEqual(block);

  await emulator.startChunkserver(id);
  expect(await read(leader, chunk, 0, 4096)).toMatchObject({ status: ChunkOpStatus.REDIRECTED });
});

test('a copyset without a majority of its members has no leader, until one starts again', async () => {
  const { emulator, u1 } = await startCluster();
  await u1.create('/v');
  const chunk = await firstChunk(u1, '/v');
  await write(await leaderOf(emulator, chunk), chunk, block);
  await emulator.stopChunkserver(1);
  await emulator.stopChunkserver(2);
  const [, second = '', third = ''] = emulator.chunkserverAddresses;
  const ask = () => call(third, getLeader, { logicPoolId: 1, copysetId: 1 });
  await expect(ask()).rejects.toMatchObject({ code: 11 });
  expect(await read(third, chunk, 0, 4096)).toMatchObject({ status: ChunkOpStatus.REDIRECTED });
  await emulator.startChunkserver(2);
  expect((await ask()).leader?.address).toBe(`${second}:0`);
  expect((await read(second, chunk, 0, 4096)).attachment).toEqual(block);
});

test('of several MDSs one leads and the next takes over', async () => {
  const { emulator, u1 } = await startCluster({ mds: 3 });
  expect(emulator.mdsAddresses).toHaveLength(3);
  expect(emulator.clientConf).toContain(`mds.listen.addr=${emulator.mdsAddresses.join(',')}\n`);
  expect(await u1.create('/v')).toBe(StatusCode.kOK);
  const at = (index: number) => {
    const one = Object.create(u1, { mds: { value: emulator.mdsAddresses[index] } }) as User;
    return one.stat('/v');
  };
  await expect(at(1)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  await emulator.stopMds(0);
  await expect(at(0)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  expect((await at(1)).fileInfo?.id).toBe(3n);
  await emulator.startMds(0);
  await expect(at(0)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  await emulator.stopMds(2);
  await emulator.stopMds(1);
  expect((await at(0)).fileInfo?.id).toBe(3n);
  // Two changes of leader have used up two bundles of ids.
  expect(await u1.create('/w')).toBe(StatusCode.kOK);
  expect((await u1.stat('/w')).fileInfo?.id).toBe(2003n);
});
