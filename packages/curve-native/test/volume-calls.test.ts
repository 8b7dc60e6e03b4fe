import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createClient } from '../src/index.js';
import { type Call, FakeServer } from './support/fake-server.js';
import { leaderIs, mdsAnswer, plain } from './support/fake-volume.js';
import { field, message } from './support/protobuf.js';

// An MDS has its threads wait for one another in calls about one volume, and is lost when all of them do: the ninth such call
// at a time has hung a real one for good. So no more than a few are made at a time.

const MOST = 4;
const alice = { owner: 'alice' };
const { segmentSize } = plain;
const ok = message([1, 0]);

/** A client of a server that answers what is held only when told to. */
async function start(held: (call: Call) => boolean, refuses: (call: Call) => boolean = () => false) {
  const waiting: (() => void)[] = [];
  let most = 0;
  const server: FakeServer = await FakeServer.start({
    hold(send, call) {
      if (!held(call)) return send();
      waiting.push(send);
      most = Math.max(most, waiting.length);
    },
    answer(call) {
      if (refuses(call)) return { message: message([1, 108]) };
      if (call.method === 'DeAllocateSegment' || call.method === 'WriteChunk') return { message: ok };
      if (call.method === 'ReadChunk') return { message: ok, attachment: Buffer.alloc(4096) };
      if (call.method === 'GetLeader') return leaderIs(server.address(0));
      return mdsAnswer({ geometry: plain, copysets: 1, chunkservers: [server.port(0)] }, call);
    },
  });
  const client = createClient({
    ...{ 'mds.listen.addr': server.address(0), 'mds.registerToMDS': false },
    ...{ 'discard.taskDelayMs': 1, 'mds.rpcTimeoutMS': 5000, 'mds.rpcRetryIntervalUS': 5000 },
  });
  return {
    ...{ server, client, waiting },
    most: () => most,
    /** Answers one after the other, until that is over. */
    async answerUntil(isOver: () => boolean) {
      while (!isOver()) {
        waiting.shift()?.();
        await pause(5);
      }
    },
    count: (method: string) => server.methods().filter(called => called === method).length,
    async [Symbol.asyncDispose]() {
      await client.uninit({ deadline: 3000 });
      await server[Symbol.asyncDispose]();
    },
  };
}

test.each(['read', 'write'] as const)('segments are asked for a few at a time: %s', async kind => {
  await using one = await start(call => call.method === 'GetOrAllocateSegment');
  const { client, waiting } = one;
  const fd = await client.open('/v', alice);
  const calls = Array.from({ length: 20 }, (_, segment) =>
    client[kind](fd, segment * segmentSize, Buffer.alloc(4096)),
  );
  let isDone = false;
  const done = Promise.all(calls).finally(() => {
    isDone = true;
  });
  await expect.poll(() => waiting.length).toBe(MOST);
  await one.answerUntil(() => isDone);
  expect(await done).toEqual(Array(20).fill(4096));
  expect(one.most()).toBe(MOST);
  expect(one.count('GetOrAllocateSegment')).toBe(20);
});

test('segments are given back a few at a time, and those who ask meanwhile count', async () => {
  const held = new Set(['DeAllocateSegment', 'GetOrAllocateSegment']);
  const before = { held: false };
  await using one = await start(({ method }) => before.held && held.has(method));
  const { client, waiting } = one;
  const fd = await client.open('/v', alice);
  for (let segment = 0; segment < 12; segment++)
    await client.write(fd, segment * segmentSize, Buffer.alloc(4096));
  before.held = true;
  await client.discard(fd, 0, 12 * segmentSize);
  const reads = Array.from({ length: 12 }, (_, segment) =>
    client.read(fd, (segment + 12) * segmentSize, Buffer.alloc(4096)),
  );
  let isDone = false;
  const done = Promise.all(reads).finally(() => {
    isDone = true;
  });
  await expect.poll(() => waiting.length).toBe(MOST);
  await one.answerUntil(() => isDone && one.count('DeAllocateSegment') === 12 && waiting.length === 0);
  await done;
  expect(one.most()).toBe(MOST);
});

test('a volume is opened and closed a few times at a time', async () => {
  await using one = await start(({ method }) => method === 'OpenFile' || method === 'CloseFile');
  const { client, waiting } = one;
  let isDone = false;
  const opened = Promise.all(Array.from({ length: 12 }, () => client.open('/v', alice))).finally(() => {
    isDone = true;
  });
  await expect.poll(() => waiting.length).toBe(MOST);
  await one.answerUntil(() => isDone);
  expect(new Set(await opened).size).toBe(12);
  const ended = client.uninit({ deadline: 20_000 }).finally(() => {
    isDone = true;
  });
  isDone = false;
  await expect.poll(() => waiting.length).toBe(MOST);
  await one.answerUntil(() => isDone);
  await ended;
  expect(one.most()).toBe(MOST);
  expect([one.count('OpenFile'), one.count('CloseFile')]).toEqual([12, 12]);
});

test('what cannot be allocated now keeps nobody else from asking', async () => {
  const allocates = (call: Call) =>
    call.method === 'GetOrAllocateSegment' && field(call.request, 4)?.value === 1n;
  let full = true;
  await using one = await start(
    () => false,
    call => full && allocates(call),
  );
  const { client } = one;
  const fd = await client.open('/v', alice);
  const writes = Array.from({ length: 8 }, (_, segment) =>
    client.write(fd, segment * segmentSize, Buffer.alloc(4096)),
  );
  await expect.poll(() => one.server.calls.filter(allocates).length).toBeGreaterThan(16);
  expect(await client.read(fd, 9 * segmentSize, Buffer.alloc(4096))).toBe(4096);
  full = false;
  expect(await Promise.all(writes)).toEqual(Array(8).fill(4096));
});
