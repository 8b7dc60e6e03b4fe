import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createClient, type NativeClient } from '../src/index.js';
import { type Call, FakeServer } from './support/fake-server.js';
import { chunkRequest, fileInfo, leaderIs, mdsAnswer, plain } from './support/fake-volume.js';
import { field, message, type Part } from './support/protobuf.js';

// Volumes whose data is partly still in the volume they were cloned from (protocol 4.12). Segments 0 and 1 of the source
// are allocated; of the clone all are but segment 0.

const { chunkSize, segmentSize } = plain;
const CLONE_META_INSTALLED = 3;
const block = (byte: number) => Buffer.alloc(4096, byte);

interface Case extends AsyncDisposable {
  server: FakeServer;
  client: NativeClient;
  /** Gives the clone all that the source has, whose end it may be; resolves when the client has heard of it. */
  flatten(after?: { purged: boolean }): Promise<void>;
  /** The MDS has taken a segment of the clone back. */
  absent: Set<number>;
}

const pathOf = ({ request }: Call) => field(request, 1)?.body?.toString();
const ok = message([1, 0]);
const notAllocated = { message: message([1, 107]) };

async function start({
  status = CLONE_META_INSTALLED,
  cloneLength = 2 * segmentSize,
  source = true,
  /** Ends before a call is answered. */
  beforeAnswer = async (_: Call) => {},
} = {}): Promise<Case> {
  const absent = new Set([0]);
  let now = status;
  let purged = false;
  const striped = { ...plain, stripeUnit: 65536, stripeCount: 2 };
  const server: FakeServer = await FakeServer.start({
    hold: (send, call) => void beforeAnswer(call).then(send),
    answer(call) {
      const ofClone = pathOf(call) === '/clone';
      const volume = { geometry: plain, copysets: 1, chunkservers: [server.port(0)] };
      switch (call.method) {
        case 'OpenFile': {
          const session = message([1, ''], [2, 5_000_000], [3, 1], [4, 0]);
          const info = fileInfo(plain, [11, now], [13, '/source'], [14, cloneLength]);
          const allocated = [0, segmentSize].map((offset): Part => [2, offset]);
          const segments = message([1, segmentSize], ...allocated);
          return { message: Buffer.concat([ok, message([2, session], [3, info], [4, segments])]) };
        }
        case 'GetFileInfo':
          // Its stripes must be of no importance.
          return {
            message: source ? Buffer.concat([ok, message([2, fileInfo(striped)])]) : message([1, 102]),
          };
        case 'GetOrAllocateSegment': {
          const offset = Number(field(call.request, 3)?.value);
          const allocate = field(call.request, 4)?.value === 1n;
          const gone = purged || offset > segmentSize;
          if (ofClone ? absent.has(offset) && !allocate : gone) return notAllocated;
          return mdsAnswer(volume, call);
        }
        case 'RefreshSession':
          return { message: Buffer.concat([ok, message([2, ''], [3, fileInfo(plain, [11, now])])]) };
        case 'DeAllocateSegment':
          absent.add(Number(field(call.request, 3)?.value));
          return { message: ok };
        case 'GetLeader':
          return leaderIs(server.address(0));
        case 'ReadChunk':
          return { message: ok, attachment: block(chunkRequest(call.request).chunkId) };
        case 'WriteChunk':
          return { message: ok };
        default:
          return mdsAnswer(volume, call);
      }
    },
  });
  const client = createClient({
    ...{ 'mds.listen.addr': server.address(0), 'mds.registerToMDS': false },
    ...{ 'mds.refreshTimesPerLease': 100, 'discard.taskDelayMs': 1 },
  });
  return {
    server,
    client,
    absent,
    async flatten(after = { purged: true }) {
      absent.clear();
      purged = after.purged;
      now = 4;
      const refreshes = () => server.methods().filter(method => method === 'RefreshSession').length;
      const before = refreshes();
      await expect.poll(refreshes).toBeGreaterThan(before + 1);
    },
    async [Symbol.asyncDispose]() {
      await client.uninit({ deadline: 3000 });
      await server[Symbol.asyncDispose]();
    },
  };
}

const alice = { owner: 'alice' };

const requests = ({ server }: Case, method: string) =>
  server.calls.filter(call => call.method === method).map(({ request }) => chunkRequest(request));

test('requests to chunks that the source has say where', async () => {
  await using one = await start();
  const { client } = one;
  const fd = await client.open('/clone', alice);
  const target = block(0);
  await client.read(fd, segmentSize + chunkSize + 8192, target);
  await client.write(fd, segmentSize + chunkSize, target);
  const where = { cloneSource: '/source', cloneOffset: BigInt(segmentSize + chunkSize) };
  expect(requests(one, 'ReadChunk')).toMatchObject([{ offset: 8192, ...where }]);
  expect(requests(one, 'WriteChunk')).toMatchObject([{ offset: 0, ...where }]);
});

test('requests to chunks that the source has not are like any other', async () => {
  await using one = await start();
  const { client } = one;
  const fd = await client.open('/clone', alice);
  await client.read(fd, 2 * segmentSize, block(0));
  await client.write(fd, 2 * segmentSize, block(0));
  const nothing = { cloneSource: undefined, cloneOffset: undefined };
  expect(requests(one, 'ReadChunk')).toMatchObject([nothing]);
  expect(requests(one, 'WriteChunk')).toMatchObject([nothing]);
});

test('what the clone has not allocated is read from the source, by the reader', async () => {
  await using one = await start();
  const { client, server } = one;
  const fd = await client.open('/clone', alice);
  const target = Buffer.alloc(8192);
  // Over the border of two chunks, whose ids are 2 and 3.
  expect(await client.read(fd, 2 * chunkSize - 4096, target)).toBe(8192);
  expect(target.equals(Buffer.concat([block(2), block(3)]))).toBe(true);
  expect(requests(one, 'ReadChunk')).toMatchObject([
    { chunkId: 2, offset: chunkSize - 4096, cloneSource: undefined },
    { chunkId: 3, offset: 0, cloneSource: undefined },
  ]);
  const asked = server.calls.filter(({ method }) => method === 'GetOrAllocateSegment');
  expect(asked.map(call => [pathOf(call), field(call.request, 2)?.body?.toString()])).toEqual([
    ['/clone', 'alice'],
    ['/source', 'alice'],
  ]);
  expect(asked.map(({ request }) => field(request, 4)?.value)).toEqual([0n, 0n]);
  // No session of its own.
  expect(server.methods().filter(method => method === 'OpenFile')).toHaveLength(1);
});

test('a write allocates in the clone, and the chunk server fetches the rest', async () => {
  await using one = await start();
  const { client } = one;
  const fd = await client.open('/clone', alice);
  await client.write(fd, chunkSize, block(0));
  expect(requests(one, 'WriteChunk')).toMatchObject([
    { chunkId: 2, cloneSource: '/source', cloneOffset: BigInt(chunkSize) },
  ]);
});

test.each([
  ['is complete', { status: 4 }],
  ['has a source without length', { cloneLength: 0 }],
])('a clone that %s is a volume like any other', async (_, options) => {
  await using one = await start(options);
  const { client, server } = one;
  const fd = await client.open('/clone', alice);
  await client.write(fd, segmentSize, block(0));
  expect(requests(one, 'WriteChunk')).toMatchObject([{ cloneSource: undefined }]);
  const target = block(9);
  await client.read(fd, 0, target);
  expect(target.equals(block(0))).toBe(true);
  expect(server.methods()).not.toContain('GetFileInfo');
});

test('of a clone whose source is not to be had only the holes cannot be read', async () => {
  await using one = await start({
    source: false,
    // Until all have come that wait for it.
    beforeAnswer: ({ method }) => pause(method === 'GetFileInfo' ? 100 : 0),
  });
  const { client, server } = one;
  const fd = await client.open('/clone', alice);
  // Nobody asks for it before.
  expect(await client.read(fd, segmentSize, block(0))).toBe(4096);
  expect(server.methods()).not.toContain('GetFileInfo');
  const failure = {
    ...{ kind: 'mds', status: 102, libcurveCode: -2, cloneSource: '/source' },
    message: 'GetFileInfo: MDS status 102',
  };
  const reads = [0, 1, 2].map(() => client.read(fd, chunkSize, block(0)));
  for (const outcome of await Promise.allSettled(reads)) expect(outcome).toMatchObject({ reason: failure });
  expect(server.methods().filter(method => method === 'GetFileInfo')).toHaveLength(1);
  // It may be had again, and a write needs it not.
  await client.write(fd, chunkSize, block(0));
  await expect(client.read(fd, 2 * segmentSize - 4096, block(0))).resolves.toBe(4096);
  await expect(client.read(fd, 0, block(0), { signal: AbortSignal.abort() })).rejects.toMatchObject({
    kind: 'canceled',
  });
});

test('a hole that is filled while its source is asked for is read where it is now', async () => {
  let flattened: Promise<void> | undefined;
  await using one = await start({
    async beforeAnswer({ method }) {
      if (method !== 'GetFileInfo') return;
      flattened ??= one.flatten();
      await flattened;
    },
  });
  const { client, server } = one;
  const fd = await client.open('/clone', alice, { exclusive: true });
  const target = block(0);
  await client.read(fd, chunkSize, target);
  expect(target).toEqual(block(2));
  expect(server.calls.filter(call => call.method === 'GetOrAllocateSegment').map(pathOf)).toEqual([
    '/clone',
    '/clone',
  ]);
});

test.each([true, false])(
  'a clone that is flattened while it is open reads its own, exclusive: %s',
  async exclusive => {
    await using one = await start();
    const { client } = one;
    const fd = await client.open('/clone', alice, { exclusive });
    const target = block(0);
    await client.read(fd, chunkSize, target);
    expect(target).toEqual(block(2));
    await one.flatten();
    await client.read(fd, chunkSize, target.fill(0));
    expect(target).toEqual(block(2));
    expect(requests(one, 'ReadChunk').at(-1)).toMatchObject({ cloneSource: undefined });
    await client.write(fd, segmentSize + chunkSize, target);
    expect(requests(one, 'WriteChunk').at(-1)).toMatchObject({ cloneSource: undefined });
  },
);

test('what another allocates by a flatten is seen before the lease has told of it', async () => {
  await using one = await start();
  const { client } = one;
  const fd = await client.open('/clone', alice, { exclusive: true });
  await client.read(fd, chunkSize, block(0));
  const asked = () =>
    one.server.calls.filter(call => call.method === 'GetOrAllocateSegment' && pathOf(call) === '/clone')
      .length;
  const before = asked();
  one.absent.clear();
  await client.read(fd, chunkSize, block(0));
  expect(asked()).toBe(before + 1);
});

test('a segment of a flattened clone that is discarded reads as zeros', async () => {
  await using one = await start();
  const { client } = one;
  const fd = await client.open('/clone', alice, { exclusive: true });
  await one.flatten({ purged: false });
  await client.discard(fd, 0, segmentSize);
  await expect.poll(() => one.absent.has(0)).toBe(true);
  const target = block(9);
  await client.read(fd, chunkSize, target);
  expect(target).toEqual(block(0));
});

test('a hole that is filled while another part of the read is looked up is read where it is now', async () => {
  let flattened: Promise<void> | undefined;
  await using one: Case = await start({
    async beforeAnswer(call) {
      const later = call.method === 'GetOrAllocateSegment' && Number(field(call.request, 3)?.value) > 0;
      if (!later || pathOf(call) !== '/clone') return;
      flattened ??= one.flatten();
      await flattened;
    },
  });
  const fd = await one.client.open('/clone', alice);
  const target = Buffer.alloc(8192);
  // Over the border of two segments, of which the first is a hole.
  await one.client.read(fd, segmentSize - 4096, target);
  const last = segmentSize / chunkSize;
  expect(target.equals(Buffer.concat([block(last), block(last + 1)]))).toBe(true);
});
