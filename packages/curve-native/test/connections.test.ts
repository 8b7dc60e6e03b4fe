import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { createClient, type NativeClient } from '../src/index.js';
import { alice, openVolume, startCluster } from './support/cluster.js';
import { FakeServer } from './support/fake-server.js';
import { leaderIs, mdsAnswer, plain } from './support/fake-volume.js';
import { Relay } from './support/relay.js';

const BLOCK = 4096;

/** A volume whose MDS and whose chunkserver are both behind relays. */
async function relayedVolume(settings: Record<string, string | number | boolean> = {}) {
  const server: FakeServer = await FakeServer.start({
    ports: 2,
    answer(call) {
      if (call.method === 'GetLeader') return leaderIs(chunkserver.address);
      if (call.method === 'ReadChunk')
        return { message: Buffer.from('0800', 'hex'), attachment: Buffer.alloc(BLOCK, 7) };
      if (call.method === 'GetClusterInfo') return { message: Buffer.from('080012026964', 'hex') };
      return mdsAnswer({ geometry: plain, copysets: 1, chunkservers: [chunkserver.port] }, call);
    },
  });
  const mds = await Relay.start(server.address(0));
  const chunkserver = await Relay.start(server.address(1));
  const client = createClient({
    'mds.listen.addr': mds.address,
    'mds.rpcTimeoutMS': 100,
    'chunkserver.rpcTimeoutMS': 100,
    'metacache.getLeaderTimeOutMS': 100,
    ...settings,
  });
  return {
    ...{ client, mds, chunkserver },
    fd: await client.open('/v', alice),
    async [Symbol.asyncDispose]() {
      await client.uninit();
      for (const one of [mds, chunkserver, server]) await one[Symbol.asyncDispose]();
    },
  };
}

test('a call goes on by a new connection when the old one has fallen silent', async () => {
  await using volume = await relayedVolume();
  volume.mds.mute();
  expect(await volume.client.clusterId()).toBe('id');
});

test('a silent connection is replaced also if nobody waits for it as long as an attempt may take', async () => {
  await using volume = await relayedVolume({ 'mds.rpcTimeoutMS': 60_000 });
  volume.mds.mute();
  const answered = () => volume.client.clusterId({ deadline: 300 }).catch(error => error.kind);
  await expect.poll(answered, { timeout: 20_000 }).toBe('id');
});

test('reads under way on a silent connection are sent again by a new one', async () => {
  await using volume = await relayedVolume();
  const read = async () => {
    const target = Buffer.alloc(BLOCK);
    await volume.client.read(volume.fd, 0, target);
    return target.every(byte => byte === 7);
  };
  expect(await read()).toBe(true);
  volume.chunkserver.mute();
  expect(await Promise.all(Array.from({ length: 20 }, read))).toEqual(Array(20).fill(true));
});

test('registered clients differ in their ports, and take none from a server', async () => {
  const free = createServer();
  await new Promise<void>(resolve => free.listen(0, resolve));
  const { port } = free.address() as { port: number };
  await new Promise(resolve => free.close(resolve));
  const settings = { 'mds.registerToMDS': true, 'global.metricDummyServerStartPort': port };
  await using cluster = await startCluster(settings);
  const { client, connect } = cluster;
  await openVolume(cluster);
  await connect().open('/v', alice);
  const ports = async () => (await client.mountPoints('/v').catch(() => [])).map(mount => mount.port);
  await expect.poll(async () => new Set(await ports()).size).toBe(2);
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, resolve);
  });
  await new Promise(resolve => server.close(resolve));
});

/** An MDS that opens a volume and says nothing more, to a client that would ask for ever. */
async function opened(): Promise<{ client: NativeClient; server: FakeServer }> {
  const server = await FakeServer.start({
    answer: call =>
      call.method === 'OpenFile'
        ? mdsAnswer({ geometry: plain, copysets: 1, chunkservers: [1] }, call)
        : undefined,
  });
  const client = createClient({ 'mds.listen.addr': server.address(0), 'mds.maxRetryMS': 2 ** 40 });
  await client.open('/v', alice);
  return { client, server };
}

test('a client ends although the MDS is silent, with a deadline and without', async () => {
  for (const options of [{}, { deadline: 50 }]) {
    const { client, server } = await opened();
    const ends = [client.uninit(), client.uninit(options)];
    await Promise.all(ends);
    await client.uninit();
    await expect(client.stat('/v', alice)).rejects.toMatchObject({ kind: 'canceled' });
    await server[Symbol.asyncDispose]();
  }
});
