import { expect, test } from 'vitest';
import { alice, count, openVolume, startCluster } from './support/cluster.js';

const block = () => Buffer.alloc(4096, 1);

test('a call that is refused at once was tried once', async () => {
  await using cluster = await startCluster();
  const { client, emulator } = cluster;
  await expect(client.stat('/none', alice)).rejects.toMatchObject({ kind: 'mds', attempts: 1 });
  await expect(client.open('/none', alice)).rejects.toMatchObject({ kind: 'mds', attempts: 1 });
  const fd = await openVolume(cluster);
  await client.write(fd, 0, block());
  emulator.faults.add({ match: { method: 'WriteChunk' }, do: 'chunk not exist' });
  await expect(client.write(fd, 0, block())).rejects.toMatchObject({ kind: 'chunk', attempts: 1 });
});

test('a call that never left was not tried', async () => {
  await using cluster = await startCluster();
  const { client } = cluster;
  await expect(client.read(7, 0, block())).rejects.toMatchObject({ libcurveCode: -23, attempts: 0 });
  const fd = await openVolume(cluster);
  await expect(client.write(fd, 1, block())).rejects.toMatchObject({ libcurveCode: -22, attempts: 0 });
  await client.uninit();
  await expect(client.clusterId()).rejects.toMatchObject({ attempts: 0 });
});

test('an MDS call that is given up says how often it was sent', async () => {
  await using cluster = await startCluster();
  const { client, emulator } = cluster;
  emulator.faults.add({ match: { role: 'mds', method: 'ListPoolset' }, do: 'error 1002' });
  const error = await client.listPoolset().catch(error => error);
  expect(error.attempts).toBeGreaterThan(1);
  expect(error.attempts).toBe(count(emulator, 'ListPoolset'));
});

test('a status that is repeated within the budget counts too', async () => {
  await using cluster = await startCluster({ 'mds.maxRetryMS': 200 });
  const { client, emulator } = cluster;
  emulator.faults.add({ match: { method: 'DeleteFile' }, do: 'status kNotSupported' });
  const error = await client.unlink('/v', alice).catch(error => error);
  expect(error).toMatchObject({ kind: 'mds', status: 110 });
  expect(error.attempts).toBe(count(emulator, 'DeleteFile'));
});

test('a chunk request that is given up says how often it was sent', async () => {
  await using cluster = await startCluster({ 'chunkserver.opMaxRetry': 4 });
  const { client, emulator } = cluster;
  const fd = await openVolume(cluster);
  await client.write(fd, 0, block());
  emulator.faults.add({ match: { method: 'ReadChunk', times: 4 }, do: 'status CHUNK_OP_STATUS_DISK_FAIL' });
  await expect(client.read(fd, 0, block())).rejects.toMatchObject({ kind: 'chunk', status: 2, attempts: 4 });
  expect(await client.read(fd, 0, block())).toBe(4096);
});

test('a deadline tells how far the call got', async () => {
  await using cluster = await startCluster();
  const { client, emulator } = cluster;
  const fd = await openVolume(cluster);
  await client.write(fd, 0, block());
  emulator.faults.add({ match: { method: 'WriteChunk' }, do: 'hang' });
  emulator.faults.add({ match: { method: 'GetFileInfo' }, do: 'hang' });
  emulator.faults.add({ match: { method: 'GetOrAllocateSegment' }, do: 'hang' });
  const late = { kind: 'timeout', attempts: 1 };
  await expect(client.write(fd, 0, block(), { deadline: 200 })).rejects.toMatchObject(late);
  await expect(client.stat('/v', alice, { deadline: 200 })).rejects.toMatchObject(late);
  await expect(client.write(fd, 2 ** 30, block(), { deadline: 200 })).rejects.toMatchObject(late);
  emulator.faults.add({ match: { method: 'CloseFile', times: 1 }, do: 'hang' });
  await expect(client.close(fd, { deadline: 200 })).rejects.toMatchObject(late);
});

test('an aborted call tells it as well', async () => {
  await using cluster = await startCluster({ 'chunkserver.opRetryIntervalUS': 5000 });
  const { client, emulator } = cluster;
  const fd = await openVolume(cluster);
  await client.write(fd, 0, block());
  emulator.faults.add({ match: { method: 'ReadChunk' }, do: 'status CHUNK_OP_STATUS_DISK_FAIL' });
  const controller = new AbortController();
  const read = client.read(fd, 0, block(), { signal: controller.signal }).catch(error => error);
  await expect.poll(() => count(emulator, 'ReadChunk')).toBeGreaterThan(3);
  controller.abort();
  const { kind, attempts } = await read;
  expect(kind).toBe('canceled');
  expect(attempts).toBeGreaterThan(2);
  // The last one may be on its way.
  expect(attempts).toBeLessThanOrEqual(count(emulator, 'ReadChunk') + 1);
  expect(() => client.readSync(fd, 2, block())).toThrowError(expect.objectContaining({ attempts: 0 }));
});
