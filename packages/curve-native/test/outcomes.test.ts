import { unreachableHost } from '@curve-wcs/test-support';
import { describe, expect, test } from 'vitest';
import { createClient } from '../src/index.js';
import { alice, count, GiB, openVolume, startCluster } from './support/cluster.js';
import { type Answer, FakeServer } from './support/fake-server.js';
import { message } from './support/protobuf.js';

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

describe('what failed at once is not asked again at once', () => {
  const reply = (status: number) => message([1, status]);
  const errors = (error: number) => ({ error, message: Buffer.alloc(0) });
  test.each<[string, Answer]>([
    ['a status that is to be repeated', { message: reply(110) }],
    ['an MDS that is stopping', errors(2003)],
    ['an MDS that says "connection reset"', errors(104)],
    ['an MDS that says "timed out"', errors(1008)],
    ['an MDS that says "no connection in time"', errors(110)],
  ])('%s, by two MDSs in turns', async (_, answer) => {
    await using server = await FakeServer.start({ ports: 2, answer: () => answer });
    const [interval, budget] = [20, 400];
    const client = createClient({
      'mds.listen.addr': `${server.address(0)},${server.address(1)}`,
      'mds.registerToMDS': false,
      'mds.maxFailedTimesBeforeChangeMDS': 0,
      'mds.rpcRetryIntervalUS': interval * 1000,
      'mds.maxRetryMS': budget,
    });
    const error = await client.unlink('/v', alice).catch(failure => failure);
    await client.uninit();
    // Two addresses at most for each pause, and none of them left out.
    expect(error.attempts).toBeLessThanOrEqual(2 * (budget / interval + 1));
    expect(new Set(server.calls.map(({ at }) => at)).size).toBe(2);
  });

  test('a chunkserver that says "timed out"', async () => {
    await using cluster = await startCluster({ 'chunkserver.opRetryIntervalUS': 20_000 });
    const { client, emulator } = cluster;
    const fd = await openVolume(cluster);
    await client.write(fd, 0, Buffer.alloc(4096));
    emulator.faults.add({ match: { method: 'ReadChunk' }, do: 'error 1008' });
    const deadline = 400;
    const read = client.read(fd, 0, Buffer.alloc(4096), { deadline });
    await expect(read).rejects.toMatchObject({ kind: 'timeout' });
    expect(count(emulator, 'ReadChunk')).toBeLessThanOrEqual(deadline / 20 + 1);
  });
});

test.each([0, 7, 2 ** 31 - 1, -1])(
  'limits of a kind %d that there is not make an answer unreadable',
  async type => {
    const throttle = message([1, message([1, type], [2, 100])]);
    const answer = message([1, 0], [2, message([1, 1], [2, 'v'], [17, throttle])]);
    await using server = await FakeServer.start({ answer: () => ({ message: answer }) });
    const client = createClient({
      'mds.listen.addr': server.address(0),
      'mds.registerToMDS': false,
      'mds.maxRetryMS': 1,
    });
    await expect(client.stat('/v', alice)).rejects.toMatchObject({
      kind: 'rpc',
      status: 2002,
      libcurveCode: -2,
    });
    await client.uninit();
  },
);

test('a host that drops what is sent to it rejects every call', async () => {
  await using host = await unreachableHost();
  const client = createClient({
    'mds.listen.addr': `127.0.0.1:${host.port}`,
    'mds.registerToMDS': false,
    'mds.maxRetryMS': 300,
  });
  const calls = [
    client.create('/v', alice, { length: 10 * GiB }),
    client.unlink('/v', alice),
    client.extend('/v', alice, 20 * GiB),
    client.rename('/v', '/w', alice),
    client.changeOwner('/v', 'bob', alice),
    client.mkdir('/d', alice),
    client.list('/', alice),
    client.clusterId(),
    client.segment('/v', alice, 0),
  ];
  for (const call of await Promise.allSettled(calls)) {
    expect(call).toMatchObject({
      status: 'rejected',
      reason: { kind: 'rpc', libcurveCode: -2 },
    });
  }
  await client.uninit();
});
