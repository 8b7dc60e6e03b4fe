import { expect, test } from 'vitest';
import { createClient, type NativeClient } from '../src/index.js';
import { type Call, FakeServer } from './support/fake-server.js';
import { chunkRequest, leaderIs, mdsAnswer, plain } from './support/fake-volume.js';
import { field, message } from './support/protobuf.js';

// Telling a busy chunkserver from a dead one (protocol 4.9). Port 0 is the MDS; port 1 leads both copysets until it
// falls silent, and port 2 is who leads then.

const MDS = 0;
const SILENT = 1;
const OTHER = 2;

interface Case extends AsyncDisposable {
  server: FakeServer;
  client: NativeClient;
  fd: number;
  /** From now on port 1 leaves writes without an answer: all, or those that this is true for. */
  silence(when?: () => boolean): void;
  /** Who is said to lead from now on. */
  elect(at: number): void;
}

async function start(health: () => number | undefined, settings: Record<string, number> = {}): Promise<Case> {
  let silent = () => false;
  let leader = SILENT;
  const server: FakeServer = await FakeServer.start({
    ports: 3,
    health,
    answer(call) {
      if (call.method === 'GetLeader') return leaderIs(server.address(leader));
      if (call.method === 'WriteChunk') {
        return call.at === SILENT && silent() ? undefined : { message: message([1, 0]) };
      }
      if (call.method === 'ListChunkServer') return { message: listOf(server.port(SILENT)) };
      const chunkservers = [server.port(SILENT), server.port(OTHER)];
      return mdsAnswer({ geometry: plain, copysets: 2, chunkservers }, call);
    },
  });
  const client = createClient({
    'mds.listen.addr': server.address(MDS),
    'mds.registerToMDS': false,
    'chunkserver.rpcTimeoutMS': 50,
    'chunkserver.maxRPCTimeoutMS': 50,
    'chunkserver.maxStableTimeoutTimes': 1,
    'chunkserver.checkHealthTimeoutMs': 200,
    ...settings,
  });
  const fd = await client.open('/v', { owner: 'a' });
  // Both copysets are known, and their leader.
  await client.write(fd, 0, Buffer.alloc(4096));
  await client.write(fd, plain.chunkSize, Buffer.alloc(4096));
  return {
    ...{ server, client, fd },
    silence: (when = () => true) => {
      silent = when;
    },
    elect: at => {
      leader = at;
    },
    async [Symbol.asyncDispose]() {
      await client.uninit({ deadline: 3000 });
      await server[Symbol.asyncDispose]();
    },
  };
}

/** One chunkserver, of id 1. */
const listOf = (port: number) =>
  Buffer.concat([message([1, 0]), message([2, message([1, 1], [3, '127.0.0.1'], [4, port])])]);

const block = Buffer.alloc(4096);
const toCopyset = (id: number) => (call: Call) =>
  call.method === 'GetLeader'
    ? Number(field(call.request, 2)?.value) === id
    : call.method === 'WriteChunk' && chunkRequest(call.request).copysetId === id;

test('a chunkserver that is alive is asked again, although its answers are late', async () => {
  await using one = await start(() => 200);
  const { server, client, fd } = one;
  one.silence();
  const late = client.write(fd, 0, block);
  await expect.poll(() => server.probes.length).toBeGreaterThan(0);
  expect(server.probes[0]?.at).toBe(SILENT);
  expect(server.probes[0]?.request).toBe(
    `GET /health HTTP/1.1\r\nHost: ${server.address(SILENT)}\r\nConnection: close\r\n\r\n`,
  );
  const before = server.calls.length;
  const other = client.write(fd, plain.chunkSize, block);
  await expect.poll(() => server.calls.slice(before).filter(toCopyset(2)).length).toBeGreaterThan(0);
  // Straight to the leader that is known.
  expect(server.calls.slice(before).find(toCopyset(2))).toMatchObject({ at: SILENT, method: 'WriteChunk' });
  one.elect(OTHER);
  expect(await Promise.all([late, other])).toEqual([4096, 4096]);
});

test.each([
  ['says that it is not', () => 503],
  ['says nothing', () => undefined],
])('of a chunkserver that %s, the leaders are asked for before the next send', async (_, health) => {
  await using one = await start(health);
  const { server, client, fd } = one;
  one.silence();
  const late = client.write(fd, 0, block);
  await expect.poll(() => server.probes.length).toBeGreaterThan(0);
  // The probe has come to its end when the copyset that nobody has used meanwhile is doubted too.
  const doubted = async () => {
    const before = server.calls.length;
    const write = client.write(fd, plain.chunkSize, block, { deadline: 40 }).catch(() => {});
    await expect.poll(() => server.calls.slice(before).some(toCopyset(2))).toBe(true);
    await write;
    return server.calls.slice(before).find(toCopyset(2))?.method;
  };
  await expect.poll(doubted, { timeout: 5000 }).toBe('GetLeader');
  one.elect(OTHER);
  expect(await late).toBe(4096);
  expect(await client.write(fd, plain.chunkSize, block)).toBe(4096);
  expect(server.methods(MDS)).not.toContain('ListChunkServer');
});

test('when too many of a server are dead, the MDS is asked for the rest of them', async () => {
  await using one = await start(() => 503, { 'chunkserver.serverStableThreshold': 1 });
  const { server, client, fd } = one;
  one.silence();
  const late = client.write(fd, 0, block);
  await expect.poll(() => server.methods(MDS)).toContain('ListChunkServer');
  const asked = server.calls.find(({ method }) => method === 'ListChunkServer');
  expect(field(asked?.request ?? block, 1)?.body?.toString()).toBe('127.0.0.1');
  one.elect(OTHER);
  expect(await late).toBe(4096);
});

test('an answer in between begins the count anew', async () => {
  const settings = {
    'chunkserver.rpcTimeoutMS': 200,
    'chunkserver.maxRPCTimeoutMS': 200,
    'chunkserver.maxStableTimeoutTimes': 3,
  };
  await using one = await start(() => 200, settings);
  const { server, client, fd } = one;
  let sent = 0;
  one.silence(() => ++sent % 3 !== 0);
  for (let i = 0; i < 3; i++) expect(await client.write(fd, 0, block)).toBe(4096);
  expect(sent).toBeGreaterThanOrEqual(9);
  expect(client.statistics().timeouts).toBeGreaterThan(3);
  expect(server.probes).toEqual([]);
});

test('what has timed out waits for the probe, and then for the leader that it is told', async () => {
  const settings = {
    'chunkserver.maxStableTimeoutTimes': 0,
    'chunkserver.checkHealthTimeoutMs': 2500,
    'chunkserver.maxRPCTimeoutMS': 50 * 2 ** 20,
  };
  await using one = await start(() => undefined, settings);
  const { server, client, fd } = one;
  // Sends in vain every 50 ms to another copyset, and so tells how much time has passed for the first one.
  await using clock = await start(() => 200, { 'chunkserver.maxStableTimeoutTimes': 2 ** 30 });
  const ticks = () => clock.server.methods(SILENT).filter(method => method === 'WriteChunk').length;
  one.silence();
  clock.silence();
  const ticking = clock.client.write(clock.fd, 0, block);
  const late = client.write(fd, 0, block);
  await expect.poll(() => server.probes.length).toBe(1);
  const [sent, begun] = [server.calls.length, ticks()];
  await expect.poll(ticks, { timeout: 2000 }).toBeGreaterThan(begun + 9);
  expect(server.calls.slice(sent).filter(toCopyset(1))).toEqual([]);
  one.elect(OTHER);
  clock.elect(OTHER);
  expect(await Promise.all([late, ticking])).toEqual([4096, 4096]);
  const after = server.calls.slice(sent).filter(toCopyset(1));
  expect(after.map(({ method, at }) => [method, at])).toEqual([
    ['GetLeader', OTHER],
    ['WriteChunk', OTHER],
  ]);
});
