import { temporaryFolder } from '@curve-wcs/test-support';
import { expect, test } from 'vitest';
import { ChunkOpStatus, ChunkService } from '../src/proto/chunk_pb.js';
import { StatusCode } from '../src/proto/nameserver2_pb.js';
import { TopologyService } from '../src/proto/topology_pb.js';
import { leaderOf, read, write } from './support/disk.js';
import { call } from './support/rpc-client.js';
import { startCluster } from './support/start.js';
import { firstChunk } from './support/volume.js';

const { kOK, kFileNotExists } = StatusCode;
const block = Buffer.alloc(4096, 'b');

test('a cluster is after a restart what it was', async () => {
  const dataDir = temporaryFolder();
  const first = await startCluster({ dataDir });
  await first.u1.create('/v');
  await first.u1.mkdir('/d');
  await first.u1.create('/d/w');
  await first.u1.unlink('/d/w');
  await first.u1.increaseEpoch('/v');
  const chunk = await firstChunk(first.u1, '/v');
  const leader = await leaderOf(first.emulator, chunk);
  await write(leader, chunk, block, { sn: 2n });
  await call(leader, ChunkService.method.updateEpoch, { fileId: 3n, epoch: 1n });
  const cluster = await call(first.u1.mds, TopologyService.method.getClusterInfo, {});
  const before = await first.u1.stat('/v');
  await first.emulator.close();

  const second = await startCluster({ dataDir, poolsets: [{ name: 'default' }, { name: 'new' }] });
  expect(await second.u1.stat('/v')).toEqual(before);
  expect(await call(second.u1.mds, TopologyService.method.getClusterInfo, {})).toEqual(cluster);
  expect(await firstChunk(second.u1, '/v')).toEqual(chunk);
  const again = await leaderOf(second.emulator, chunk);
  expect((await read(again, chunk, 0, 4096)).attachment).toEqual(block);
  expect(await write(again, chunk, block, { sn: 1n })).toBe(ChunkOpStatus.BACKWARD);
  expect(await write(again, chunk, block, { sn: 2n, fileId: 3n, epoch: 2n })).toBe(
    ChunkOpStatus.EPOCH_TOO_OLD,
  );
  expect(await second.u1.recover('/d/w')).toBe(kOK);
  expect(await second.u1.create('/x', undefined, { poolset: 'new' })).toBe(kOK);
  expect((await second.u1.stat('/x')).fileInfo?.id).toBe(1003n);
});

test('deletion goes on after a restart', async () => {
  const dataDir = temporaryFolder();
  const first = await startCluster({ dataDir, deleteDelay: 1_000_000 });
  await first.u1.create('/v');
  await firstChunk(first.u1, '/v');
  await first.u1.unlink('/v');
  const path = `/RecycleBin/${(await first.root.list('/RecycleBin')).names[0]}`;
  expect(await first.root.unlink(path, true)).toBe(kOK);
  await first.emulator.close();

  const { root } = await startCluster({ dataDir });
  await expect.poll(async () => (await root.stat(path)).statusCode).toBe(kFileNotExists);
  expect(await root.allocated('/')).toBe(0n);
});

test('the recycle bin that root removed is back with all that lies in it', async () => {
  const dataDir = temporaryFolder();
  const first = await startCluster({ dataDir });
  await first.u1.create('/v');
  expect(await first.root.unlink('/RecycleBin')).toBe(kOK);
  expect((await first.root.list('/')).names).toEqual(['v']);
  expect(await first.u1.unlink('/v')).toBe(kOK);
  await first.emulator.close();

  const { u1, root } = await startCluster({ dataDir });
  expect((await root.list('/RecycleBin')).names).toHaveLength(1);
  expect(await u1.recover('/v')).toBe(kOK);
});

test('ids go on beyond a bundle of a thousand', async () => {
  const { u1 } = await startCluster();
  for (let i = 0; i < 1001; i++) await u1.mkdir(`/d${i}`);
  const ids = await Promise.all(['/d998', '/d999', '/d1000'].map(path => u1.stat(path)));
  expect(ids.map(({ fileInfo }) => fileInfo?.id)).toEqual([1001n, 1002n, 1003n]);
});
