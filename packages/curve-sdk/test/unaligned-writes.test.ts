import { getEventListeners } from 'node:events';
import { fc, it } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import type { Volume } from '../src/index.js';
import { BlockTurns, type Turn } from '../src/volume/block-turns.js';
import { BLOCK, smallVolume } from './support/connect.js';

describe('unaligned writes that overlap in blocks', () => {
  it('lose nothing of each other, nor of aligned writes beside them', async () => {
    const { volume } = await smallVolume();
    const model = Buffer.alloc(16 * BLOCK);
    // Each writer has bytes of its own, in blocks shared with others.
    const writes: Promise<unknown>[] = [];
    for (let round = 1; round <= 5; round++) {
      for (let writer = 0; writer < 64; writer++) {
        const [offset, length] = [writer * 1000 + 3, 997];
        const data = Buffer.alloc(length, (writer * 5 + round) & 0xff);
        if (round === 5) data.copy(model, offset);
        writes.push(volume.write(data, { offset, align: 'auto' }));
      }
      await Promise.all(writes.splice(0));
    }
    const { data } = await volume.read({ offset: 0, length: model.length });
    expect(data.equals(model)).toBe(true);
  });

  it('an aligned write to a block under read-modify-write is not undone', async () => {
    const { volume } = await smallVolume();
    for (let round = 0; round < 50; round++) {
      const value = round + 1;
      const aligned = () => [
        volume.write(Buffer.alloc(BLOCK, value), { offset: BLOCK }),
        volume.write(Buffer.alloc(BLOCK, value), { offset: 2 * BLOCK }),
      ];
      const before = round % 2 === 0 ? aligned() : [];
      const inside = volume.write(Buffer.alloc(10, 0xff), { offset: 2 * BLOCK - 5, align: 'auto' });
      await Promise.all([...before, inside, ...(round % 2 === 0 ? [] : aligned())]);
      const { data } = await volume.read({ offset: BLOCK, length: 2 * BLOCK });
      // All bytes but the ten are those of the aligned writes, whichever came first.
      expect(data.subarray(0, BLOCK - 5).every(byte => byte === value)).toBe(true);
      expect(data.subarray(BLOCK + 5).every(byte => byte === value)).toBe(true);
    }
  });

  it('wait by the thousand with one signal, which has few listeners', async () => {
    const { volume, cluster } = await smallVolume();
    cluster.faults.add({ match: { method: 'WriteChunk' }, do: 'hang' });
    const aborts = new AbortController();
    const writes = Array.from({ length: 1000 }, () =>
      volume.write(Buffer.alloc(1), { offset: 0, align: 'auto', signal: aborts.signal }),
    );
    const ended = Promise.allSettled(writes);
    await new Promise(resolve => setTimeout(resolve, 50));
    expect(getEventListeners(aborts.signal, 'abort').length).toBeLessThanOrEqual(2);
    aborts.abort();
    for (const write of await ended) expect(write).toMatchObject({ reason: { name: 'AbortError' } });
    expect(getEventListeners(aborts.signal, 'abort')).toEqual([]);
  });

  it('an aborted one lets the next go on', async () => {
    // For so long a chunkserver may still answer.
    const { volume, cluster } = await smallVolume({ keys: { 'chunkserver.maxRPCTimeoutMS': 1000 } });
    const hang = cluster.faults.add({ match: { method: 'WriteChunk' }, do: 'hang' });
    const controller = new AbortController();
    const stuck = volume.write(Buffer.alloc(10, 1), { offset: 5, align: 'auto', signal: controller.signal });
    const waiting = volume.write(Buffer.alloc(BLOCK, 2), { offset: 0, signal: AbortSignal.timeout(50) });
    const late = volume.write(Buffer.alloc(10, 3), { offset: 50, align: 'auto', deadline: 60 });
    await Promise.all([
      expect(waiting).rejects.toMatchObject({ name: 'AbortError', code: 'CANCELED', operation: 'write' }),
      expect(late).rejects.toMatchObject({ code: 'TIMEOUT', operation: 'write' }),
    ]);
    controller.abort();
    await expect(stuck).rejects.toMatchObject({ name: 'AbortError' });
    hang();
    await volume.write(Buffer.alloc(10, 4), { offset: 100, align: 'auto' });
    const { data } = await volume.read({ offset: 100, length: 10, align: 'auto' });
    expect(data).toEqual(Buffer.alloc(10, 4));
  });
});

describe('a write that was given up', () => {
  const late = { match: { method: 'WriteChunk', times: 1 }, do: 'delay 400ms' };
  /** Begins a write that is given up while its request is at the server. */
  async function givenUp(keys: Record<string, number> = {}) {
    const { volume, cluster, curve } = await smallVolume({ keys });
    await volume.write(Buffer.alloc(BLOCK, 1), { offset: 0 });
    cluster.faults.add(late);
    const isThere = async () => {
      await expect.poll(() => cluster.faults.list()[0]?.fired).toBe(1);
    };
    return { volume, cluster, curve, isThere };
  }
  const later = () => new Promise(resolve => setTimeout(resolve, 600));
  const bytes = async (volume: Volume, offset: number, length: number) =>
    (await volume.read({ offset, length, align: 'auto' })).data;

  it.each(['auto', undefined] as const)(
    'does not undo a neighbour that was acknowledged later, aborted with align %s',
    async align => {
      const { volume, isThere } = await givenUp();
      const controller = new AbortController();
      const data = Buffer.alloc(align === undefined ? BLOCK : 10, 2);
      const aborted = volume.write(data, { offset: 0, align, signal: controller.signal });
      await isThere();
      controller.abort();
      await expect(aborted).rejects.toMatchObject({ name: 'AbortError' });
      await volume.write(Buffer.alloc(10, 3), { offset: 100, align: 'auto' });
      await volume.write(Buffer.alloc(10, 4), { offset: 200, align: 'auto' });
      await later();
      expect(await bytes(volume, 100, 10)).toEqual(Buffer.alloc(10, 3));
      expect(await bytes(volume, 200, 10)).toEqual(Buffer.alloc(10, 4));
    },
  );

  it('does not undo what another descriptor of the client writes, after its deadline', async () => {
    const { volume, curve } = await givenUp();
    const other = await curve.open('/v');
    const over = volume.write(Buffer.alloc(BLOCK, 2), { offset: 0, deadline: 60 });
    await expect(over).rejects.toMatchObject({ code: 'TIMEOUT' });
    await other.write(Buffer.alloc(BLOCK, 3), { offset: 0 });
    await later();
    expect(await bytes(volume, 0, BLOCK)).toEqual(Buffer.alloc(BLOCK, 3));
  });

  it('does not undo what is written after the volume was closed and opened again', async () => {
    const { volume, curve } = await givenUp();
    const over = volume.write(Buffer.alloc(BLOCK, 2), { offset: 0, deadline: 60 });
    await expect(over).rejects.toMatchObject({ code: 'TIMEOUT' });
    await volume.close();
    const again = await curve.open('/v');
    await again.write(Buffer.alloc(BLOCK, 3), { offset: 0 });
    await later();
    expect(await bytes(again, 0, BLOCK)).toEqual(Buffer.alloc(BLOCK, 3));
  });

  it('is not given up by being sent again: what comes after both stays', async () => {
    const { volume } = await givenUp({ 'chunkserver.rpcTimeoutMS': 100 });
    await volume.write(Buffer.alloc(BLOCK, 2), { offset: 0 });
    await volume.write(Buffer.alloc(BLOCK, 3), { offset: 0 });
    await later();
    expect(await bytes(volume, 0, BLOCK)).toEqual(Buffer.alloc(BLOCK, 3));
  });

  it('keeps nobody from writing elsewhere', async () => {
    const { volume, cluster } = await givenUp();
    cluster.faults.clear();
    const hang = cluster.faults.add({ match: { method: 'WriteChunk', times: 1 }, do: 'hang' });
    await expect(volume.write(Buffer.alloc(BLOCK, 2), { offset: 0, deadline: 60 })).rejects.toMatchObject({
      code: 'TIMEOUT',
    });
    await volume.write(Buffer.alloc(BLOCK, 3), { offset: BLOCK });
    await volume.write(Buffer.alloc(10, 3), { offset: 2 * BLOCK + 5, align: 'auto' });
    expect(await bytes(volume, BLOCK, BLOCK)).toEqual(Buffer.alloc(BLOCK, 3));
    hang();
  });
});

describe('two descriptors of a volume', () => {
  it('take turns at the blocks that both write to', async () => {
    const { volume, curve } = await smallVolume();
    const both = [volume, await curve.open('/v')];
    const model = Buffer.alloc(8 * BLOCK);
    for (let round = 1; round <= 5; round++) {
      await Promise.all(
        Array.from({ length: 32 }, (_, writer) => {
          const [offset, data] = [writer * 1000 + 3, Buffer.alloc(997, (writer * 5 + round) & 0xff)];
          data.copy(model, offset);
          return both[writer % 2]?.write(data, { offset, align: 'auto' });
        }),
      );
    }
    const { data } = await volume.read({ offset: 0, length: model.length });
    expect(data.equals(model)).toBe(true);
  });
});

const range = fc.tuple(fc.nat(20), fc.integer({ min: 1, max: 6 }), fc.boolean(), fc.boolean());

interface Writing {
  start: number;
  end: number;
  exclusive: boolean;
  finish(): void;
}

/** Whether one of them reads, modifies and writes a block of the other. */
function meet(one: Writing, other: Writing): boolean {
  const readsFrom = (a: Writing, b: Writing) =>
    a.exclusive && [a.start, a.end - 1].some(edge => b.start <= edge && edge < b.end);
  return readsFrom(one, other) || readsFrom(other, one);
}

describe('turns', () => {
  it.prop([fc.array(range, { maxLength: 30 }), fc.infiniteStream(fc.nat())])(
    'never give a block to a read-modify-write and another write at once, and all get theirs',
    async (ranges, choices) => {
      const turns = new BlockTurns(1);
      const writing: Writing[] = [];
      let finished = 0;
      const writers = ranges.map(async ([start, length, exclusive, givesUp]) => {
        const end = start + length;
        const turn = exclusive ? turns.exclusive(start, end) : turns.plain(start, end);
        // Who gives up while waiting lets nobody pass those that it waited for.
        if (turn.before !== undefined && givesUp) {
          turns.end(turn);
          finished++;
          return;
        }
        await turn.before;
        await new Promise<void>(finish => {
          const own = { start, end, exclusive, finish };
          for (const other of writing) expect(meet(own, other)).toBe(false);
          writing.push(own);
        });
        turns.end(turn);
        finished++;
      });
      while (finished < ranges.length) {
        await new Promise(resolve => setImmediate(resolve));
        const [next] = writing.splice((choices.next().value ?? 0) % Math.max(writing.length, 1), 1);
        if (next === undefined && finished < ranges.length) throw new Error('nobody can go on');
        next?.finish();
        await new Promise(resolve => setImmediate(resolve));
      }
      await Promise.all(writers);
      expect(turns.isFree).toBe(true);
    },
  );

  // Were each to wait for all before it, there would be no memory for so many.
  it.each(['ended in order', 'given up'])('are as many as one likes at one block: %s', async how => {
    const turns = new BlockTurns(4096);
    const [first, ...others] = Array.from({ length: 30_000 }, (_, i) =>
      turns.exclusive(i % 4096, (i % 4096) + 1),
    );
    if (how === 'given up') for (const turn of others) turns.end(turn);
    turns.end(first as Turn);
    if (how !== 'given up') {
      for (const turn of others) {
        await turn.before;
        turns.end(turn);
      }
    }
    expect(turns.isFree).toBe(true);
  });
});
