import { type CurveEmulator, startCurveEmulator } from '@curve-wcs/curve-emulator';
import { fc, it } from '@fast-check/vitest';
import { afterAll, beforeAll, expect } from 'vitest';
import { CurveClient, type CurveError, type Volume } from '../src/index.js';
import { CHUNK, SEGMENT } from './support/connect.js';

// What is acknowledged is what is read: two clients with two descriptors each, against a plain array, while segments are
// discarded, the volume grows, epochs fence and calls fail on their way.

/** What writes begin and end at; four to a block. */
const CELL = 1024;
const MOST = 6 * SEGMENT;

let cluster: CurveEmulator;
/** Waits long enough for each answer, on a busy machine too: what was made twice is not asked here. */
let calm: CurveClient;
const clients: CurveClient[] = [];
let volumes = 0;
beforeAll(async () => {
  const sizes = { chunkSize: CHUNK, segmentSize: SEGMENT, minVolumeSize: SEGMENT };
  cluster = await startCurveEmulator({ durability: 'fast', ...sizes });
  const config = {
    'mds.listen.addr': cluster.mdsAddresses.join(','),
    'mds.rpcTimeoutMS': 60,
    'mds.rpcRetryIntervalUS': 2000,
    'chunkserver.opRetryIntervalUS': 2000,
    'chunkserver.rpcTimeoutMS': 60,
    'chunkserver.maxRPCTimeoutMS': 500,
    'metacache.rpcRetryIntervalUS': 2000,
    'csClientOpt.rpcTimeoutMs': 60,
    'csClientOpt.rpcIntervalUs': 2000,
    'discard.taskDelayMs': 5,
    'mds.registerToMDS': false,
  };
  calm = await CurveClient.connect({ 'mds.listen.addr': config['mds.listen.addr'] }, { user: 'alice' });
  for (let i = 0; i < 2; i++) clients.push(await CurveClient.connect(config, { user: 'alice' }));
});
afterAll(async () => {
  for (const client of [calm, ...clients]) await client.close({ deadline: 5000 });
  await cluster.close();
});

interface Range {
  readonly cell: number;
  readonly cells: number;
}
type Step =
  | ({ readonly do: 'write' | 'read'; readonly by: number } & Range)
  | ({ readonly do: 'abort'; readonly by: number; readonly after: number } & Range)
  | { readonly do: 'pair'; readonly client: number; readonly cell: number }
  | { readonly do: 'discard'; readonly client: number; readonly segment: number; readonly touched: boolean }
  | { readonly do: 'extend' | 'raise'; readonly by: number }
  | { readonly do: 'fault'; readonly method: string; readonly action: string; readonly times: number };

const by = fc.nat(3);
const range = { cell: fc.nat(MOST / CELL - 1), cells: fc.integer({ min: 1, max: 40 }) };
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('write' as const), by, ...range }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('read' as const), by, ...range }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('abort' as const), by, after: fc.nat(12), ...range }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('pair' as const), client: fc.nat(1), cell: range.cell }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('discard' as const),
      client: fc.nat(1),
      segment: fc.nat(5),
      touched: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('extend' as const, 'raise' as const), by }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('fault' as const),
      method: fc.constantFrom(
        ...['WriteChunk', 'WriteChunk', 'ReadChunk', 'GetOrAllocateSegment', 'DeAllocateSegment'],
        ...['UpdateEpoch', 'RefreshSession', 'GetLeader', 'CloseFile', 'GetChunkServerListInCopySets'],
      ),
      action: fc.constantFrom(
        'reset',
        'delay 30ms',
        'delay 120ms',
        'truncate',
        'error 2001',
        'duplicate',
        'slow',
      ),
      times: fc.integer({ min: 1, max: 3 }),
    }),
  },
);

/** What each cell may read as. More than one value: a write that was given up, or a discard, may show or not. */
class Cells {
  size: number;
  readonly #may: Set<number>[] = Array.from({ length: MOST / CELL }, () => new Set([0]));

  constructor(size: number) {
    this.size = size;
  }

  clamp({ cell, cells }: Range): Range {
    const first = cell % (this.size / CELL);
    return { cell: first, cells: Math.min(cells, this.size / CELL - first) };
  }

  written({ cell, cells }: Range, value: number): void {
    for (let at = cell; at < cell + cells; at++) this.#may[at] = new Set([value]);
  }

  may({ cell, cells }: Range, value: number): void {
    for (let at = cell; at < cell + cells; at++) this.#may[at]?.add(value);
  }

  check({ cell, cells }: Range, data: Buffer): void {
    for (let at = 0; at < cells; at++) {
      const bytes = data.subarray(at * CELL, (at + 1) * CELL);
      const [value = -1] = bytes;
      expect(bytes.every(byte => byte === value)).toBe(true);
      expect([...(this.#may[cell + at] ?? [])]).toContain(value);
    }
  }
}

let writes = 0;
const nextValue = () => (writes++ % 255) + 1;
const place = ({ cell, cells }: Range) => ({
  offset: cell * CELL,
  length: cells * CELL,
  align: 'auto' as const,
});

/** The volume as both clients have it open, each twice. */
class Openers {
  readonly #path: string;
  readonly #open: (Volume | undefined)[] = [undefined, undefined, undefined, undefined];
  /** The client that has given up a write: only it knows when that is over, and waits for it when it closes. */
  #late: number | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** Nothing of the other client's can come yet. */
  async settled(by: number): Promise<void> {
    if (this.#late !== undefined && this.#late !== by >> 1) await this.close(this.#late);
  }

  async gaveUp(by: number): Promise<void> {
    await this.settled(by);
    this.#late = by >> 1;
  }

  async volume(by: number): Promise<Volume> {
    const open = this.#open[by] ?? (await (clients[by >> 1] as CurveClient).open(this.#path));
    this.#open[by] = open;
    return open;
  }

  async close(client: number): Promise<void> {
    for (const by of [2 * client, 2 * client + 1]) {
      const volume = this.#open[by];
      this.#open[by] = undefined;
      await volume?.close();
    }
    if (this.#late === client) this.#late = undefined;
  }

  /** Writes; a client that was fenced off opens the volume anew. */
  async write(by: number, range: Range, value: number): Promise<void> {
    await this.settled(by);
    const { offset, align } = place(range);
    const data = Buffer.alloc(range.cells * CELL, value);
    try {
      await (await this.volume(by)).write(data, { offset, align });
    } catch (error) {
      expect(error).toMatchObject({ code: expect.stringMatching('EPOCH_TOO_OLD|UNKNOWN') });
      expect((error as CurveError).status).toMatch(/TOO_OLD|TooOld/);
      await this.close(by >> 1);
      await (await this.volume(by)).write(data, { offset, align });
    }
  }
}

async function run(step: Step, openers: Openers, cells: Cells): Promise<void> {
  switch (step.do) {
    case 'write': {
      const range = cells.clamp(step);
      const value = nextValue();
      // Until it is done, and if it is not, its cells may be either.
      cells.may(range, value);
      await openers.write(step.by, range, value);
      return cells.written(range, value);
    }
    case 'read': {
      const range = cells.clamp(step);
      const { data } = await (await openers.volume(step.by)).read(place(range));
      return cells.check(range, data);
    }
    case 'abort': {
      const range = cells.clamp(step);
      const value = nextValue();
      cells.may(range, value);
      const { offset, align } = place(range);
      const data = Buffer.alloc(range.cells * CELL, value);
      await openers.gaveUp(step.by);
      const volume = await openers.volume(step.by);
      const signal = AbortSignal.timeout(step.after);
      const done = await volume.write(data, { offset, align, signal }).then(
        () => true,
        () => false,
      );
      if (done) cells.written(range, value);
      return;
    }
    case 'pair': {
      // Two descriptors of one client, at once, side by side in one block.
      const { cell } = cells.clamp({ cell: step.cell - (step.cell % 4), cells: 4 });
      const halves = [0, 1].map(half => ({ cell: cell + 2 * half, cells: 2 }));
      const values = halves.map(nextValue);
      await openers.volume(2 * step.client);
      await openers.write(2 * step.client + 1, halves[1] as Range, values[1] as number);
      await Promise.all(
        halves.map((half, i) => openers.write(2 * step.client + i, half, values[i] as number)),
      );
      for (const [i, half] of halves.entries()) cells.written(half, values[i] as number);
      return;
    }
    case 'discard': {
      // Nobody else must have it open: others do not hear of it (curve-protocol.md §4.13).
      await openers.close(1 - step.client);
      const segment = step.segment % (cells.size / SEGMENT);
      const range = { cell: (segment * SEGMENT) / CELL, cells: SEGMENT / CELL };
      cells.may(range, 0);
      await (await openers.volume(2 * step.client)).discard({ offset: segment * SEGMENT, length: SEGMENT });
      if (step.touched) {
        await run({ do: 'write', by: 2 * step.client + 1, cell: range.cell + 5, cells: 9 }, openers, cells);
      }
      // Time to give it back; with the last descriptor goes what has not been.
      await new Promise(resolve => setTimeout(resolve, 15));
      return openers.close(step.client);
    }
    case 'extend': {
      if (cells.size === MOST) return;
      cells.size += SEGMENT;
      return (await openers.volume(step.by)).resize(cells.size);
    }
    case 'raise': {
      await openers.settled(step.by);
      const volume = await openers.volume(step.by);
      const before = (await volume.stat()).epoch;
      expect(await volume.increaseEpoch()).toBeGreaterThan(before);
      // By its own epoch nobody is fenced.
      const range = cells.clamp({ cell: 3, cells: 2 });
      const value = nextValue();
      await volume.write(Buffer.alloc(range.cells * CELL, value), place(range));
      return cells.written(range, value);
    }
    case 'fault':
      cluster.faults.add({ match: { method: step.method, times: step.times }, do: step.action });
  }
}

it.prop([fc.array(step, { minLength: 5, maxLength: 40 })], { numRuns: 40, interruptAfterTimeLimit: 40_000 })(
  'two clients with two descriptors each, discards, growth, epochs and faults: as a plain array',
  async steps => {
    const path = `/v${volumes++}`;
    await calm.createVolume(path, { size: 4 * SEGMENT });
    const openers = new Openers(path);
    const cells = new Cells(4 * SEGMENT);
    try {
      for (const one of steps) await run(one, openers, cells);
      cluster.faults.clear();
      const everything = { cell: 0, cells: cells.size / CELL };
      for (let by = 0; by < 4; by++) {
        const { data } = await (await openers.volume(by)).read(place(everything));
        cells.check(everything, data);
      }
    } finally {
      cluster.faults.clear();
      for (const client of [0, 1]) await openers.close(client);
    }
  },
  120_000,
);
