import { setTimeout as pause } from 'node:timers/promises';
import { test as check, fc } from '@fast-check/vitest';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type ChangedRange, CurveClient, type NativeSnapshot } from '../src/index.js';
import { BLOCK, CHUNK, SEGMENT, SIZE, smallCluster, smallVolume } from './support/connect.js';

/** Until a client of {@link QUICK} has learnt of a snapshot. */
const SETTLE = { settle: 400 };
const QUICK = { 'mds.refreshTimesPerLease': 100 };
const stripe = { unit: 2 * BLOCK, count: 4 };

const fill = (length: number, byte: number) => Buffer.alloc(length, byte);

async function all(ranges: AsyncIterable<ChangedRange>): Promise<ChangedRange[]> {
  const found: ChangedRange[] = [];
  for await (const range of ranges) found.push(range);
  return found;
}

const contentOf = async (snapshot: NativeSnapshot) =>
  (await snapshot.read({ offset: 0, length: snapshot.length })).data;

async function quickVolume(options: Parameters<typeof smallVolume>[0] = {}) {
  return smallVolume({ keys: QUICK, ...options });
}

describe('a snapshot of a volume', () => {
  test('is what it was, whatever is written afterwards', async () => {
    const { curve, volume } = await quickVolume();
    await volume.write(fill(2 * CHUNK, 1), { offset: CHUNK });
    await volume.write(fill(BLOCK, 2), { offset: 3 * SEGMENT });
    const before = (await volume.read({ offset: 0, length: SIZE })).data;
    await using snapshot = await curve.nativeSnapshots.create('/v', SETTLE);
    expect(snapshot).toMatchObject({ path: '/v', volumeId: volume.id, seq: 1, length: SIZE });
    expect(snapshot).toMatchObject({ chunkSize: CHUNK, segmentSize: SEGMENT, blockSize: BLOCK });
    expect(Math.abs(snapshot.createdAt.getTime() - Date.now())).toBeLessThan(60_000);

    await volume.write(fill(CHUNK, 3), { offset: CHUNK + BLOCK });
    // In a chunk and a segment that were not there.
    await volume.write(fill(BLOCK, 4), { offset: 0 });
    await volume.write(fill(BLOCK, 5), { offset: SEGMENT + BLOCK });
    await curve.extend('/v', SIZE + SEGMENT);
    expect((await contentOf(snapshot)).equals(before)).toBe(true);

    const buffer = Buffer.alloc(2 * BLOCK, 9);
    expect((await snapshot.read({ offset: CHUNK, buffer })).data).toBe(buffer);
    expect(buffer.equals(fill(2 * BLOCK, 1))).toBe(true);
    const odd = await snapshot.read({ offset: CHUNK - 3, length: 7, align: 'auto' });
    expect(odd.data).toEqual(Buffer.from([0, 0, 0, 1, 1, 1, 1]));
    expect(await snapshot.read({ offset: 0, length: 0 })).toMatchObject({ bytesRead: 0 });
    const stream = snapshot.createReadStream({ start: 5, highWaterMark: CHUNK, concurrency: 3 });
    expect(Buffer.concat(await stream.toArray()).equals(before.subarray(5))).toBe(true);
  });

  test('tells what was changed since an earlier one, by the chunk', async () => {
    const { curve, volume } = await quickVolume();
    await volume.write(fill(2 * SEGMENT, 1), { offset: 0 });
    const { create } = curve.nativeSnapshots;
    let first: NativeSnapshot | undefined;
    {
      await using snapshot = await create.call(curve.nativeSnapshots, '/v', SETTLE);
      first = snapshot;
    }
    const rest = { offset: 2 * SEGMENT, length: 2 * SEGMENT, zeros: true };
    expect(await all(volume.changesSince(first))).toEqual([rest]);
    const touched = [1, 4, 5];
    for (const chunk of touched) await volume.write(fill(BLOCK, 2), { offset: chunk * CHUNK + BLOCK });
    await volume.write(fill(BLOCK, 2), { offset: 3 * SEGMENT + CHUNK });
    const changed = (chunk: number) => ({ offset: chunk * CHUNK, length: CHUNK, zeros: false });
    const expected = [
      ...touched.map(changed),
      { offset: 2 * SEGMENT, length: SEGMENT + CHUNK, zeros: true },
      changed(13),
      { offset: 3 * SEGMENT + 2 * CHUNK, length: 2 * CHUNK, zeros: true },
    ];
    expect(await all(volume.changesSince(first.seq))).toEqual(expected);
    await using second = await curve.nativeSnapshots.create('/v', SETTLE);
    expect(second.seq).toBeGreaterThan(first.seq);
    await volume.write(fill(BLOCK, 3), { offset: 0 });
    expect(await all(second.changesSince(first))).toEqual(expected);
    // 0 is before all.
    const stored = [0, 1, 2, 3, 4, 5, 6, 7].map(changed);
    expect((await all(second.changesSince(0))).slice(0, 8)).toEqual(stored);
  });

  test('of a striped volume is right in every stripe', async () => {
    const { curve } = await quickVolume();
    await curve.createVolume('/striped', { size: SIZE, stripe });
    await using volume = await curve.open('/striped');
    const content = Buffer.from(Array.from({ length: SIZE / BLOCK }, (_, block) => block % 251));
    const bytes = Buffer.concat([...content].map(byte => fill(BLOCK, byte)));
    await volume.write(bytes, { offset: 0 });
    await using snapshot = await curve.nativeSnapshots.create('/striped', SETTLE);
    expect(snapshot.stripe).toEqual(stripe);
    await volume.write(fill(BLOCK, 255), { offset: SEGMENT + 9 * BLOCK });
    expect((await contentOf(snapshot)).equals(bytes)).toBe(true);
    const group = stripe.count * CHUNK;
    expect(await all(volume.changesSince(snapshot))).toEqual([
      { offset: group, length: group, zeros: false },
    ]);
  });

  test('is read where the leaders have gone and chunkservers are away', async () => {
    const { cluster, curve, volume } = await quickVolume({ chunkservers: 3 });
    const bytes = Buffer.concat(Array.from({ length: 16 }, (_, chunk) => fill(CHUNK, chunk + 1)));
    await volume.write(bytes, { offset: 0 });
    await using snapshot = await curve.nativeSnapshots.create('/v', SETTLE);
    expect((await contentOf(snapshot)).equals(bytes)).toBe(true);
    for (const copysetId of [1, 2, 3]) cluster.moveLeader({ copysetId });
    expect((await contentOf(snapshot)).equals(bytes)).toBe(true);
    await cluster.stopChunkserver(1);
    expect((await contentOf(snapshot)).equals(bytes)).toBe(true);
    cluster.faults.add({ match: { role: 'chunkserver', probability: 0.2 }, do: 'reset' });
    expect((await contentOf(snapshot)).equals(bytes)).toBe(true);
    cluster.faults.clear();
    await cluster.startChunkserver(1);
  });

  test('nobody can read says why, when its time is over', async () => {
    const { cluster, curve, volume } = await quickVolume({ chunkservers: 1 });
    await volume.write(fill(BLOCK, 1), { offset: 0 });
    await using snapshot = await curve.nativeSnapshots.create('/v', SETTLE);
    await cluster.stopChunkserver(1);
    const late = snapshot.read({ offset: 0, length: BLOCK, deadline: 2000 });
    await expect(late).rejects.toMatchObject({ code: 'TIMEOUT', operation: 'nativeSnapshot.read' });
    await expect(late).rejects.toThrow('ECONNREFUSED');
    const controller = new AbortController();
    const aborted = snapshot.read({ offset: 0, length: BLOCK, signal: controller.signal });
    setTimeout(() => controller.abort(), 100);
    await expect(aborted).rejects.toMatchObject({ name: 'AbortError' });
    await cluster.startChunkserver(1);
  });
});

describe('snapshots in the MDS', () => {
  test('are one at a time, can be found again, and are deleted', async () => {
    const { curve } = await quickVolume();
    const { nativeSnapshots } = curve;
    expect(await nativeSnapshots.find('/v')).toBeUndefined();
    const snapshot = await nativeSnapshots.create('/v', { settle: 0 });
    const second = nativeSnapshots.create('/v', { settle: 0 });
    await expect(second).rejects.toMatchObject({ code: 'UNDER_SNAPSHOT', status: 'kFileUnderSnapShot' });
    await expect(curve.remove('/v')).rejects.toMatchObject({ code: expect.any(String) });
    const found = await nativeSnapshots.find('/v');
    expect(found).toMatchObject({ id: snapshot.id, seq: snapshot.seq, volumeId: snapshot.volumeId });
    await found?.delete();
    expect(await nativeSnapshots.find('/v')).toBeUndefined();
    await snapshot.delete();
    const gone = snapshot.read({ offset: 0, length: BLOCK });
    await expect(gone).rejects.toMatchObject({ code: 'NOTEXIST', status: 'kSnapshotFileNotExists' });
  });

  test('are taken back if the wait for others is given up', async () => {
    const { curve } = await quickVolume();
    const { nativeSnapshots } = curve;
    await expect(nativeSnapshots.create('/v', { deadline: 2000 })).rejects.toMatchObject({ code: 'TIMEOUT' });
    expect(await nativeSnapshots.find('/v')).toBeUndefined();
    const controller = new AbortController();
    const aborted = nativeSnapshots.create('/v', { signal: controller.signal });
    await expect.poll(() => nativeSnapshots.find('/v')).toBeDefined();
    controller.abort();
    await expect(aborted).rejects.toMatchObject({ name: 'AbortError' });
    expect(await nativeSnapshots.find('/v')).toBeUndefined();
  });

  test('are for who may, of what can have them', async () => {
    const { cluster, connect } = await smallCluster();
    const [alice, bob] = [await connect('alice'), await connect('bob')];
    await alice.createVolume('/v', { size: SIZE });
    await alice.mkdir('/d');
    const refused = (path: string, curve = alice) => expect(curve.nativeSnapshots.create(path)).rejects;
    await refused('/v', bob).toMatchObject({ code: 'AUTHFAIL' });
    await refused('/d').toMatchObject({ code: 'NOT_SUPPORT' });
    await refused('/nothing').toMatchObject({ code: 'NOTEXIST' });
    await expect(bob.nativeSnapshots.find('/v')).rejects.toMatchObject({ code: 'AUTHFAIL' });
    const root = await connect('root');
    await using snapshot = await root.nativeSnapshots.create('/v', { settle: 0 });
    expect((await snapshot.read({ offset: 0, length: BLOCK })).data.equals(fill(BLOCK, 0))).toBe(true);
    expect(cluster.requests.some(({ method }) => method === 'GetSnapShotFileSegment')).toBe(true);
  });

  test('bad arguments are refused before anything is sent', async () => {
    const { cluster, curve } = await quickVolume();
    const snapshot = await curve.nativeSnapshots.create('/v', { settle: 0 });
    const before = cluster.requests.length;
    const invalid = { code: 'INVALID_ARGUMENT' };
    const wrong = [
      () => curve.nativeSnapshots.create('v'),
      () => curve.nativeSnapshots.create('/'),
      () => curve.nativeSnapshots.create('/v', { settle: -1 }),
      () => curve.nativeSnapshots.create('/v', null as never),
      () => curve.nativeSnapshots.find(5 as never),
      () => snapshot.read({ offset: -1, length: BLOCK }),
      () => snapshot.read({ offset: 0, length: 1 }),
      () => snapshot.read({ offset: 0, length: SIZE + BLOCK }),
      () => snapshot.read({ offset: 0, length: 1, align: 'no' as never }),
      () => snapshot.read({ offset: 0, buffer: 'text' as never }),
      () => snapshot.read(undefined as never),
      () => snapshot.read({ offset: 0, length: BLOCK, deadline: 0 }),
      () => all(snapshot.changesSince('x' as never)),
      () => all(snapshot.changesSince(null as never)),
      () => snapshot.delete({ deadline: -1 }),
    ];
    for (const call of wrong) await expect(call()).rejects.toMatchObject(invalid);
    expect(() => snapshot.createReadStream({ start: -1 })).toThrow();
    expect(cluster.requests.slice(before).filter(({ role }) => role === 'chunkserver')).toEqual([]);
    expect(cluster.requests.slice(before).filter(({ method }) => /SnapShot/.test(method))).toEqual([]);
  });

  test('are read by no client that was closed', async () => {
    const { cluster, curve } = await quickVolume({ chunkservers: 1 });
    const other = await CurveClient.connect(
      { 'mds.listen.addr': cluster.mdsAddresses.join(',') },
      { user: 'alice' },
    );
    onTestFinished(() => other.close());
    await (await curve.open('/v')).write(fill(BLOCK, 1), { offset: 0 });
    const snapshot = await other.nativeSnapshots.create('/v', SETTLE);
    await cluster.stopChunkserver(1);
    const read = snapshot.read({ offset: 0, length: BLOCK });
    read.catch(() => {});
    await pause(100);
    await other.close({ deadline: 200 });
    await expect(read).rejects.toMatchObject({ code: 'CLOSED' });
    await expect(snapshot.delete()).rejects.toMatchObject({ code: 'CLOSED' });
    await cluster.startChunkserver(1);
  });
});

type Step =
  | { write: { block: number; blocks: number; byte: number } }
  | { snapshot: true }
  | { discard: number };
const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      write: fc.record({
        block: fc.nat(SIZE / BLOCK - 1),
        blocks: fc.integer({ min: 1, max: 80 }),
        byte: fc.integer({ min: 1, max: 255 }),
      }),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ snapshot: true as const }) },
);

describe('whatever is written between snapshots', () => {
  check.prop([fc.array(step, { minLength: 4, maxLength: 24 }), fc.boolean()], { numRuns: 8 })(
    'each is what the volume was, and the changes since the one before make it of that',
    async (steps: Step[], striped) => {
      const { curve } = await quickVolume();
      await curve.createVolume('/model', { size: SIZE, ...(striped ? { stripe } : {}) });
      await using volume = await curve.open('/model');
      const model = Buffer.alloc(SIZE);
      /** What a copy has that takes over changes alone. */
      const copy = Buffer.alloc(SIZE);
      let last = 0;
      for (const one of [...steps, { snapshot: true as const }]) {
        if ('write' in one) {
          const { block, blocks, byte } = one.write;
          const data = fill(Math.min(blocks * BLOCK, SIZE - block * BLOCK), byte);
          await volume.write(data, { offset: block * BLOCK });
          data.copy(model, block * BLOCK);
        } else {
          await using snapshot = await curve.nativeSnapshots.create('/model', SETTLE);
          const then = Buffer.from(model);
          // Over all of it, so that nothing is right by chance.
          const noise = fill(BLOCK, 254);
          for (const offset of [0, SIZE / 2, SIZE - BLOCK]) {
            await volume.write(noise, { offset });
            noise.copy(model, offset);
          }
          for await (const { offset, length, zeros } of snapshot.changesSince(last)) {
            if (zeros) copy.fill(0, offset, offset + length);
            else (await snapshot.read({ offset, length })).data.copy(copy, offset);
          }
          expect(copy.equals(then)).toBe(true);
          expect((await contentOf(snapshot)).equals(then)).toBe(true);
          last = snapshot.seq;
        }
      }
    },
    60_000,
  );
});
