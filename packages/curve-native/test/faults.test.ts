import { randomBytes } from 'node:crypto';
import { getEventListeners } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { alice, count, openVolume, startCluster } from './support/cluster.js';

const block = () => randomBytes(4096);
const KiB = 1024;

test.each([
  'redirect',
  'redirect 127.0.0.1:1:0',
  'overload',
  'status CHUNK_OP_STATUS_DISK_FAIL',
  'status CHUNK_OP_STATUS_COPYSET_NOTEXIST',
  'backward',
  'reset',
  'truncate',
  'error 2001',
  ['slow'],
  'duplicate',
])('a write goes on after: %s', async action => {
  await using cluster = await startCluster();
  const { client, emulator } = cluster;
  const fd = await openVolume(cluster);
  const data = block();
  await client.write(fd, 0, block());
  emulator.faults.add({ match: { method: 'WriteChunk', times: 2 }, do: action });
  expect(await client.write(fd, 0, data)).toBe(4096);
  const target = Buffer.alloc(4096);
  await client.read(fd, 0, target);
  expect(target.equals(data)).toBe(true);
});

test.each(['reset', 'truncate', 'wrong-correlation-id', 'hang'])('a read goes on after: %s', async action => {
  await using cluster = await startCluster({ 'chunkserver.rpcTimeoutMS': 100 });
  const { client, emulator } = cluster;
  const fd = await openVolume(cluster);
  const data = randomBytes(256 * KiB);
  await client.write(fd, 0, data);
  emulator.faults.add({ match: { method: 'ReadChunk', times: 3 }, do: action });
  const target = Buffer.alloc(data.length);
  expect(await client.read(fd, 0, target)).toBe(data.length);
  expect(target.equals(data)).toBe(true);
  expect(client.statistics().retries).toBeGreaterThan(0);
});

test.each([
  ['WriteChunk', 'chunk not exist', -6],
  ['WriteChunk', 'status CHUNK_OP_STATUS_INVALID_REQUEST', -19],
  ['WriteChunk', 'status CHUNK_OP_STATUS_CHUNK_EXIST', -1],
  ['WriteChunk', 'epoch too old', -31],
  ['ReadChunk', 'epoch too old', -31],
  ['ReadChunk', 'backward', -2],
  ['ReadChunk', 'short-attachment', -2],
])('%s answered %s fails at once', async (method, action, libcurveCode) => {
  await using cluster = await startCluster();
  const { client, emulator } = cluster;
  const fd = await openVolume(cluster);
  await client.write(fd, 0, block());
  emulator.faults.add({ match: { method }, do: action });
  const before = count(emulator, method);
  const call = method === 'WriteChunk' ? client.write(fd, 0, block()) : client.read(fd, 0, block());
  await expect(call).rejects.toMatchObject({ libcurveCode });
  expect(count(emulator, method) - before).toBe(1);
});

test('a loop of redirects is left when the servers agree again', async () => {
  await using cluster = await startCluster();
  const { client, emulator } = cluster;
  const fd = await openVolume(cluster);
  await client.write(fd, 0, block());
  emulator.faults.add({ match: { method: 'WriteChunk', times: 20 }, do: 'redirect' });
  const data = block();
  expect(await client.write(fd, 0, data)).toBe(4096);
  const target = Buffer.alloc(4096);
  await client.read(fd, 0, target);
  expect(target.equals(data)).toBe(true);
  expect(client.statistics().redirects).toBeGreaterThanOrEqual(20);
});

test('replies in another order than the requests reach their own buffers', async () => {
  await using cluster = await startCluster();
  const { client, emulator } = cluster;
  const fd = await openVolume(cluster);
  const data = randomBytes(32 * 4096);
  await client.write(fd, 0, data);
  emulator.faults.add({ match: { method: 'ReadChunk', nth: [1, 3, 5, 7, 9] }, do: 'delay 100ms' });
  const targets = Array.from({ length: 32 }, () => Buffer.alloc(4096));
  const settled: number[] = [];
  await Promise.all(
    targets.map(async (target, index) => {
      await client.read(fd, index * 4096, target);
      settled.push(index);
    }),
  );
  expect(Buffer.concat(targets).equals(data)).toBe(true);
  expect(settled).not.toEqual([...settled].sort((a, b) => a - b));
});

test('a redirect without text asks the other members, then follows the leader', async () => {
  await using cluster = await startCluster();
  const { client, emulator } = cluster;
  const fd = await openVolume(cluster);
  await client.write(fd, 0, block());
  const before = count(emulator, 'GetLeader');
  for (let copysetId = 1; copysetId <= 12; copysetId++) emulator.moveLeader({ copysetId });
  await client.write(fd, 0, block());
  expect(client.statistics().redirects).toBe(1);
  expect(count(emulator, 'GetLeader') - before).toBeGreaterThanOrEqual(1);
});

test('a stopped chunkserver costs a while, not an error', async () => {
  await using cluster = await startCluster();
  const { client, emulator } = cluster;
  const fd = await openVolume(cluster);
  const data = randomBytes(64 * KiB);
  const chunk = 16 * KiB * KiB;
  for (let i = 0; i < 12; i++) await client.write(fd, i * chunk, data);
  await emulator.stopChunkserver(1, { electionDelay: 300 });
  await Promise.all(Array.from({ length: 12 }, (_, i) => client.write(fd, i * chunk, data)));
  await emulator.startChunkserver(1);
  const target = Buffer.alloc(data.length);
  for (let i = 0; i < 12; i++) {
    await client.read(fd, i * chunk, target);
    expect(target.equals(data)).toBe(true);
  }
});

test('the MDS fails over, and calls that change nothing twice are repeated', async () => {
  await using cluster = await startCluster({}, { mds: 2 });
  const { client, emulator } = cluster;
  const fd = await openVolume(cluster);
  await emulator.stopMds(0);
  expect(await client.stat('/v', alice)).toMatchObject({ fileName: 'v' });
  await client.write(fd, 0, block());
  expect(client.statistics().mdsRetries).toBeGreaterThan(0);
});

test('a call that the MDS cannot answer is given up in the end', async () => {
  await using cluster = await startCluster();
  const { client, emulator } = cluster;
  emulator.faults.add({ match: { role: 'mds', method: 'ListPoolset' }, do: 'error 1002' });
  await expect(client.listPoolset()).rejects.toMatchObject({
    kind: 'rpc',
    status: 1002,
    libcurveCode: -2,
  });
});

test('allocation that cannot be done now is waited for', async () => {
  await using cluster = await startCluster();
  const { client, emulator } = cluster;
  const fd = await openVolume(cluster);
  emulator.faults.add({
    match: { method: 'GetOrAllocateSegment', times: 3 },
    do: 'status kSegmentAllocateError',
  });
  expect(await client.write(fd, 0, block())).toBe(4096);
});

test('a refused lease holds I/O back, a later refresh lets it go, a lost one ends it at close', async () => {
  await using cluster = await startCluster({ 'mds.refreshTimesPerLease': 50 });
  const { client, emulator } = cluster;
  const fd = await openVolume(cluster);
  await client.write(fd, 0, block());
  const refused = emulator.faults.add({ match: { method: 'RefreshSession' }, do: 'status kOwnerAuthFail' });
  const seen = () => emulator.faults.list()[0]?.fired ?? 0;
  await expect.poll(seen).toBeGreaterThan(1);
  let written = false;
  const held = client.write(fd, 0, block()).then(() => {
    written = true;
  });
  await new Promise(resolve => setTimeout(resolve, 250));
  expect(written).toBe(false);
  refused();
  await held;

  emulator.faults.add({ match: { method: 'RefreshSession' }, do: 'status kFileNotExists' });
  await expect.poll(seen).toBe(1);
  // Until the client has heard of it, too.
  const brief = () =>
    client.write(fd, 0, block(), { deadline: 500 }).then(
      () => 'done',
      ({ kind }) => kind,
    );
  await expect.poll(brief).toBe('timeout');
  let ended = false;
  const lost = expect(client.write(fd, 0, block()).finally(() => (ended = true))).rejects.toMatchObject({
    libcurveCode: -2,
  });
  await new Promise(resolve => setTimeout(resolve, 250));
  expect(ended).toBe(false);
  await client.close(fd);
  await lost;
});

test('where it is asked for, I/O of a volume that is lost fails at once', async () => {
  await using cluster = await startCluster({ 'mds.refreshTimesPerLease': 50 });
  const { client, emulator } = cluster;
  await openVolume(cluster);
  const fd = await client.open('/v', alice, { failWhenLost: true });
  await client.write(fd, 0, block());
  emulator.faults.add({ match: { method: 'WriteChunk' }, do: 'overload' });
  const gone = { libcurveCode: -2, kind: 'mds', status: 102 };
  const lost = expect(client.write(fd, 0, block())).rejects.toMatchObject(gone);
  emulator.faults.add({ match: { method: 'RefreshSession' }, do: 'status kFileNotExists' });
  await lost;
  await expect(client.write(fd, 0, block())).rejects.toMatchObject(gone);
});

test('a late reply after a deadline never touches the reused buffer', async () => {
  await using cluster = await startCluster();
  const { client, emulator } = cluster;
  const fd = await openVolume(cluster);
  await client.write(fd, 0, Buffer.alloc(512 * KiB, 1));
  const target = Buffer.alloc(512 * KiB);
  const delayed = emulator.faults.add({ match: { method: 'ReadChunk' }, do: 'delay 200ms' });
  await expect(client.read(fd, 0, target, { deadline: 50 })).rejects.toMatchObject({ kind: 'timeout' });
  target.fill(2);
  await new Promise(resolve => setTimeout(resolve, 400));
  expect(target.every(byte => byte === 2)).toBe(true);
  delayed();
  await client.read(fd, 0, target);
  expect(target.every(byte => byte === 1)).toBe(true);
});

test('one signal ends many calls, and Node.js sees no leak in that', async () => {
  await using cluster = await startCluster();
  const { client, emulator } = cluster;
  const fd = await openVolume(cluster);
  await client.write(fd, 0, Buffer.alloc(4096, 1));
  const warnings: Error[] = [];
  const warn = (warning: Error) => warnings.push(warning);
  process.on('warning', warn);
  const controller = new AbortController();
  const options = { signal: controller.signal };
  await Promise.all(Array.from({ length: 50 }, () => client.read(fd, 0, Buffer.alloc(4096), options)));
  emulator.faults.add({ match: { method: 'ReadChunk' }, do: 'hang' });
  const reads = Array.from({ length: 50 }, () => client.read(fd, 0, Buffer.alloc(4096), options));
  const ended = Promise.allSettled(reads);
  controller.abort();
  const kinds = (await ended).map(read => (read.status === 'rejected' ? read.reason.kind : read.status));
  expect(kinds).toEqual(Array(50).fill('canceled'));
  // A warning is emitted in a later turn.
  await setImmediate();
  process.off('warning', warn);
  expect(warnings).toEqual([]);
  expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
});

test('an aborted write is withdrawn, others on the connection are not disturbed', async () => {
  await using cluster = await startCluster({ 'global.fileMaxInFlightRPCNum': 4 });
  const { client, emulator } = cluster;
  const fd = await openVolume(cluster);
  await client.write(fd, 0, Buffer.alloc(4096, 1));
  emulator.faults.add({ match: { method: 'WriteChunk' }, do: 'delay 20ms' });
  const writes = Array.from({ length: 20 }, (_, i) => {
    const controller = new AbortController();
    const data = Buffer.alloc(256 * KiB, i + 1);
    const written = client.write(fd, i * 256 * KiB, data, { signal: controller.signal });
    if (i % 2 === 0) setTimeout(() => controller.abort(), i * 5);
    return written.then(
      () => 'written',
      error => {
        data.fill(255);
        return error.kind as string;
      },
    );
  });
  const outcomes = await Promise.all(writes);
  expect(outcomes.filter((_, i) => i % 2 === 1)).toEqual(Array(10).fill('written'));
  expect(outcomes).toContain('canceled');
  const target = Buffer.alloc(256 * KiB);
  for (let i = 1; i < 20; i += 2) {
    await client.read(fd, i * 256 * KiB, target);
    expect(target.every(byte => byte === i + 1)).toBe(true);
  }
  expect(client.statistics()).toMatchObject({ callsInFlight: 0, requestsInFlight: 0 });
});

test('a chunkserver that resets the connection is told of the epoch again: it may be alive', async () => {
  await using cluster = await startCluster({ 'csClientOpt.rpcMaxTry': 10 });
  const { client, emulator } = cluster;
  await openVolume(cluster);
  await client.increaseEpoch('/v', alice);
  const old = cluster.connect();
  const fd = await old.open('/v', alice);
  const chunk = 16 * KiB * KiB;
  const chunks = Array.from({ length: 12 }, (_, i) => i * chunk);
  for (const offset of chunks) expect(await old.write(fd, offset, block())).toBe(4096);
  emulator.faults.add({ match: { method: 'UpdateEpoch', times: 3 }, do: 'reset' });
  await client.increaseEpoch('/v', alice);
  for (const offset of chunks) {
    await expect(old.write(fd, offset, block())).rejects.toMatchObject({ libcurveCode: -31 });
  }
});
