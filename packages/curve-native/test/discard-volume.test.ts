import { expect, test } from 'vitest';
import { createClient } from '../src/index.js';
import { alice, count, GiB, startCluster } from './support/cluster.js';
import { FakeServer } from './support/fake-server.js';
import { mdsAnswer, plain } from './support/fake-volume.js';
import { message } from './support/protobuf.js';

// Discards of very much at once.

const TiB = 2 ** 40;
const ok = message([1, 0]);

/** Answers DeAllocateSegment when told to. Its volume has 1 TiB, in segments of 4 MiB, of which so many are allocated. */
async function start(allocated: number) {
  const held: (() => void)[] = [];
  const server: FakeServer = await FakeServer.start({
    hold(send, { method }) {
      if (method === 'DeAllocateSegment') held.push(send);
      else send();
    },
    answer(call) {
      if (call.method === 'DeAllocateSegment') return { message: ok };
      if (call.method === 'GetAllocatedSize') {
        return { message: Buffer.concat([ok, message([2, allocated * plain.segmentSize])]) };
      }
      return mdsAnswer({ geometry: plain, copysets: 1, chunkservers: [server.port(0)] }, call);
    },
  });
  const client = createClient({
    'mds.listen.addr': server.address(0),
    'discard.taskDelayMs': 20,
    'mds.rpcTimeoutMS': 5000,
  });
  return {
    server,
    client,
    held,
    fd: await client.open('/v', alice),
    async [Symbol.asyncDispose]() {
      await client.uninit({ deadline: 100 }).catch(() => {});
      await server[Symbol.asyncDispose]();
    },
  };
}

test('segments are given back a few at a time, and no more are asked about than there can be', async () => {
  await using volume = await start(40);
  const { client, server, held, fd } = volume;
  const before = process.memoryUsage().rss;
  await client.discard(fd, 0, TiB);
  const sent = () => server.methods().filter(method => method === 'DeAllocateSegment').length;
  await expect.poll(() => held.length).toBe(4);
  // The client's thread is free for others.
  await client.open('/v', alice);
  expect(sent()).toBe(4);
  for (let given = 0; given < 40; given++) {
    await expect.poll(() => held.length).toBeGreaterThan(0);
    held.shift()?.();
    expect(held.length).toBeLessThanOrEqual(4);
  }
  while (held.length > 0) held.shift()?.();
  await client.open('/v', alice);
  // Those under way when the last of the 40 was told of are all that is too much.
  expect(sent()).toBeLessThanOrEqual(44);
  expect(process.memoryUsage().rss - before).toBeLessThan(64 * 2 ** 20);
});

test('nothing is given back of a volume of which nothing is allocated, however large', async () => {
  await using cluster = await startCluster({ 'discard.taskDelayMs': 20 });
  const { client, emulator } = cluster;
  await client.create('/v', alice, { length: 20 * TiB });
  const fd = await client.open('/v', alice);
  await client.discard(fd, 0, 20 * TiB);
  await expect.poll(() => count(emulator, 'GetAllocatedSize')).toBe(1);
  // What is written afterwards stays, and so does what is discarded apart from it.
  await client.write(fd, GiB, Buffer.alloc(4096, 1));
  await client.discard(fd, 2 * GiB, GiB);
  await expect.poll(() => count(emulator, 'DeAllocateSegment')).toBe(1);
  const target = Buffer.alloc(4096);
  await client.read(fd, GiB, target);
  expect(target).toEqual(Buffer.alloc(4096, 1));
});

test.each([
  ['plain', {}],
  ['striped', { stripeUnit: 65536, stripeCount: 8 }],
])(
  'all segments with data go from a %s volume, and those that were touched since do not',
  async (_, stripe) => {
    await using cluster = await startCluster({ 'discard.taskDelayMs': 150 });
    const { client } = cluster;
    await client.create('/v', alice, { length: 64 * GiB, ...stripe });
    const fd = await client.open('/v', alice);
    const block = Buffer.alloc(4096, 5);
    const places = [0, 3, 17, 18, 40, 62].map(segment => segment * GiB + 8192);
    for (const place of places) await client.write(fd, place, block);
    await client.discard(fd, 4096, 63 * GiB);
    await client.read(fd, 40 * GiB, Buffer.alloc(4096));
    // The first began within its segment, and one has been read.
    await expect.poll(async () => (await client.allocatedSize('/v')).total).toBe(BigInt(2 * GiB));
    const target = Buffer.alloc(4096);
    for (const place of places) {
      await client.read(fd, place, target);
      const kept = [0, 40].includes(Math.floor(place / GiB));
      expect(target).toEqual(Buffer.alloc(4096, kept ? 5 : 0));
    }
  },
);

test('an exclusive opener does not give back what it knows to be gone', async () => {
  await using cluster = await startCluster({ 'discard.taskDelayMs': 20 });
  const { client, emulator } = cluster;
  await client.create('/v', alice, { length: 10 * GiB });
  const fd = await client.open('/v', alice, { exclusive: true });
  const sent = () => count(emulator, 'DeAllocateSegment');
  await client.read(fd, 0, Buffer.alloc(4096));
  await client.discard(fd, 0, 10 * GiB);
  await expect.poll(sent).toBe(9);
  await client.discard(fd, 0, 10 * GiB);
  await client.write(fd, 9 * GiB, Buffer.alloc(4096, 1));
  await client.discard(fd, 9 * GiB, GiB);
  await expect.poll(async () => (await client.allocatedSize('/v')).total).toBe(0n);
  expect(sent()).toBe(10);
});
