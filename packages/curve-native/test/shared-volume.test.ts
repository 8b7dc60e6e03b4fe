import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { alice, count, startCluster, type TestCluster } from './support/cluster.js';

// What belongs to a volume is the same for all who have it open in one client.

const MiB = 2 ** 20;
const SEGMENT = 64 * MiB;
const block = (byte: number) => Buffer.alloc(4096, byte);

/** Small segments, given back so many milliseconds after their discard; `/v` has four of them. */
async function start(delay: number, settings: Record<string, string | number | boolean> = {}) {
  const cluster = await startCluster(
    { 'discard.taskDelayMs': delay, ...settings },
    { segmentSize: SEGMENT, minVolumeSize: SEGMENT },
  );
  await cluster.client.create('/v', alice, { length: 4 * SEGMENT });
  return cluster;
}

/** What another client reads there. */
async function seenByOthers(cluster: TestCluster, offset = 0, path = '/v'): Promise<number | undefined> {
  const other = cluster.connect();
  const target = block(0xee);
  await other.read(await other.open(path, alice), offset, target);
  await other.uninit();
  expect(target.every(byte => byte === target[0])).toBe(true);
  return target[0];
}

test('what one descriptor writes is not given back by the discard of another', async () => {
  await using cluster = await start(300);
  const { client, emulator } = cluster;
  const [a, b] = [await client.open('/v', alice), await client.open('/v', alice)];
  await client.write(a, 0, block(1));
  await client.write(a, SEGMENT, block(1));
  await client.discard(a, 0, 2 * SEGMENT);
  await client.write(b, 0, block(2));
  await expect.poll(() => count(emulator, 'DeAllocateSegment')).toBe(1);
  await sleep(400);
  expect(count(emulator, 'DeAllocateSegment')).toBe(1);
  expect(await seenByOthers(cluster)).toBe(2);
  expect(await seenByOthers(cluster, SEGMENT)).toBe(0);
});

test('what one descriptor writes into a segment that another has given back is seen by everybody', async () => {
  await using cluster = await start(20);
  const { client } = cluster;
  const [a, b] = [await client.open('/v', alice), await client.open('/v', alice)];
  await client.write(b, 0, block(1));
  await client.discard(a, 0, SEGMENT);
  await expect.poll(async () => (await client.allocatedSize('/v')).total).toBe(0n);
  const target = block(9);
  await client.read(b, 0, target);
  expect(target).toEqual(block(0));
  await client.write(b, 0, block(2));
  expect(await seenByOthers(cluster)).toBe(2);
  await client.read(a, 0, target);
  expect(target).toEqual(block(2));
});

test('a segment is not given back before the writes that began before its discard are over', async () => {
  await using cluster = await start(20);
  const { client, emulator } = cluster;
  const [a, b] = [await client.open('/v', alice), await client.open('/v', alice)];
  await client.write(b, 0, block(1));
  emulator.faults.add({ match: { method: 'WriteChunk', times: 1 }, do: 'delay 400ms' });
  const writing = client.write(b, 0, block(2));
  await expect.poll(() => emulator.faults.list()[0]?.fired).toBe(1);
  await client.discard(a, 0, SEGMENT);
  await sleep(150);
  expect(count(emulator, 'DeAllocateSegment')).toBe(0);
  await writing;
  await expect.poll(async () => (await client.allocatedSize('/v')).total).toBe(0n);
  expect(await seenByOthers(cluster)).toBe(0);
});

test('an exclusive descriptor that is opened later sees what others allocated before', async () => {
  await using cluster = await start(20);
  const { client } = cluster;
  const first = await client.open('/v', alice, { exclusive: true });
  const target = block(9);
  await client.read(first, 0, target);
  expect(target).toEqual(block(0));
  const other = cluster.connect();
  await other.write(await other.open('/v', alice), 0, block(7));
  await client.read(await client.open('/v', alice, { exclusive: true }), 0, target);
  expect(target).toEqual(block(7));
});

test('closing one descriptor leaves the I/O, the discards and the mount record of another', async () => {
  await using cluster = await start(200);
  const { client, emulator } = cluster;
  const [a, b] = [await client.open('/v', alice), await client.open('/v', alice)];
  await client.write(a, SEGMENT, block(1));
  await client.discard(a, SEGMENT, SEGMENT);
  emulator.faults.add({ match: { method: 'WriteChunk', times: 1 }, do: 'delay 300ms' });
  const writing = client.write(b, 0, block(5));
  await client.close(a);
  await expect.poll(() => client.mountPoints('/v')).toHaveLength(1);
  await expect(cluster.connect().unlink('/v', alice)).rejects.toMatchObject({ status: 126 });
  expect(await writing).toBe(4096);
  await expect.poll(async () => (await client.allocatedSize('/v')).total).toBe(BigInt(SEGMENT));
  await client.close(b);
  await expect.poll(() => client.mountPoints('/v')).toHaveLength(0);
});

test('the last close waits for what is being given back, so that the next open cannot lose a write to it', async () => {
  await using cluster = await start(20);
  const { client, emulator } = cluster;
  const fd = await client.open('/v', alice);
  await client.write(fd, 0, block(1));
  emulator.faults.add({ match: { method: 'DeAllocateSegment', times: 1 }, do: 'delay 600ms' });
  await client.discard(fd, 0, SEGMENT);
  await expect.poll(() => emulator.faults.list()[0]?.fired).toBe(1);
  await client.close(fd);
  const again = await client.open('/v', alice);
  await client.write(again, 0, block(2));
  await sleep(700);
  expect(await seenByOthers(cluster)).toBe(2);
});

test('what is extended through one descriptor can be discarded through the other', async () => {
  await using cluster = await start(20);
  const { client } = cluster;
  const [a, b] = [await client.open('/v', alice), await client.open('/v', alice)];
  await client.extend('/v', alice, 5 * SEGMENT);
  await client.write(a, 4 * SEGMENT, block(1));
  await client.discard(b, 4 * SEGMENT, SEGMENT);
  await expect.poll(async () => (await client.allocatedSize('/v')).total).toBe(0n);
  expect(client.statFd(a).length).toBe(BigInt(4 * SEGMENT));
  expect(client.statFd(await client.open('/v', alice)).length).toBe(BigInt(5 * SEGMENT));
});

test('a volume that its own client renames stays open, under its new path', async () => {
  await using cluster = await start(20);
  const { client, emulator } = cluster;
  // Nothing protects it without a mount record.
  const mend = emulator.faults.add({ match: { method: 'RefreshSession' }, do: 'status KInternalError' });
  const fd = await client.open('/v', alice);
  await client.rename('/v', '/w', alice);
  await client.create('/v', alice, { length: 4 * SEGMENT });
  mend();
  await client.write(fd, 0, block(4));
  expect(await seenByOthers(cluster, 0, '/w')).toBe(4);
  expect(await seenByOthers(cluster, 0, '/v')).toBe(0);
  const again = await client.open('/w', alice);
  await client.write(again, 0, block(5));
  await client.close(fd);
  await client.close(again);
});

test('a volume is not fenced by its own epochs: the latest of two at once counts, for all who opened it', async () => {
  await using cluster = await start(20);
  const { client, emulator } = cluster;
  await client.increaseEpoch('/v', alice);
  const [a, b] = [await client.open('/v', alice), await client.open('/v', alice)];
  await client.write(a, 0, block(1));
  // The first one ends last, after the other has reached all chunkservers.
  emulator.faults.add({ match: { method: 'UpdateEpoch', times: 3 }, do: 'delay 200ms' });
  const first = client.increaseEpoch('/v', alice);
  await expect.poll(() => emulator.faults.list()[0]?.fired).toBe(3);
  expect(await client.increaseEpoch('/v', alice)).toBe(3n);
  expect(await first).toBe(2n);
  await client.write(a, 0, block(2));
  await client.write(b, SEGMENT, block(2));
});

test('the epoch of a volume is not that of another that has taken its path', async () => {
  await using cluster = await start(20);
  const { client, emulator } = cluster;
  const mend = emulator.faults.add({ match: { method: 'RefreshSession' }, do: 'status KInternalError' });
  await client.increaseEpoch('/v', alice);
  const fd = await client.open('/v', alice);
  await client.write(fd, 0, block(1));
  const other = cluster.connect();
  await other.rename('/v', '/w', alice);
  await other.create('/v', alice, { length: SEGMENT });
  for (let epoch = 1n; epoch <= 2n; epoch++) expect(await client.increaseEpoch('/v', alice)).toBe(epoch);
  await client.write(fd, 0, block(2));
  mend();
});

test('its own writes go on while an epoch is on its way to the chunkservers, and those of others do not', async () => {
  await using cluster = await start(20);
  const { client, emulator } = cluster;
  await client.increaseEpoch('/v', alice);
  const fd = await client.open('/v', alice);
  const other = cluster.connect();
  const fenced = await other.open('/v', alice);
  await client.write(fd, 0, block(1));
  await other.write(fenced, 0, block(1));
  const slow = Number(emulator.chunkserverAddresses[1]?.split(':')[1]);
  emulator.faults.add({ match: { method: 'UpdateEpoch', port: slow }, do: 'delay 300ms' });
  const raising = client.increaseEpoch('/v', alice);
  const writing = Array.from({ length: 40 }, (_, i) => client.write(fd, 16 * MiB * (i % 16), block(2)));
  expect(await Promise.all(writing)).toEqual(Array(40).fill(4096));
  await raising;
  await expect(other.write(fenced, 0, block(3))).rejects.toMatchObject({ libcurveCode: -31 });
  await client.write(fd, 0, block(4));
});

test('an epoch that does not reach a chunkserver in time says which, and leaves its own writes alone', async () => {
  await using cluster = await start(20);
  const { client, emulator } = cluster;
  await client.increaseEpoch('/v', alice);
  const fd = await client.open('/v', alice);
  await client.write(fd, 0, block(1));
  const silent = emulator.chunkserverAddresses[2] ?? '';
  const mend = emulator.faults.add({
    match: { method: 'UpdateEpoch', port: Number(silent.split(':')[1]) },
    do: 'hang',
  });
  await expect(client.increaseEpoch('/v', alice, { deadline: 700 })).rejects.toMatchObject({
    kind: 'timeout',
    message: expect.stringContaining(`not reached ${silent}`),
  });
  mend();
  // As far as that server has not got it either, the next call sees to it.
  expect(await client.increaseEpoch('/v', alice)).toBe(3n);
  for (let chunk = 0; chunk < 4; chunk++) await client.write(fd, chunk * 16 * MiB, block(2));
  const opened = await client.open('/v', alice);
  await client.write(opened, 2 * SEGMENT, block(2));
});
