import { randomFillSync } from 'node:crypto';
import { getEventListeners, once } from 'node:events';
import { Readable, Writable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { describe, expect, it } from 'vitest';
import { BLOCK, CHUNK, SEGMENT, SIZE, smallVolume } from './support/connect.js';

const random = (length: number) => randomFillSync(Buffer.allocUnsafe(length));

/** Small requests, so that there are many. */
const SMALL = { highWaterMark: 4 * BLOCK, concurrency: 3 };

describe('a read stream', () => {
  it('gives the volume, or a range of it, in order', async () => {
    const { volume } = await smallVolume();
    const data = random(SIZE);
    await volume.write(data, { offset: 0 });
    expect((await buffer(volume.createReadStream(SMALL))).equals(data)).toBe(true);
    const stream = volume.createReadStream({ start: 5, end: 3 * CHUNK, ...SMALL });
    expect((await buffer(stream)).equals(data.subarray(5, 3 * CHUNK + 1))).toBe(true);
    expect(stream.bytesRead).toBe(3 * CHUNK - 4);
    expect(await buffer(volume.createReadStream({ start: 7, end: 6 }))).toHaveLength(0);
    expect(await buffer(volume.createReadStream({ start: SIZE - 1 }))).toEqual(data.subarray(-1));
  });

  it('reads several requests ahead, and no more', async () => {
    const { curve, volume } = await smallVolume();
    const stream = volume.createReadStream({ highWaterMark: BLOCK, concurrency: 4 });
    await once(stream, 'readable');
    await new Promise(resolve => setTimeout(resolve, 100));
    // One is waiting to be taken, the others are ahead of it.
    expect(curve.stats().reads).toBeLessThanOrEqual(6);
    stream.destroy();
    await once(stream, 'close');
  });

  it('fails with the error of the read, and leaves nothing under way', async () => {
    const { volume, curve, cluster } = await smallVolume();
    await volume.write(random(SIZE), { offset: 0 });
    cluster.faults.add({ match: { method: 'ReadChunk', nth: 20 }, do: 'invalid request' });
    await expect(buffer(volume.createReadStream(SMALL))).rejects.toMatchObject({
      name: 'CurveError',
      code: 'INVALID_REQUEST',
      path: '/v',
    });
    expect(curve.stats().callsInFlight).toBe(0);
  });

  it('is aborted by its signal, before and in the middle', async () => {
    const { volume, cluster } = await smallVolume();
    await volume.write(random(CHUNK), { offset: 0 });
    const controller = new AbortController();
    const { signal } = controller;
    cluster.faults.add({ match: { method: 'ReadChunk' }, do: 'hang' });
    const stuck = buffer(volume.createReadStream({ signal, ...SMALL }));
    setTimeout(() => controller.abort(new Error('enough')), 20);
    const aborted = { name: 'AbortError', code: 'CANCELED', cause: { message: 'enough' } };
    await expect(stuck).rejects.toMatchObject({ ...aborted, operation: 'createReadStream' });
    expect(getEventListeners(signal, 'abort')).toEqual([]);
    await expect(buffer(volume.createReadStream({ signal }))).rejects.toMatchObject(aborted);
  });

  it('fails beyond the end and after close; wrong options throw', async () => {
    const { volume } = await smallVolume();
    await expect(buffer(volume.createReadStream({ end: SIZE }))).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
    for (const options of [
      { start: -1 },
      { end: 1.5 },
      { highWaterMark: 100 },
      { highWaterMark: BLOCK + 1 },
    ]) {
      expect(() => volume.createReadStream(options)).toThrow(
        expect.objectContaining({ code: 'INVALID_ARGUMENT', operation: 'createReadStream' }),
      );
    }
    expect(() => volume.createReadStream({ signal: {} as AbortSignal })).toThrow(
      'signal must be an AbortSignal',
    );
    expect(() => volume.createReadStream({ concurrency: 0 })).toThrow('concurrency must be a whole number');
    await volume.close();
    await expect(buffer(volume.createReadStream())).rejects.toMatchObject({ code: 'CLOSED' });
  });

  it('works as a web stream', async () => {
    const { volume } = await smallVolume();
    const data = random(2 * CHUNK);
    await volume.write(data, { offset: 0 });
    const web = Readable.toWeb(volume.createReadStream({ end: 2 * CHUNK - 1, ...SMALL }));
    expect(Buffer.from(await new Response(web as ReadableStream).arrayBuffer()).equals(data)).toBe(true);
  });
});

describe('a write stream', () => {
  it('writes what it gets, wherever that begins and ends', async () => {
    const { volume } = await smallVolume();
    const before = random(SIZE);
    await volume.write(before, { offset: 0 });
    const data = random(3 * CHUNK + 17);
    const pieces = Array.from({ length: 100 }, (_, index) => data.subarray(index * 9000, (index + 1) * 9000));
    const stream = volume.createWriteStream({ start: BLOCK - 3, ...SMALL });
    await pipeline(Readable.from(pieces), stream);
    expect(stream.bytesWritten).toBe(data.length);
    data.copy(before, BLOCK - 3);
    const { data: after } = await volume.read({ offset: 0, length: SIZE });
    expect(after.equals(before)).toBe(true);
  });

  it('holds back who is faster than the volume', async () => {
    const { volume, cluster } = await smallVolume();
    const hang = cluster.faults.add({ match: { method: 'WriteChunk' }, do: 'delay 50ms' });
    const stream = volume.createWriteStream({ highWaterMark: BLOCK, concurrency: 2 });
    let written = 0;
    while (stream.write(Buffer.alloc(BLOCK))) written++;
    expect(written).toBeLessThan(2);
    for (let round = 0; round < 8; round++) {
      stream.write(Buffer.alloc(BLOCK));
      expect(stream.bytesWritten).toBeLessThanOrEqual((written + round + 2) * BLOCK);
    }
    hang();
    stream.end();
    await once(stream, 'finish');
    expect(stream.bytesWritten).toBe((written + 9) * BLOCK);
  });

  it('what was written before a failure is told', async () => {
    const { volume, cluster, curve } = await smallVolume();
    await volume.write(Buffer.alloc(BLOCK), { offset: 0 });
    cluster.faults.add({ match: { method: 'WriteChunk', nth: 11 }, do: 'invalid request' });
    const stream = volume.createWriteStream({ highWaterMark: BLOCK, concurrency: 1 });
    const source = Readable.from(Array.from({ length: 100 }, () => Buffer.alloc(BLOCK, 7)));
    await expect(pipeline(source, stream)).rejects.toMatchObject({
      code: 'INVALID_REQUEST',
      operation: 'write',
    });
    expect(stream.bytesWritten).toBe(10 * BLOCK);
    expect(curve.stats().callsInFlight).toBe(0);
  });

  it('is aborted by its signal', async () => {
    const { volume, cluster } = await smallVolume();
    cluster.faults.add({ match: { method: 'WriteChunk' }, do: 'hang' });
    const controller = new AbortController();
    const { signal } = controller;
    const stream = volume.createWriteStream({ signal, ...SMALL });
    setTimeout(() => controller.abort(), 20);
    await expect(pipeline(Readable.from([Buffer.alloc(SEGMENT)]), stream)).rejects.toMatchObject({
      name: 'AbortError',
      operation: 'createWriteStream',
    });
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('fails at the end of the volume and after close', async () => {
    const { volume } = await smallVolume();
    const stream = volume.createWriteStream({ start: SIZE - BLOCK });
    await expect(pipeline(Readable.from([Buffer.alloc(BLOCK + 1)]), stream)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining(`${SIZE} bytes`),
    });
    await volume.close();
    const closed = volume.createWriteStream();
    await expect(pipeline(Readable.from([Buffer.alloc(1)]), closed)).rejects.toMatchObject({
      code: 'CLOSED',
    });
  });

  it('works as a web stream', async () => {
    const { volume } = await smallVolume();
    const data = random(CHUNK + 5);
    await new Blob([data]).stream().pipeTo(Writable.toWeb(volume.createWriteStream(SMALL)));
    const { data: read } = await volume.read({ offset: 0, length: CHUNK + 5, align: 'auto' });
    expect(read.equals(data)).toBe(true);
  });
});
