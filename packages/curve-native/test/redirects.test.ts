import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createClient } from '../src/index.js';
import { FakeServer } from './support/fake-server.js';
import { leaderIs, mdsAnswer, plain } from './support/fake-volume.js';
import { message } from './support/protobuf.js';

// While a copyset elects a leader, its members name each other (protocol 4.8, 4.9).

const REDIRECTED = 1;
const COPYSET_NOT_EXIST = 6;
const WRITES = 64;

const block = Buffer.alloc(4096, 7);

/** Port 0 is the MDS, ports 1 and 2 are chunkservers. Until the election each says that the other one leads. */
async function start(status: number, inText: boolean) {
  let elected = false;
  let refusals = 0;
  const server: FakeServer = await FakeServer.start({
    ports: 3,
    answer(call) {
      const other = server.address(call.at === 1 ? 2 : 1);
      if (call.method === 'GetLeader') return leaderIs(elected ? server.address(2) : other);
      if (call.method === 'WriteChunk') {
        if (elected && call.at === 2) return { message: message([1, 0]) };
        refusals++;
        return { message: inText ? message([1, status], [3, `${other}:0`]) : message([1, status]) };
      }
      const chunkservers = [server.port(1), server.port(2)];
      return mdsAnswer({ geometry: plain, copysets: 1, chunkservers }, call);
    },
  });
  const client = createClient({ 'mds.listen.addr': server.address(0), 'mds.registerToMDS': false });
  return {
    ...{ server, client, refusals: () => refusals },
    elect() {
      elected = true;
    },
    async [Symbol.asyncDispose]() {
      await client.uninit({ deadline: 3000 });
      await server[Symbol.asyncDispose]();
    },
  };
}

test.each([
  ['in the text of the redirect', REDIRECTED, true],
  ['when asked for the leader', REDIRECTED, false],
  ['when asked for the leader of a copyset they have not loaded', COPYSET_NOT_EXIST, false],
])('members that name each other %s are asked ever more seldom', async (_, status, inText) => {
  await using one = await start(status, inText);
  const fd = await one.client.open('/v', { owner: 'a' });
  const writes = Array.from({ length: WRITES }, (_, i) => one.client.write(fd, i * 4096, block));
  await expect.poll(one.refusals).toBeGreaterThan(WRITES);
  await sleep(500);
  one.elect();
  expect(await Promise.all(writes)).toEqual(Array(WRITES).fill(4096));
  // Each member once for each write, then a few rounds of one write that goes ahead of the others.
  expect(one.refusals()).toBeLessThan(4 * WRITES);
});

test('a redirect to a member that has not been asked yet is followed at once', async () => {
  await using one = await start(REDIRECTED, true);
  one.elect();
  const fd = await one.client.open('/v', { owner: 'a' });
  expect(await one.client.write(fd, 0, block)).toBe(4096);
  expect(one.client.statistics().redirects).toBeLessThanOrEqual(1);
});
