import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ChunkOpStatus, ChunkService } from '../src/proto/chunk_pb.js';
import { StatusCode } from '../src/proto/nameserver2_pb.js';
import { leaderOf, write } from './support/disk.js';
import { call } from './support/rpc-client.js';
import { startCluster } from './support/start.js';
import { GiB } from './support/user.js';
import { firstChunk } from './support/volume.js';

const { kOK, kParaError, kSegmentNotAllocated, kSegmentAllocateError, kNotSupported, kEpochTooOld } =
  StatusCode;

test('a segment is allocated once, over all copysets', async () => {
  const { u1 } = await startCluster();
  await u1.create('/v');
  expect((await u1.segment('/v', 0, false)).statusCode).toBe(kSegmentNotAllocated);
  const [one, two] = await Promise.all([u1.segment('/v', 0, true), u1.segment('/v', 0, true)]);
  expect(one.pageFileSegment).toEqual(two.pageFileSegment);
  const chunks = one.pageFileSegment?.chunks ?? [];
  expect(chunks.map(({ chunkID }) => Number(chunkID))).toEqual(Array.from({ length: 64 }, (_, i) => i + 1));
  expect(new Set(chunks.map(({ copysetID }) => copysetID)).size).toBe(12);
  expect(await u1.allocated('/v')).toBe(BigInt(GiB));
});

test('a segment lies inside a volume and on its grid', async () => {
  const { u1 } = await startCluster();
  await u1.create('/v');
  await u1.mkdir('/d');
  expect((await u1.segment('/v', 10 * GiB, true)).statusCode).toBe(kParaError);
  expect((await u1.segment('/v', 4096, true)).statusCode).toBe(kParaError);
  expect((await u1.segment('/d', 0, true)).statusCode).toBe(kParaError);
  expect((await u1.segment('/v', 9 * GiB, true)).statusCode).toBe(kOK);
});

test('a full pool allocates again when something was deleted', async () => {
  const { u1 } = await startCluster({ poolCapacity: 10 * GiB, minVolumeSize: GiB });
  await u1.create('/v');
  for (let i = 0; i < 10; i++) expect((await u1.segment('/v', i * GiB, true)).statusCode).toBe(kOK);
  await u1.extend('/v', 11 * GiB);
  expect((await u1.segment('/v', 10 * GiB, true)).statusCode).toBe(kSegmentAllocateError);
  expect(await u1.discard('/v', 0)).toBe(kOK);
  expect((await u1.segment('/v', 10 * GiB, true)).statusCode).toBe(kOK);
});

test('a discarded segment is gone with its chunks', async () => {
  const { emulator, u1 } = await startCluster();
  await u1.create('/v');
  await u1.mkdir('/d');
  const chunk = await firstChunk(u1, '/v');
  const leader = await leaderOf(emulator, chunk);
  expect(await write(leader, chunk, Buffer.alloc(4096, 1))).toBe(ChunkOpStatus.SUCCESS);
  const files = () => readdirSync(join(emulator.dataDir, 'chunks', `1-${chunk.copysetId}`));
  expect(files()).toEqual(['1']);
  expect(await u1.discard('/v', 0)).toBe(kOK);
  expect(await u1.discard('/v', 0)).toBe(kSegmentNotAllocated);
  expect(await u1.discard('/v', 10 * GiB)).toBe(kParaError);
  expect(await u1.discard('/d', 0)).toBe(kNotSupported);
  await expect.poll(files).toEqual([]);
  expect((await firstChunk(u1, '/v')).chunkId).toBe(65n);
});

test('an epoch fences those who have another one', async () => {
  const { emulator, u1 } = await startCluster();
  await u1.create('/v');
  const chunk = await firstChunk(u1, '/v');
  const leader = await leaderOf(emulator, chunk);
  const data = Buffer.alloc(4096, 1);
  const increased = await u1.increaseEpoch('/v');
  expect(increased).toMatchObject({ statusCode: kOK, fileInfo: { id: 3n, epoch: 1n } });
  expect(increased.csLocs).toHaveLength(3);
  expect(await write(leader, chunk, data, { fileId: 3n, epoch: 7n })).toBe(ChunkOpStatus.SUCCESS);
  const update = (epoch: bigint) => call(leader, ChunkService.method.updateEpoch, { fileId: 3n, epoch });
  expect((await update(2n)).status).toBe(ChunkOpStatus.SUCCESS);
  expect((await update(1n)).status).toBe(ChunkOpStatus.EPOCH_TOO_OLD);
  expect((await update(2n)).status).toBe(ChunkOpStatus.SUCCESS);
  expect(await write(leader, chunk, data, { fileId: 3n, epoch: 1n })).toBe(ChunkOpStatus.EPOCH_TOO_OLD);
  expect(await write(leader, chunk, data, { fileId: 3n, epoch: 3n })).toBe(ChunkOpStatus.EPOCH_TOO_OLD);
  expect(await write(leader, chunk, data, { fileId: 3n, epoch: 2n })).toBe(ChunkOpStatus.SUCCESS);
  expect(await write(leader, chunk, data, { fileId: 3n })).toBe(ChunkOpStatus.SUCCESS);

  await u1.increaseEpoch('/v');
  expect((await u1.segment('/v', GiB, true, 1n)).statusCode).toBe(kEpochTooOld);
  expect((await u1.segment('/v', GiB, true)).statusCode).toBe(kOK);
  expect((await u1.segment('/v', 2 * GiB, true, 2n)).statusCode).toBe(kOK);
});

test('volumes lie in the pool of their poolset', async () => {
  const { u1 } = await startCluster({ poolsets: [{ name: 'default' }, { name: 'ssd' }], copysets: 2 });
  expect(await u1.create('/v', 10 * GiB, { poolset: 'ssd' })).toBe(kOK);
  const { pageFileSegment } = await u1.segment('/v', 0, true);
  expect(pageFileSegment?.logicalPoolID).toBe(2);
  expect(new Set(pageFileSegment?.chunks.map(({ copysetID }) => copysetID))).toEqual(new Set([1, 2]));
});
