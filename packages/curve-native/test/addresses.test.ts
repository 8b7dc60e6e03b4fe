import { fc, test } from '@fast-check/vitest';
import { expect } from 'vitest';
import { createClient } from '../src/index.js';
import { alice } from './support/cluster.js';
import { FakeServer } from './support/fake-server.js';
import { chunkRequest, type Geometry, leaderIs, mdsAnswer } from './support/fake-volume.js';
import { message } from './support/protobuf.js';

// Where every byte of a volume must lie, computed anew from the protocol's formula (4.6), against where the client puts
// it and looks for it. The server only stores what it is told, wherever that is.

const BLOCK = 4096;
const REQUEST = 64 * 1024;

const geometries: fc.Arbitrary<Geometry> = fc
  .record({
    /** Powers of two: a chunk of so many stripe units, a segment of so many stripes of chunks. */
    unit: fc.integer({ min: 12, max: 16 }),
    units: fc.integer({ min: 1, max: 3 }),
    count: fc.integer({ min: 0, max: 3 }),
    segments: fc.integer({ min: 0, max: 2 }),
    striped: fc.boolean(),
  })
  .map(({ unit, units, count, segments, striped }) => {
    const chunkSize = 2 ** (unit + units);
    const segmentSize = chunkSize * 2 ** (count + segments);
    return striped
      ? { chunkSize, segmentSize, stripeUnit: 2 ** unit, stripeCount: 2 ** count }
      : { chunkSize, segmentSize, stripeUnit: 0, stripeCount: 0 };
  });

const range = fc.record({
  offset: fc.integer({ min: 0, max: 2000 }).map(blocks => blocks * BLOCK),
  length: fc.integer({ min: 1, max: 80 }).map(blocks => blocks * BLOCK),
});

/** Chunk id and offset of a volume's byte. */
function place(
  { chunkSize, stripeUnit, stripeCount }: Geometry,
  at: number,
): [chunk: number, offset: number] {
  if (stripeUnit === 0 || stripeCount <= 1) return [Math.floor(at / chunkSize) + 1, at % chunkSize];
  const block = Math.floor(at / stripeUnit);
  const stripe = Math.floor(block / stripeCount);
  const stripesOfChunk = chunkSize / stripeUnit;
  const chunk = Math.floor(stripe / stripesOfChunk) * stripeCount + (block % stripeCount);
  return [chunk + 1, (stripe % stripesOfChunk) * stripeUnit + (at % stripeUnit)];
}

/** Every sector says where it lies, so that each can be told from all others. */
function pattern(offset: number, length: number): Buffer {
  const data = Buffer.alloc(length);
  for (let at = 0; at < length; at += 512) data.writeUInt32LE((offset + at) / 512 + 1, at);
  return data;
}

test.prop([geometries, fc.array(range, { minLength: 1, maxLength: 6 })], { numRuns: 60 })(
  'bytes are written to, and read from, where the protocol says',
  async (geometry, ranges) => {
    const chunks = new Map<number, Map<number, Buffer>>();
    const sizes: number[] = [];
    await using server = await FakeServer.start({
      answer(call) {
        const { chunkId, offset, size } = chunkRequest(call.request);
        const blocks = chunks.get(chunkId) ?? new Map<number, Buffer>();
        if (call.method === 'WriteChunk') {
          sizes.push(size);
          expect(offset + size).toBeLessThanOrEqual(geometry.chunkSize);
          expect(call.attachment.length).toBe(size);
          for (let at = 0; at < size; at += BLOCK) {
            blocks.set(offset + at, call.attachment.subarray(at, at + BLOCK));
          }
          chunks.set(chunkId, blocks);
          return { message: message([1, 0]) };
        }
        if (call.method === 'ReadChunk') {
          const found = Array.from({ length: size / BLOCK }, (_, i) => blocks.get(offset + i * BLOCK));
          const attachment = Buffer.concat(found.map(block => block ?? Buffer.alloc(BLOCK)));
          return { message: message([1, 0]), attachment };
        }
        if (call.method === 'GetLeader') return leaderIs(server.address(0));
        return mdsAnswer({ geometry, copysets: 3, chunkservers: [server.port(0)] }, call);
      },
    });
    const client = createClient({ 'mds.listen.addr': server.address(0), 'mds.registerToMDS': false });
    try {
      const fd = await client.open('/v', alice);
      for (const { offset, length } of ranges) {
        expect(await client.write(fd, offset, pattern(offset, length))).toBe(length);
      }
      for (const { offset, length } of ranges) {
        for (let at = offset; at < offset + length; at += BLOCK) {
          const [chunk, inChunk] = place(geometry, at);
          expect(chunks.get(chunk)?.get(inChunk)?.equals(pattern(at, BLOCK)), `byte ${at}`).toBe(true);
        }
        const target = Buffer.alloc(length);
        expect(await client.read(fd, offset, target)).toBe(length);
        expect(target.equals(pattern(offset, length))).toBe(true);
      }
      expect(Math.max(...sizes)).toBeLessThanOrEqual(REQUEST);
    } finally {
      await client.uninit({ deadline: 3000 });
    }
  },
);
