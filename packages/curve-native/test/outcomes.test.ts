import { expect, test } from 'vitest';
import { alice, GiB, openVolume, startCluster } from './support/cluster.js';

// A number means something else as a status of an MDS than as the reason for which an RPC had no answer.

test('an RPC error with the number of a status that is repeated is no answer', async () => {
  await using cluster = await startCluster({ 'mds.maxRetryMS': 150 });
  const { client, emulator } = cluster;
  await client.create('/v', alice, { length: 10 * GiB });
  emulator.faults.add({ match: { role: 'mds' }, do: 'error 110' });
  const calls = [
    client.unlink('/v', alice),
    client.rename('/v', '/w', alice),
    client.create('/w', alice, { length: 10 * GiB }),
    client.mkdir('/d', alice),
    client.extend('/v', alice, 20 * GiB),
    client.list('/', alice),
    client.clusterId(),
  ];
  for (const call of await Promise.allSettled(calls)) {
    expect(call).toMatchObject({
      status: 'rejected',
      reason: { kind: 'rpc', status: 110, libcurveCode: -2 },
    });
  }
});

test('an RPC error with the number of "not allocated" says nothing about a segment', async () => {
  await using cluster = await startCluster({ 'mds.maxRetryMS': 150 });
  const { client, emulator } = cluster;
  const fd = await openVolume(cluster);
  await client.write(fd, 0, Buffer.alloc(4096));
  emulator.faults.add({ match: { method: 'GetOrAllocateSegment' }, do: 'error 107' });
  await expect(client.segment('/v', alice, 0)).rejects.toMatchObject({ kind: 'rpc', status: 107 });
});
