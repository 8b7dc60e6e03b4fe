import { expect, test } from 'vitest';
import { createClient } from '../src/index.js';
import { openVolume, startCluster } from './support/cluster.js';
import { FakeServer } from './support/fake-server.js';
import { leaderIs, mdsAnswer, plain } from './support/fake-volume.js';

const KiB = 1024;
const MiB = 1024 * KiB;

/** A volume whose chunkserver answers no read and no write. */
async function silentVolume(settings: Record<string, string | number | boolean> = {}) {
  const server: FakeServer = await FakeServer.start({
    ports: 2,
    answer: call =>
      call.method === 'GetLeader'
        ? leaderIs(server.address(1))
        : mdsAnswer({ geometry: plain, copysets: 1, chunkservers: [server.port(1)] }, call),
  });
  const client = createClient({ 'mds.listen.addr': server.address(0), ...settings });
  return {
    client,
    fd: await client.open('/v', { owner: 'alice' }),
    async [Symbol.asyncDispose]() {
      await client.uninit();
      await server[Symbol.asyncDispose]();
    },
  };
}

// Were each of the requests looked for among all others, these would take far longer than a test may.

test('reads of very many requests end when their deadline passes', async () => {
  await using volume = await silentVolume({ 'global.fileIOSplitMaxSizeKB': 4 });
  const target = Buffer.allocUnsafeSlow(1024 * MiB);
  const reads = [0, 1].map(() => volume.client.read(volume.fd, 0, target, { deadline: 500 }));
  for (const read of await Promise.allSettled(reads)) {
    expect(read).toMatchObject({ status: 'rejected', reason: { kind: 'timeout' } });
  }
});

test('very many writes end when they are aborted', async () => {
  await using volume = await silentVolume();
  const controller = new AbortController();
  const data = Buffer.alloc(16 * MiB);
  const writes = Array.from({ length: 2000 }, () =>
    volume.client.write(volume.fd, 0, data, { signal: controller.signal }).catch(error => error.kind),
  );
  await new Promise(resolve => setTimeout(resolve, 100));
  controller.abort();
  expect(new Set(await Promise.all(writes))).toEqual(new Set(['canceled']));
});

test('very many reads that wait for one answer end when they are aborted', async () => {
  await using server = await FakeServer.start({
    answer: call => (call.method === 'GetOrAllocateSegment' ? undefined : mdsAnswer(volume, call)),
  });
  const volume = { geometry: plain, copysets: 1, chunkservers: [1] };
  const client = createClient({ 'mds.listen.addr': server.address(0) });
  const fd = await client.open('/v', { owner: 'alice' });
  const controller = new AbortController();
  const target = Buffer.alloc(4 * KiB);
  const reads = Array.from({ length: 100_000 }, () =>
    client.read(fd, 0, target, { signal: controller.signal }).catch(error => error.kind),
  );
  await new Promise(resolve => setTimeout(resolve, 100));
  controller.abort();
  expect(new Set(await Promise.all(reads))).toEqual(new Set(['canceled']));
  await client.uninit();
});

test('writes that are given up before they were sent take none of the others with them', async () => {
  // A request that got lost would be sent again only after this.
  await using cluster = await startCluster({ 'chunkserver.rpcTimeoutMS': 30_000 });
  const { client } = cluster;
  const fd = await openVolume(cluster);
  for (let round = 0; round < 300; round++) {
    const over = new AbortController();
    const calls = Array.from({ length: 8 }, (_, place) => {
      const signal = place % 2 === 0 ? over.signal : undefined;
      return client.write(fd, place * 4096, Buffer.alloc(4096), { signal });
    });
    over.abort();
    const outcomes = await Promise.allSettled(calls);
    expect(outcomes.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThanOrEqual(4);
  }
  expect(client.statistics()).toMatchObject({ timeouts: 0, callsInFlight: 0, requestsInFlight: 0 });
});
