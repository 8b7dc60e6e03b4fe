import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { createClient } from '../src/index.js';
import { alice, count, startCluster } from './support/cluster.js';
import { type Answer, FakeServer } from './support/fake-server.js';
import { field, fields, message } from './support/protobuf.js';

const TOPOLOGY = 'curve.mds.topology.TopologyService';
const CHUNKSERVER = 'curve.chunkserver.ChunkServerService';
const none = Buffer.alloc(0);
const poolsets = { service: TOPOLOGY, method: 'ListPoolset', message: none };
const running = { service: CHUNKSERVER, method: 'ChunkServerStatus', message: none };
const root = { owner: 'root', password: 'root_password' };

/** A client of a server that gives the same answer to everything. */
async function withFake(
  answer: () => Answer | undefined,
  use: (client: ReturnType<typeof createClient>, fake: FakeServer) => Promise<void>,
  settings: Record<string, string | number | boolean> = {},
) {
  await using fake = await FakeServer.start({ answer });
  const client = createClient({
    'mds.listen.addr': fake.address(0),
    'mds.registerToMDS': false,
    'mds.rpcRetryIntervalUS': 10_000,
    ...settings,
  });
  try {
    await use(client, fake);
  } finally {
    await client.uninit({ deadline: 1000 });
  }
}

test('an MDS is asked with the message as it is, and its answer is given as it came', async () => {
  await using cluster = await startCluster();
  const { message: answer } = await cluster.client.unary(poolsets);
  expect(field(Buffer.from(answer), 1)?.value).toBe(0n);
  const poolset = field(Buffer.from(answer), 2)?.body as Buffer;
  expect(field(poolset, 2)?.body?.toString()).toBe('default');
});

test('a status in an answer is no failure of the call', async () => {
  await using cluster = await startCluster();
  const unknown = { service: TOPOLOGY, method: 'GetPoolset', message: message([1, 99]) };
  const answer = Buffer.from((await cluster.client.unary(unknown)).message);
  // A sint32: -20 is 39 in zigzag.
  expect(field(answer, 1)?.value).toBe(39n);
});

test('one server is asked by its address', async () => {
  await using cluster = await startCluster();
  const { client, emulator } = cluster;
  for (const server of emulator.chunkserverAddresses) {
    expect(Buffer.from((await client.unary({ ...running, server })).message)).toEqual(message([1, 1]));
  }
  const ports = emulator.requests.filter(({ method }) => method === 'ChunkServerStatus');
  expect(ports.map(({ port }) => `127.0.0.1:${port}`)).toEqual(emulator.chunkserverAddresses);
});

test('what comes attached is given if it is as much as was to come', async () => {
  const attachment = Buffer.alloc(100_000, 7);
  await withFake(
    () => ({ message: message([1, 1]), attachment }),
    async (client, fake) => {
      const call = { ...running, server: fake.address(0) };
      for (const attachmentSize of [0, 1, attachment.length, attachment.length + 1, 64 * 2 ** 20]) {
        const answer = await client.unary({ ...call, attachmentSize });
        expect(Buffer.from(answer.message)).toEqual(message([1, 1]));
        const expected = attachmentSize === attachment.length ? attachment : none;
        expect(expected.equals(answer.attachment)).toBe(true);
      }
      for (const attachmentSize of [-1, 0.5, Number.NaN, 64 * 2 ** 20 + 1])
        await expect(client.unary({ ...call, attachmentSize })).rejects.toThrow(RangeError);
    },
  );
});

test('what a server lacks, and a server that does not run, are failures of the RPC, after one attempt', async () => {
  await using cluster = await startCluster();
  const { client, emulator } = cluster;
  const [server = ''] = emulator.chunkserverAddresses;
  const lacking = client.unary({ ...running, method: 'Lacking', server });
  await expect(lacking).rejects.toMatchObject({ kind: 'rpc', status: 1002, attempts: 1 });
  await emulator.stopChunkserver(1);
  // By a client without a connection, which might not have been seen to end yet.
  const refused = cluster.connect().unary({ ...running, server });
  await expect(refused).rejects.toMatchObject({ kind: 'rpc', status: 111, attempts: 1 });
  await expect(refused).rejects.toThrow(server);
});

test('an MDS that fails is asked again, and the next one where it has stopped', async () => {
  await using cluster = await startCluster({}, { mds: 2 });
  const { client, emulator } = cluster;
  emulator.faults.add({ match: { method: 'ListPoolset', times: 2 }, do: 'error 1014' });
  await client.unary(poolsets);
  expect(count(emulator, 'ListPoolset')).toBe(3);
  await emulator.stopMds(0);
  expect(field(Buffer.from((await client.unary(poolsets)).message), 1)?.value).toBe(0n);
});

test('a deadline and a signal end it', async () => {
  await using cluster = await startCluster();
  const { client, emulator } = cluster;
  emulator.faults.add({ match: { method: 'ListPoolset' }, do: 'hang' });
  emulator.faults.add({ match: { method: 'ChunkServerStatus' }, do: 'hang' });
  const [server = ''] = emulator.chunkserverAddresses;
  for (const call of [poolsets, { ...running, server }]) {
    const late = client.unary(call, { deadline: 100 });
    await expect(late).rejects.toMatchObject({ kind: 'timeout', attempts: 1 });
    const controller = new AbortController();
    const aborted = client.unary(call, { signal: controller.signal });
    controller.abort();
    await expect(aborted).rejects.toMatchObject({ kind: 'canceled' });
  }
});

test('a server that says nothing fails with the time-out of chunkservers', async () => {
  await withFake(
    () => undefined,
    async (client, fake) => {
      const call = client.unary({ ...running, server: fake.address(0) });
      await expect(call).rejects.toMatchObject({ kind: 'rpc', status: 1008, attempts: 1 });
    },
    { 'chunkserver.rpcTimeoutMS': 50 },
  );
});

test('date and signature are appended anew for every attempt', async () => {
  const answers: (Answer | undefined)[] = [{ error: 1014, message: none }, { message: none }];
  await withFake(
    () => answers.shift(),
    async (client, fake) => {
      const call = { service: 'curve.mds.CurveFSService', method: 'UpdateFileThrottleParams' };
      const request = message([1, '/v'], [2, 'root']);
      const sign = { user: root, dateField: 4, signatureField: 3 };
      await client.unary({ ...call, message: request, sign });
      const dates = fake.calls.map(({ request: sent }) => {
        expect(sent.subarray(0, request.length)).toEqual(request);
        const date = field(sent, 4)?.value as bigint;
        const signature = createHmac('sha256', 'root_password').update(`${date}:root`).digest('base64');
        expect(field(sent, 3)?.body?.toString()).toBe(signature);
        expect(fields(sent)).toHaveLength(4);
        return date;
      });
      expect(dates).toHaveLength(2);
      expect(dates[1]).toBeGreaterThan(dates[0] as bigint);
    },
  );
});

test('what must not be done twice is not sent again once it may have been received', async () => {
  await withFake(
    () => ({ error: 1014, message: none }),
    async (client, fake) => {
      const once = client.unary({ ...poolsets, once: true });
      await expect(once).rejects.toMatchObject({ kind: 'rpc', status: 1014, attempts: 1 });
      expect(fake.calls).toHaveLength(1);
    },
  );
});

test('what waits for its turn is told of by the name of its method, which ends with the call', async () => {
  await using cluster = await startCluster({ 'mds.maxRetryMS': 60_000 });
  const { client, emulator } = cluster;
  const remove = emulator.faults.add({ match: { method: 'ListPoolset' }, do: 'error 1014' });
  const call = client.unary(poolsets);
  await expect.poll(() => client.statistics().waits).toMatchObject([{ method: 'ListPoolset' }]);
  remove();
  await call;
  expect(client.statistics().waits).toEqual([]);
});

test('wrong arguments are refused before anything is sent', async () => {
  await using cluster = await startCluster();
  const { client, emulator } = cluster;
  const before = emulator.requests.length;
  await expect(client.unary({ ...poolsets, message: 'text' as never })).rejects.toThrow(TypeError);
  const nowhere = { ...running, server: 'localhost:1' };
  await expect(client.unary(nowhere)).rejects.toMatchObject({ kind: 'client', attempts: 0 });
  expect(() => client.unarySync(nowhere)).toThrow('localhost:1');
  expect(emulator.requests.length).toBe(before);
  await client.uninit();
  await expect(client.unary(poolsets)).rejects.toMatchObject({ kind: 'canceled' });
});

test('a client tells which MDSs it knows', async () => {
  await using cluster = await startCluster({}, { mds: 2 });
  expect(cluster.client.mdsAddresses()).toEqual(cluster.emulator.mdsAddresses);
  expect(await cluster.client.list('/', { ...alice, ...root })).toEqual([expect.anything()]);
});
