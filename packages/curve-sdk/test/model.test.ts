import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { type CurveEmulator, startCurveEmulator } from '@curve-wcs/curve-emulator';
import { temporaryFolder } from '@curve-wcs/test-support';
import { fc, it } from '@fast-check/vitest';
import { afterAll, beforeAll, expect } from 'vitest';
import { CurveClient, type ImageProgress, type Volume } from '../src/index.js';
import { pattern } from '../src/script/pattern.js';
import { BLOCK, CHUNK, SEGMENT } from './support/connect.js';

const SIZE = 2 * SEGMENT;

let cluster: CurveEmulator;
let curve: CurveClient;
let volumes = 0;
beforeAll(async () => {
  const sizes = { chunkSize: CHUNK, segmentSize: SEGMENT, minVolumeSize: SEGMENT };
  cluster = await startCurveEmulator({ durability: 'fast', ...sizes });
  curve = await CurveClient.connect(cluster.clientConfPath, { user: 'alice' });
});
afterAll(async () => {
  await curve.close();
  await cluster.close();
});

async function withVolume(striped: boolean, use: (volume: Volume) => Promise<void>): Promise<void> {
  const path = `/v${volumes++}`;
  await curve.createVolume(path, {
    size: SIZE,
    ...(striped ? { stripe: { unit: 4 * BLOCK, count: 4 } } : {}),
  });
  const volume = await curve.open(path);
  try {
    await use(volume);
  } finally {
    await volume.close();
  }
}

/** Bytes that differ from place to place and from write to write. */
let writes = 0;
const someBytes = (length: number) => pattern(length, 0, ++writes & 0xff);

/** Cuts memory at random places. */
const cut = (bytes: Buffer, places: readonly number[]) => {
  const at = [0, ...places.map(place => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return at.slice(1).map((end, index) => bytes.subarray(at[index], end));
};

const range = fc
  .tuple(fc.integer({ min: 0, max: SIZE - 1 }), fc.integer({ min: 1, max: 200_000 }), fc.boolean())
  .map(([offset, length, aligned]) => {
    const start = aligned ? offset - (offset % BLOCK) : offset;
    const end = Math.min(start + (aligned ? Math.ceil(length / BLOCK) * BLOCK : length), SIZE);
    return { offset: start, length: end - start };
  });

interface Step {
  readonly range: { readonly offset: number; readonly length: number };
  readonly places: readonly number[];
  readonly what: 'read' | 'write' | 'readv' | 'writev' | 'readStream' | 'writeStream' | 'writes';
}

const step: fc.Arbitrary<Step> = fc.record({
  range,
  places: fc.array(fc.nat(), { maxLength: 6 }),
  what: fc.constantFrom('read', 'write', 'readv', 'writev', 'readStream', 'writeStream', 'writes'),
});
const small = { highWaterMark: 8 * BLOCK, concurrency: 3 };

/** What a step reads. */
async function read(volume: Volume, { range: { offset, length }, places, what }: Step): Promise<Buffer> {
  if (what === 'readStream') {
    return buffer(volume.createReadStream({ start: offset, end: offset + length - 1, ...small }));
  }
  if (what === 'read') return (await volume.read({ offset, length, align: 'auto' })).data;
  const memory = Buffer.alloc(length);
  await volume.readv(cut(memory, places), { offset, align: 'auto' });
  return memory;
}

/** Writes what a step writes, in one of several ways. */
async function write(volume: Volume, data: Buffer, { range: { offset }, places, what }: Step): Promise<void> {
  const options = { offset, align: 'auto' } as const;
  const parts = cut(data, places);
  if (what === 'write') await volume.write(data, options);
  if (what === 'writev') await volume.writev(parts, options);
  if (what === 'writeStream') {
    await pipeline(Readable.from(parts), volume.createWriteStream({ start: offset, ...small }));
  }
  if (what !== 'writes') return;
  let at = offset;
  const writing = parts.map(part => {
    at += part.length;
    return volume.write(part, { offset: at - part.length, align: 'auto' });
  });
  await Promise.all(writing);
}

it.prop([fc.boolean(), fc.array(step, { maxLength: 25 })], { numRuns: 40 })(
  'a volume is like memory under reads, writes, vectors and streams of any range',
  async (striped, steps) => {
    await withVolume(striped, async volume => {
      const model = Buffer.alloc(SIZE);
      for (const one of steps) {
        const { offset, length } = one.range;
        if (one.what.startsWith('read')) {
          expect((await read(volume, one)).equals(model.subarray(offset, offset + length))).toBe(true);
        } else {
          const data = someBytes(length);
          await write(volume, data, one);
          data.copy(model, offset);
        }
      }
      const { data } = await volume.read({ offset: 0, length: SIZE });
      expect(data.equals(model)).toBe(true);
    });
  },
);

/** Stretches of data and of zeros. */
const layout = fc.array(fc.record({ length: fc.integer({ min: 1, max: 300_000 }), zeros: fc.boolean() }), {
  maxLength: 12,
});
const imageCase = fc.record({
  striped: fc.boolean(),
  layout,
  before: fc.array(range, { maxLength: 3 }),
  offset: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: SIZE / 2 })),
  chunkSize: fc.constantFrom(BLOCK, 16 * BLOCK, CHUNK),
  concurrency: fc.integer({ min: 1, max: 4 }),
  sparse: fc.boolean(),
  failing: fc.integer({ min: 1, max: 40 }),
});

/** Runs an import or export that fails at a certain request, and again from where it was safe. */
async function interrupted(
  method: 'ReadChunk' | 'WriteChunk',
  nth: number,
  run: (options: { start?: number; onProgress?: (progress: ImageProgress) => void }) => Promise<unknown>,
): Promise<void> {
  let safe = 0;
  const onProgress = (progress: ImageProgress) => {
    expect(progress.safe).toBeGreaterThanOrEqual(safe);
    expect(progress.transferred).toBeGreaterThanOrEqual(progress.safe);
    safe = progress.safe;
  };
  const mend = cluster.faults.add({ match: { method, nth }, do: 'invalid request' });
  try {
    await run({ onProgress });
    mend();
  } catch (error) {
    mend();
    expect(error).toMatchObject({ code: 'INVALID_REQUEST' });
    await run({ start: safe });
  }
}

it.prop([imageCase], { numRuns: 40 })(
  'an image comes out as it went in, interrupted or not, and nothing around it changes',
  async ({ striped, layout, before, offset, chunkSize, concurrency, sparse, failing }) => {
    await withVolume(striped, async volume => {
      const model = Buffer.alloc(SIZE);
      for (const { offset, length } of before) {
        const data = someBytes(length);
        data.copy(model, offset);
        await volume.write(data, { offset, align: 'auto' });
      }
      const image = Buffer.concat(
        layout.map(({ length, zeros }) => (zeros ? Buffer.alloc(length) : someBytes(length))),
      ).subarray(0, SIZE - offset);
      image.copy(model, offset);
      const options = { offset, chunkSize, concurrency, sparse };
      await interrupted('WriteChunk', failing, more => volume.import(image, { ...options, ...more }));
      expect((await volume.read({ offset: 0, length: SIZE })).data.equals(model)).toBe(true);

      const path = join(temporaryFolder(), 'copy.img');
      await interrupted('ReadChunk', failing, more =>
        volume.export(path, { ...options, length: image.length, ...more }),
      );
      expect(readFileSync(path).equals(image)).toBe(true);
    });
  },
);
