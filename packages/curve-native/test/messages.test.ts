import { fc, test } from '@fast-check/vitest';
import { expect } from 'vitest';
import { createClient, type NativeClient } from '../src/index.js';
import { type Answer, type Call, FakeServer } from './support/fake-server.js';
import { leaderIs, mdsAnswer, plain } from './support/fake-volume.js';
import { field, fields, message, type Part } from './support/protobuf.js';

// The wire codec through the calls that carry most types of fields, against messages written by hand here.

const uint32 = fc.maxSafeNat().map(n => n % 2 ** 32);
const uint64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const text = fc.string({ unit: 'grapheme', maxLength: 40 });

/** Fields that no message of the protocol has, which a decoder must skip. */
const unknown: fc.Arbitrary<Part> = fc.oneof(
  fc.tuple(fc.integer({ min: 100, max: 5000 }), uint64),
  fc.tuple(fc.integer({ min: 100, max: 5000 }), text),
);

/** Splits bytes at any places, so that frames arrive in pieces and together. */
const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 8 });
const cut = (places: readonly number[]) => (bytes: Buffer) => {
  const at = [
    0,
    ...places.map(place => Math.floor(place * bytes.length)).sort((a, b) => a - b),
    bytes.length,
  ];
  return at.slice(1).map((end, i) => bytes.subarray(at[i], end));
};

const ok = message([1, 0]);

interface Run {
  answer(call: Call): Answer | undefined;
  cut?: (bytes: Buffer) => Iterable<Buffer>;
  settings?: Record<string, number | boolean>;
}

async function withServer(
  { settings, ...options }: Run,
  use: (client: NativeClient, server: FakeServer) => Promise<void>,
): Promise<void> {
  await using server = await FakeServer.start(options);
  const client = createClient({
    'mds.listen.addr': server.address(0),
    'mds.registerToMDS': false,
    ...settings,
  });
  try {
    await use(client, server);
  } finally {
    await client.uninit({ deadline: 3000 });
  }
}

const info = fc.record({
  id: uint64,
  fileName: text,
  parentId: uint64,
  owner: text,
  chunkSize: uint32,
  segmentSize: uint32,
  length: uint64,
  ctime: uint64,
  seqNum: uint64,
  fileStatus: fc.integer({ min: 0, max: 5 }),
  originalFullPathName: text,
  stripeUnit: uint64,
  stripeCount: uint64,
  epoch: uint64,
  poolset: text,
  blocksize: uint32,
});
const numbers = {
  ...{
    id: 1,
    fileName: 2,
    parentId: 3,
    owner: 5,
    chunkSize: 6,
    segmentSize: 7,
    length: 8,
    ctime: 9,
    seqNum: 10,
  },
  ...{ fileStatus: 11, originalFullPathName: 12, stripeUnit: 15, stripeCount: 16, epoch: 18, poolset: 19 },
  blocksize: 20,
} as const;

test.prop([info, fc.array(unknown, { maxLength: 5 }), fc.infiniteStream(fc.nat()), cuts], { numRuns: 100 })(
  'a FileInfo is read whatever its values, the order of its fields and the pieces it comes in',
  async (expected, extra, order, places) => {
    const parts = Object.entries(numbers).map(
      ([name, n]): Part => [n, expected[name as keyof typeof numbers]],
    );
    const shuffled = [...parts, ...extra]
      .map(part => ({ part, rank: order.next().value ?? 0 }))
      .sort((a, b) => a.rank - b.rank)
      .map(({ part }) => part);
    const body = Buffer.concat([message([2, message(...shuffled)]), ok]);
    await withServer({ answer: () => ({ message: body }), cut: cut(places) }, async client => {
      expect(await client.stat('/v', { owner: 'a' })).toMatchObject(expected);
    });
  },
);

test.prop(
  [
    fc.record({
      path: text,
      owner: text,
      poolset: text,
      length: uint64,
      stripeUnit: uint64,
      stripeCount: uint64,
    }),
  ],
  { numRuns: 100 },
)('a request carries what it was called with', async ({ path, owner, ...volume }) => {
  await withServer({ answer: () => ({ message: ok }) }, async (client, server) => {
    await client.create(path, { owner }, volume);
    const { method, request } = server.calls[0] as Call;
    expect(method).toBe('CreateFile');
    expect(field(request, 1)?.body?.toString()).toBe(path);
    expect(field(request, 2)?.body?.toString()).toBe(owner);
    expect(field(request, 3)?.value).toBe(1n);
    expect(field(request, 4)?.value).toBe(volume.length);
    expect(field(request, 7)?.value).toBe(volume.stripeUnit);
    expect(field(request, 8)?.value).toBe(volume.stripeCount);
    expect(field(request, 9)?.body?.toString()).toBe(volume.poolset);
  });
});

test.prop([fc.array(uint32, { maxLength: 200 }), uint32], { numRuns: 50 })(
  'a list of ids is carried there, and their members back',
  async (ids, pool) => {
    const member = message([1, 3], [2, '10.0.0.1'], [3, 8200], [4, '1.2.3.4']);
    const answer = ({ request }: Call): Answer => {
      expect(field(request, 1)?.value).toBe(BigInt(pool));
      const asked = fields(request).filter(({ number }) => number === 2);
      const parts = asked.map(({ value = 0n }): Part => [2, message([1, value], [2, member])]);
      return { message: Buffer.concat([ok, message(...parts)]) };
    };
    await withServer({ answer }, async client => {
      const chunkservers = [{ id: 3, ip: '10.0.0.1', port: 8200, externalIp: '1.2.3.4' }];
      expect(await client.copysetServers(pool, ids)).toEqual(
        ids.map(copysetId => ({ copysetId, chunkservers })),
      );
    });
  },
);

const KiB = 1024;
const oneChunk = { ...plain, chunkSize: 2 ** 24, segmentSize: 2 ** 26 };

test.prop(
  [
    fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 12 }),
    cuts,
    fc.infiniteStream(fc.nat()),
  ],
  { numRuns: 60 },
)('replies reach their buffers in any order and any pieces', async (blocks, places, order) => {
  /** Held back until all have come, then sent in another order, as one stream cut anywhere. */
  const held: { send(): void; rank: number }[] = [];
  await using server = await FakeServer.start({
    answer(call) {
      if (call.method === 'GetLeader') return leaderIs(server.address(0));
      if (call.method !== 'ReadChunk') {
        return mdsAnswer({ geometry: oneChunk, copysets: 1, chunkservers: [server.port(0)] }, call);
      }
      const [offset, size] = [Number(field(call.request, 6)?.value), Number(field(call.request, 7)?.value)];
      return { message: message([1, 0]), attachment: Buffer.alloc(size, (offset / 4096) % 251) };
    },
    cut: cut(places),
    hold: (send, { method }) => {
      if (method !== 'ReadChunk') return send();
      held.push({ send, rank: order.next().value ?? 0 });
      const requests = blocks.reduce((sum, count) => sum + Math.ceil((count * 4 * KiB) / (64 * KiB)), 0);
      if (held.length < requests) return;
      for (const { send } of held.sort((a, b) => a.rank - b.rank)) send();
    },
  });
  const client = createClient({ 'mds.listen.addr': server.address(0), 'mds.registerToMDS': false });
  try {
    const fd = await client.open('/v', { owner: 'a' });
    let next = 0;
    await Promise.all(
      blocks.map(async count => {
        const first = next;
        next += count;
        const target = Buffer.alloc(count * 4 * KiB, 255);
        expect(await client.read(fd, first * 4 * KiB, target)).toBe(target.length);
        for (let done = 0; done < target.length; done += 64 * KiB) {
          const request = target.subarray(done, done + 64 * KiB);
          const sent = Buffer.alloc(request.length, ((first * 4 * KiB + done) / 4096) % 251);
          expect(request.equals(sent)).toBe(true);
        }
      }),
    );
  } finally {
    await client.uninit({ deadline: 3000 });
  }
});
