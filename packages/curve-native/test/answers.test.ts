import { expect, test } from 'vitest';
import { createClient } from '../src/index.js';
import { alice } from './support/cluster.js';
import { FakeServer } from './support/fake-server.js';
import { fileInfo, type Geometry, mdsAnswer, plain } from './support/fake-volume.js';
import { message } from './support/protobuf.js';

const MiB = 2 ** 20;
const impatient = { 'mds.maxRetryMS': 200, 'mds.rpcRetryIntervalUS': 10_000, 'mds.rpcTimeoutMS': 5000 };

async function listing(answer: Buffer) {
  await using server = await FakeServer.start({ answer: () => ({ message: answer }) });
  const client = createClient({ 'mds.listen.addr': server.address(0), ...impatient });
  try {
    return await client.list('/', alice);
  } finally {
    await client.uninit();
  }
}

const ok = message([1, 0]);

test.each([1, 16])(
  'an answer of %i MiB that would take hundreds of times as much memory is refused',
  async size => {
    const empty = Buffer.alloc(size * MiB, message([2, '']));
    await expect(listing(Buffer.concat([ok, empty]))).rejects.toMatchObject({
      kind: 'rpc',
      libcurveCode: -2,
    });
  },
);

test('a large directory is listed', async () => {
  const entry = message([2, fileInfo(plain)]);
  const entries = Buffer.alloc(30_000 * entry.length, entry);
  expect(await listing(Buffer.concat([ok, entries]))).toHaveLength(30_000);
});

test.each<[string, Partial<Geometry>]>([
  ['units that are no multiples of 4096 bytes', { stripeUnit: 512, stripeCount: 2 }],
  ['units of a byte', { stripeUnit: 1, stripeCount: 2 }],
  ['more chunks to a stripe than can be', { stripeUnit: 4096, stripeCount: 2 ** 21 }],
])('a volume whose stripes make no sense is not opened: %s', async (_, stripes) => {
  const geometry = { ...plain, ...stripes };
  await using server = await FakeServer.start({
    answer: call => mdsAnswer({ geometry, copysets: 1, chunkservers: [1] }, call),
  });
  const client = createClient({ 'mds.listen.addr': server.address(0), ...impatient });
  await expect(client.open('/v', alice)).rejects.toMatchObject({ libcurveCode: -2 });
  await client.uninit();
});

test.each([
  ['its number', fileInfo(plain)],
  ['the volume it is of', message([18, 5])],
])('an epoch is not told without %s', async (_, info) => {
  await using server = await FakeServer.start({
    answer: () => ({ message: Buffer.concat([ok, message([2, info])]) }),
  });
  const client = createClient({ 'mds.listen.addr': server.address(0), ...impatient });
  await expect(client.increaseEpoch('/v', alice)).rejects.toMatchObject({ libcurveCode: -2 });
  await client.uninit();
});
