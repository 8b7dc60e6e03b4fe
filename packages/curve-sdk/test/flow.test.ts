import { setTimeout as delay } from 'node:timers/promises';
import { fc, it } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { type CallOptions, Course } from '../src/call-options.js';
import { Frontier } from '../src/flow/frontier.js';
import { inOrder } from '../src/flow/in-order.js';
import { spread } from '../src/flow/spread.js';
import { together } from '../src/flow/together.js';
import { stretchesToStore } from '../src/image/zeros.js';
import { runsOf } from '../src/volume/runs.js';

/** Counts what is under way, and can be aborted. */
class Work {
  underWay = 0;
  most = 0;
  aborted = 0;

  async take(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
    this.most = Math.max(this.most, ++this.underWay);
    try {
      await delay(milliseconds, undefined, { signal });
    } catch (error) {
      this.aborted++;
      throw error;
    } finally {
      // Whoever is aborted takes a while to end as well.
      await delay(5);
      this.underWay--;
    }
  }
}

async function* numbers(count: number) {
  for (let next = 0; next < count; next++) yield next;
}

const course = (options?: CallOptions) => new Course(options, 'test');
const LONG = 60_000;

describe('several things at a time', () => {
  it('together: the first failure ends the others, and none is under way afterwards', async () => {
    const work = new Work();
    const tasks = [LONG, LONG, LONG].map(
      time =>
        ({ signal }: CallOptions) =>
          work.take(time, signal),
    );
    const fail = async () => {
      await delay(10);
      throw new Error('broken');
    };
    await expect(together([...tasks, fail], {})).rejects.toThrow('broken');
    expect(work).toMatchObject({ underWay: 0, aborted: 3 });
  });

  it('spread: so many at a time, each once', async () => {
    const work = new Work();
    const seen: number[] = [];
    await spread(
      course(),
      3,
      () => numbers(10),
      async (number, { signal }) => {
        await work.take(1, signal);
        seen.push(number);
      },
    );
    expect(work).toMatchObject({ underWay: 0, most: 3 });
    expect(seen.sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('spread: a failure of the work or of the source ends all of it', async () => {
    for (const broken of ['work', 'source']) {
      const work = new Work();
      const source = async function* () {
        yield* numbers(3);
        if (broken === 'source') throw new Error('broken');
        yield 3;
      };
      const spreading = spread(course(), 4, source, async (number, { signal }) => {
        if (number === 3) throw new Error('broken');
        await work.take(LONG, signal);
      });
      await expect(spreading).rejects.toThrow('broken');
      expect(work).toMatchObject({ underWay: 0, aborted: 3 });
    }
  });

  it('in order: results come as the items did, whatever took longer', async () => {
    const work = new Work();
    const given: number[] = [];
    const results = inOrder(
      course(),
      4,
      () => numbers(12),
      async (number, { signal }) => {
        await work.take((number * 7) % 5, signal);
        return number;
      },
    );
    for await (const number of results) given.push(number);
    expect(given).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    expect(work).toMatchObject({ underWay: 0, most: 4 });
  });

  it('in order: whoever takes no more ends what is under way', async () => {
    const work = new Work();
    const results = inOrder(
      course(),
      3,
      () => numbers(10),
      async (number, { signal }) => {
        await work.take(number === 0 ? 1 : LONG, signal);
        return number;
      },
    );
    for await (const number of results) {
      expect(number).toBe(0);
      break;
    }
    expect(work).toMatchObject({ underWay: 0, aborted: 2 });
  });

  it('the caller can abort all of it', async () => {
    const work = new Work();
    const endless = async (_: number, { signal }: Course) => work.take(LONG, signal);
    const aborted = { signal: AbortSignal.timeout(20) };
    await expect(spread(course(aborted), 2, () => numbers(9), endless)).rejects.toThrow();
    const results = inOrder(course({ signal: AbortSignal.timeout(20) }), 2, () => numbers(9), endless);
    await expect(results.next()).rejects.toThrow();
    expect(work).toMatchObject({ underWay: 0, aborted: 4 });
  });
});

it.prop([fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 20 }), fc.infiniteStream(fc.nat())])(
  'the frontier is where the first part begins that is not done',
  (lengths, choices) => {
    let at = 100;
    const parts = lengths.map(length => {
      at += length;
      return { start: at - length, end: at };
    });
    const frontier = new Frontier(100);
    const left = new Set(parts);
    while (left.size > 0) {
      const part = [...left][(choices.next().value ?? 0) % left.size];
      if (part === undefined) break;
      left.delete(part);
      frontier.done(part.start, part.end);
      expect(frontier.position).toBe([...left][0]?.start ?? at);
    }
  },
);

const BLOCK = 4096;
const pieces = fc.array(
  fc.oneof(fc.integer({ min: 0, max: 3 * BLOCK }), fc.integer({ min: 0, max: 300_000 })),
  {
    maxLength: 12,
  },
);

it.prop([pieces])(
  'runs are whole blocks that cover a vector in order; large memory is used where it lies',
  lengths => {
    const total = lengths.reduce((sum, length) => sum + length, 0);
    const rest = (BLOCK - (total % BLOCK)) % BLOCK;
    const vector = [...lengths, rest].map((length, index) => Buffer.alloc(length, index + 1));
    const runs = [...runsOf(vector, BLOCK)];
    let offset = 0;
    for (const run of runs) {
      expect(run.offset).toBe(offset);
      expect(run.length % BLOCK).toBe(0);
      expect(run.parts.reduce((sum, part) => sum + part.length, 0)).toBe(run.length);
      offset += run.length;
    }
    expect(Buffer.concat(runs.flatMap(({ parts }) => parts)).equals(Buffer.concat(vector))).toBe(true);
    // Only what is not joined with other memory is moved without a copy.
    const copied = runs.filter(({ parts }) => parts.length > 1).reduce((sum, { length }) => sum + length, 0);
    expect(copied).toBeLessThanOrEqual(
      vector.filter(({ length }) => length < 80_000).length * 80_000 + 24 * BLOCK,
    );
  },
);

it.prop([
  fc.array(fc.tuple(fc.nat({ max: 200_000 }), fc.boolean()), { maxLength: 8 }),
  fc.nat({ max: 100_000 }),
])('what is not stored is zeros', (parts, position) => {
  const bytes = Buffer.concat(parts.map(([length, zeros]) => Buffer.alloc(length, zeros ? 0 : 7)));
  const stored = Buffer.alloc(bytes.length);
  for (const { start, end } of stretchesToStore(bytes, position, () => true)) {
    expect(end).toBeGreaterThan(start);
    bytes.copy(stored, start, start, end);
  }
  expect(stored.equals(bytes)).toBe(true);
  const all = stretchesToStore(bytes, position, () => false);
  expect(all).toEqual(bytes.length === 0 ? [] : [{ start: 0, end: bytes.length }]);
});
