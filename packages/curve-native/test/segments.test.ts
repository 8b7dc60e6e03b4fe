import { expect, test } from 'vitest';
import { alice, count, GiB, openVolume, startCluster } from './support/cluster.js';

const MiB = 2 ** 20;

test('a segment that is not allocated is undefined, and asking does not allocate it', async () => {
  await using cluster = await startCluster();
  const { client, emulator } = cluster;
  await client.create('/v', alice, { length: 10 * GiB });
  expect(await client.segment('/v', alice, 0)).toBeUndefined();
  expect(await client.segment('/v', alice, 9 * GiB)).toBeUndefined();
  expect(count(emulator, 'GetOrAllocateSegment')).toBe(2);
  expect(await client.allocatedSize('/v')).toMatchObject({ total: 0n });
});

test('an allocated segment lists its chunks, and its copysets their chunkservers', async () => {
  const sizes = { segmentSize: 64 * MiB, chunkSize: 16 * MiB, minVolumeSize: 64 * MiB };
  await using cluster = await startCluster({}, sizes);
  const { client, emulator } = cluster;
  const fd = await openVolume(cluster);
  await client.write(fd, 64 * MiB, Buffer.alloc(4096));

  const segment = await client.segment('/v', alice, 64 * MiB);
  expect(segment).toMatchObject({
    startOffset: BigInt(64 * MiB),
    segmentSize: 64 * MiB,
    chunkSize: 16 * MiB,
    logicalPoolId: expect.any(Number),
  });
  const { chunks = [], logicalPoolId = -1 } = segment ?? {};
  expect(new Set(chunks.map(({ chunkId }) => chunkId)).size).toBe(4);
  expect(chunks.every(({ chunkId }) => typeof chunkId === 'bigint')).toBe(true);

  // Duplicates included, in the order asked for.
  const ids = [...chunks.map(({ copysetId }) => copysetId), chunks[0]?.copysetId ?? 0];
  const copysets = await client.copysetServers(logicalPoolId, ids);
  expect(copysets.map(({ copysetId }) => copysetId)).toEqual(ids);
  const known = emulator.chunkserverAddresses;
  for (const { chunkservers } of copysets) {
    expect(chunkservers).toHaveLength(3);
    for (const { id, ip, port, externalIp } of chunkservers) {
      expect(id).toBeGreaterThan(0);
      expect(known).toContain(`${externalIp || ip}:${port}`);
    }
  }
});

test('both say what the MDS said when it refuses', async () => {
  await using cluster = await startCluster();
  const { client } = cluster;
  await client.create('/v', alice, { length: 10 * GiB });
  await expect(client.segment('/v', alice, 4096)).rejects.toMatchObject({ kind: 'mds', status: 104 });
  await expect(client.segment('/none', alice, 0)).rejects.toMatchObject({ kind: 'mds', status: 102 });
  await expect(client.segment('/v', { owner: 'bob' }, 0)).rejects.toMatchObject({ kind: 'mds', status: 111 });
  await expect(client.copysetServers(1, [999_999])).rejects.toMatchObject({
    kind: 'topology',
    libcurveCode: -2,
  });
  await expect(client.copysetServers(-1, [1])).rejects.toThrow(TypeError);
  await expect(client.copysetServers(1, [2 ** 32])).rejects.toThrow('copysetIds: an id is an integer');
  await expect(client.copysetServers(1, 'x' as never)).rejects.toThrow('copysetIds must be an array');
});
