import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { alice, count, startCluster } from './support/cluster.js';

// DeAllocateSegment, of which it may not be known whether, and when, it is done.

const SEGMENT = 64 * 2 ** 20;
const block = (byte: number) => Buffer.alloc(4096, byte);

/** A volume whose first segment is being given back by a call that something happens to. */
async function givingBack(action: string | string[], settings: Record<string, string | number> = {}) {
  const cluster = await startCluster(
    { 'discard.taskDelayMs': 20, 'mds.rpcTimeoutMS': 100, ...settings },
    { segmentSize: SEGMENT, minVolumeSize: SEGMENT },
  );
  const { client, emulator } = cluster;
  await client.create('/v', alice, { length: SEGMENT });
  const fd = await client.open('/v', alice);
  await client.write(fd, 0, block(1));
  emulator.faults.add({ match: { method: 'DeAllocateSegment' }, do: action });
  await client.discard(fd, 0, SEGMENT);
  await expect.poll(() => emulator.faults.list()[0]?.fired).toBe(1);
  return { cluster, client, emulator, fd };
}

test.each([
  ['it is done late', 'delay 1500ms'],
  ['it is done after the client has stopped waiting for it', ['delay 2500ms']],
  ['its answer is lost', 'drop'],
  ['its connection is lost', 'reset'],
  ['it fails', 'error 2001'],
  ['it is refused', 'status kFileUnderSnapShot'],
])('what is written while a segment is given back stays, though %s', async (_, action) => {
  const { cluster, client, emulator, fd } = await givingBack(action as string);
  await using _cluster = cluster;
  await client.write(fd, 4096, block(2));
  await sleep(200);
  expect(count(emulator, 'DeAllocateSegment')).toBe(1);
  // Whatever was to be done late is done by then.
  if (String(action).startsWith('delay')) await sleep(2500);
  const other = cluster.connect();
  const target = block(9);
  await other.read(await other.open('/v', alice), 4096, target);
  expect(target).toEqual(block(2));
  await client.read(fd, 4096, target);
  expect(target).toEqual(block(2));
});

test('while nobody knows what becomes of the segment, it is read, and written only when that is certain', async () => {
  const { cluster, client, emulator, fd } = await givingBack('hang', { 'mds.maxRetryMS': 300 });
  await using _cluster = cluster;
  const target = block(9);
  await client.read(fd, 0, target);
  expect(target).toEqual(block(1));
  await expect(client.write(fd, 0, block(2), { deadline: 2000 })).rejects.toMatchObject({ kind: 'timeout' });
  // The MDS takes no request that is older than half a minute.
  await client.write(fd, 0, block(3));
  await client.read(fd, 0, target);
  expect(target).toEqual(block(3));
  expect(count(emulator, 'DeAllocateSegment')).toBe(1);
});
