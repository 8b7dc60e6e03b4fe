import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { alice, count, GiB, openVolume, startCluster } from './support/cluster.js';

const MiB = 2 ** 20;

test('what is written is read back, across chunks and from another client', async () => {
  await using cluster = await startCluster();
  const fd = await openVolume(cluster);
  const data = randomBytes(MiB);
  const offset = 16 * MiB - 512 * 1024;
  expect(await cluster.client.write(fd, offset, data)).toBe(MiB);
  expect(count(cluster.emulator, 'WriteChunk')).toBe(16);

  const other = cluster.connect();
  const target = Buffer.alloc(MiB);
  expect(await other.read(await other.open('/v', alice), BigInt(offset), target)).toBe(MiB);
  expect(target.equals(data)).toBe(true);
  expect(await other.allocatedSize('/v')).toMatchObject({ total: BigInt(GiB) });
});

test('never-written ranges read as zeros, and a read sees what another client allocates later', async () => {
  await using cluster = await startCluster();
  const fd = await openVolume(cluster);
  const target = Buffer.alloc(8192, 1);
  await cluster.client.read(fd, GiB, target);
  expect(target.every(byte => byte === 0)).toBe(true);
  expect(count(cluster.emulator, 'ReadChunk')).toBe(0);

  const writer = cluster.connect();
  await writer.write(await writer.open('/v', alice), GiB, Buffer.alloc(4096, 7));
  await cluster.client.read(fd, GiB, target);
  expect(target.subarray(0, 4096).every(byte => byte === 7)).toBe(true);
});

test('stripes: blocks go round the chunks', async () => {
  await using cluster = await startCluster();
  const { client } = cluster;
  await client.create('/s', alice, { length: 10 * GiB, stripeUnit: 65536, stripeCount: 2 });
  const fd = await client.open('/s', alice);
  const data = randomBytes(MiB);
  await client.write(fd, 32 * MiB - 36864, data);
  const target = Buffer.alloc(MiB);
  await client.read(fd, 32 * MiB - 36864, target);
  expect(target.equals(data)).toBe(true);
});

test('the synchronous forms do the same, while the emulator runs in a worker thread of its own', async () => {
  const { Worker } = await import('node:worker_threads');
  const server = new Worker(
    `import('@curve-wcs/curve-emulator').then(async m => {
       const emulator = await m.startCurveEmulator({ durability: 'fast' });
       const { parentPort } = await import('node:worker_threads');
       parentPort.postMessage(emulator.mdsAddresses[0]);
     })`,
    { eval: true },
  );
  const address = await new Promise<string>(resolve => server.once('message', resolve));
  const { createClient } = await import('../src/index.js');
  const client = createClient({ 'mds.listen.addr': address });
  client.mkdirSync('/d', alice);
  client.createSync('/d/v', alice, { length: 10 * GiB });
  const fd = client.openSync('/d/v', alice);
  expect(client.writeSync(fd, 4096, Buffer.alloc(4096, 5))).toBe(4096);
  const target = Buffer.alloc(4096);
  expect(client.readSync(fd, 4096, target)).toBe(4096);
  expect(target[4095]).toBe(5);
  expect(client.listSync('/d', alice).map(entry => entry.fileName)).toEqual(['v']);
  expect(client.statFd(fd)).toMatchObject({ fileName: 'v', length: BigInt(10 * GiB) });
  expect(() => client.statSync('/none', alice)).toThrowError(
    expect.objectContaining({ kind: 'mds', status: 102, libcurveCode: -6 }),
  );
  client.closeSync(fd);
  client.uninitSync();
  await server.terminate();
});

test('codes of calls that the client decides itself', async () => {
  await using cluster = await startCluster();
  const { client } = cluster;
  const fd = await openVolume(cluster);
  const block = Buffer.alloc(4096);
  const code = (promise: Promise<unknown>) =>
    promise.then(
      value => value,
      error => error.libcurveCode,
    );
  expect(await code(client.read(99, 0, Buffer.alloc(0)))).toBe(0);
  expect(await code(client.read(99, 0, block))).toBe(-23);
  expect(await code(client.discard(99, 0, 4096))).toBe(-23);
  expect(await code(client.read(fd, 512, block))).toBe(-22);
  expect(await code(client.write(fd, 0, Buffer.alloc(513)))).toBe(-22);
  expect(await code(client.write(fd, 10 * GiB, block))).toBe(-2);
  expect(await code(client.read(fd, -4096, block))).toBe(-2);
  expect(await code(client.read(fd, 10 * GiB - 4096, Buffer.alloc(8192)))).toBe(-2);
  expect(await code(client.open('/v', { owner: '' }))).toBe(-1);
  expect(await code(client.open('/none', alice))).toBe(-2);
  expect(await code(client.close(fd))).toBe(undefined);
  expect(await code(client.close(fd))).toBe(-2);
  expect(await code(client.write(fd, 0, block))).toBe(-23);
});

test('the lease protects an open volume from the start, and close gives it up', async () => {
  await using cluster = await startCluster();
  expect(await cluster.client.mountPoints('/v')).toEqual([]);
  const fd = await openVolume(cluster);
  await expect.poll(() => cluster.client.mountPoints('/v')).toHaveLength(1);
  const other = cluster.connect();
  await expect(other.unlink('/v', alice)).rejects.toMatchObject({ status: 126, libcurveCode: -15 });
  await cluster.client.close(fd);
  await other.unlink('/v', alice);
});

test('uninit closes what is open', async () => {
  await using cluster = await startCluster();
  await openVolume(cluster);
  await cluster.client.uninit();
  await cluster.connect().unlink('/v', alice);
  await expect(cluster.client.clusterId()).rejects.toMatchObject({ kind: 'canceled', libcurveCode: -2 });
});

test('an epoch fences older clients', async () => {
  await using cluster = await startCluster();
  const { client } = cluster;
  const block = Buffer.alloc(4096, 1);
  await openVolume(cluster);
  expect(await client.increaseEpoch('/v', alice)).toBe(1n);
  const other = cluster.connect();
  const old = await other.open('/v', alice);
  await other.write(old, 0, block);
  expect(await client.increaseEpoch('/v', alice)).toBe(2n);
  await expect(other.write(old, 0, block)).rejects.toMatchObject({
    kind: 'chunk',
    status: 12,
    libcurveCode: -31,
  });
  await expect(other.increaseEpoch('/v', { owner: 'bob' })).rejects.toMatchObject({ libcurveCode: -4 });
  await expect(other.write(old, 0, block)).rejects.toMatchObject({ libcurveCode: -31 });
  await client.write(0, 0, block);
});

/** Segments of 64 MiB, which are given back so many milliseconds after their discard. */
const startWithSmallSegments = (delay: number) =>
  startCluster({ 'discard.taskDelayMs': delay }, { segmentSize: 64 * MiB, minVolumeSize: 64 * MiB });

test('a segment discarded whole is given back after the delay, unless it is touched', async () => {
  await using cluster = await startWithSmallSegments(300);
  const { client, emulator } = cluster;
  await client.create('/v', alice, { length: 128 * MiB });
  const fd = await client.open('/v', alice);
  const block = Buffer.alloc(4096, 9);
  await client.write(fd, 0, block);
  await client.write(fd, 64 * MiB, block);
  await client.discard(fd, 0, 128 * MiB);
  await client.read(fd, 64 * MiB, block);
  await expect.poll(() => count(emulator, 'DeAllocateSegment')).toBe(1);
  await new Promise(resolve => setTimeout(resolve, 200));
  expect(count(emulator, 'DeAllocateSegment')).toBe(1);
  await client.read(fd, 0, block);
  expect(block.every(byte => byte === 0)).toBe(true);
  await client.read(fd, 64 * MiB, block);
  expect(block.every(byte => byte === 9)).toBe(true);
});

test('what is written while a segment is being given back is not lost with it', async () => {
  await using cluster = await startWithSmallSegments(20);
  const { client, emulator } = cluster;
  await client.create('/v', alice, { length: 64 * MiB });
  const fd = await client.open('/v', alice);
  await client.write(fd, 0, Buffer.alloc(4096, 1));
  emulator.faults.add({ match: { method: 'DeAllocateSegment' }, do: 'delay 300ms' });
  await client.discard(fd, 0, 64 * MiB);
  await expect.poll(() => emulator.faults.list()[0]?.fired).toBe(1);
  await client.write(fd, 0, Buffer.alloc(4096, 2));
  await expect.poll(() => count(emulator, 'DeAllocateSegment')).toBe(1);
  const block = Buffer.alloc(4096);
  await client.read(fd, 0, block);
  expect(block.every(byte => byte === 2)).toBe(true);
});

test('a refused return of a segment leaves it as it is', async () => {
  await using cluster = await startWithSmallSegments(20);
  const { client, emulator } = cluster;
  await client.create('/v', alice, { length: 64 * MiB });
  const fd = await client.open('/v', alice);
  await client.write(fd, 0, Buffer.alloc(4096, 1));
  emulator.faults.add({
    match: { method: 'DeAllocateSegment' },
    do: ['delay 1500ms', 'status kFileUnderSnapShot'],
  });
  await client.discard(fd, 0, 64 * MiB);
  await expect.poll(() => emulator.faults.list()[0]?.fired).toBe(1);
  const block = Buffer.alloc(4096);
  await expect(client.read(fd, 0, block, { deadline: 20 })).rejects.toMatchObject({ kind: 'timeout' });
  await client.read(fd, 0, block);
  expect(block.every(byte => byte === 1)).toBe(true);
});

test('what an open volume was extended by can be discarded', async () => {
  await using cluster = await startWithSmallSegments(20);
  const { client } = cluster;
  await client.create('/v', alice, { length: 64 * MiB });
  const fd = await client.open('/v', alice);
  await client.extend('/v', alice, 128 * MiB);
  await client.write(fd, 64 * MiB, Buffer.alloc(4096, 1));
  await client.discard(fd, 64 * MiB, 64 * MiB);
  await expect.poll(async () => (await client.allocatedSize('/v')).total).toBe(0n);
});

test('two clusters in one process', async () => {
  await using first = await startCluster();
  await using second = await startCluster();
  const [a, b] = [await openVolume(first), await openVolume(second)];
  expect([a, b]).toEqual([0, 0]);
  expect(await first.client.clusterId()).not.toBe(await second.client.clusterId());
  await first.client.write(a, 0, Buffer.alloc(4096, 1));
  await second.client.write(b, 0, Buffer.alloc(4096, 2));
  const target = Buffer.alloc(4096);
  await first.client.read(a, 0, target);
  expect(target[0]).toBe(1);
});

test('arguments of the wrong kind are refused before anything is done', async () => {
  await using cluster = await startCluster();
  const { client } = cluster;
  await expect(client.read(0, 0, 'x' as never)).rejects.toThrow(TypeError);
  await expect(client.read(0, 0.5, Buffer.alloc(1))).rejects.toThrow('offset must be an integer');
  await expect(client.stat(7 as never, alice)).rejects.toThrow('path must be a string');
  await expect(client.read(0, 2n ** 64n, Buffer.alloc(1))).rejects.toThrow(
    'offset must be an integer of 64 bits',
  );
  await expect(client.stat('/v', alice, { deadline: 0 })).rejects.toThrow(RangeError);
  await expect(client.stat('/v', alice, { deadline: 5n as never })).rejects.toThrow(RangeError);
  expect(cluster.emulator.requests).toEqual([]);
});
