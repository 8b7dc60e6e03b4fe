import { randomFillSync } from 'node:crypto';
import {
  createWriteStream,
  linkSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Readable, Writable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { exitOf, temporaryFolder } from '@curve-wcs/test-support';
import { describe, expect, it } from 'vitest';
import type { CurveError, ImageProgress } from '../src/index.js';
import { BLOCK, CHUNK, SEGMENT, SIZE, smallVolume } from './support/connect.js';
import { exportToLimitedDisk } from './support/limited-disk.js';
import { beginOtherExport } from './support/other-export.js';

const random = (length: number) => randomFillSync(Buffer.allocUnsafe(length));

/** Small requests, so that there are many. */
const SMALL = { chunkSize: 64 * 1024, concurrency: 3 };

/** Zeros but for some data in the first, third and last segment. */
function sparseImage(length = SIZE): Buffer {
  const image = Buffer.alloc(length);
  for (const at of [0, 2 * SEGMENT + 3 * BLOCK, length - 5 * BLOCK]) random(2 * BLOCK).copy(image, at);
  return image;
}

const calls = (requests: readonly { method: string }[], method: string) =>
  requests.filter(call => call.method === method).length;

describe('importing', () => {
  it('a file, sparsely', async () => {
    const { volume, curve, cluster } = await smallVolume();
    const image = sparseImage();
    const path = join(temporaryFolder(), 'disk.img');
    writeFileSync(path, image);
    const progress: ImageProgress[] = [];
    const result = await volume.import(path, { ...SMALL, onProgress: step => progress.push(step) });
    expect(result.length).toBe(SIZE);
    expect(result.written + result.skipped).toBe(SIZE);
    expect(result.written).toBeLessThanOrEqual(4 * 64 * 1024);
    expect((await curve.usage('/v')).allocated).toBe(3 * SEGMENT);
    expect(calls(cluster.requests, 'WriteChunk')).toBeLessThan(10);
    expect((await volume.read({ offset: 0, length: SIZE })).data.equals(image)).toBe(true);
    expect(progress.at(-1)).toEqual({
      transferred: SIZE,
      total: SIZE,
      written: result.written,
      skipped: result.skipped,
      safe: SIZE,
    });
  });

  it.runIf(process.platform === 'linux')('a file that does not tell its size', async () => {
    const { volume } = await smallVolume();
    const content = readFileSync('/proc/version');
    expect(content.length).toBeGreaterThan(0);
    expect(await volume.import('/proc/version', SMALL)).toMatchObject({ length: content.length });
    expect(
      (await volume.read({ offset: 0, length: SIZE })).data.subarray(0, content.length).equals(content),
    ).toBe(true);
  });

  it('bytes, a Node stream, a web stream and a generator', async () => {
    const { volume } = await smallVolume();
    const image = sparseImage();
    const parts = Array.from({ length: Math.ceil(SIZE / 100_000) }, (_, index) =>
      image.subarray(index * 100_000, (index + 1) * 100_000),
    );
    const sources = [
      new Uint8Array(image),
      Readable.from(parts),
      new Blob([image]).stream(),
      (async function* () {
        yield* parts;
      })(),
    ];
    for (const source of sources) {
      await volume.write(Buffer.alloc(SIZE, 0xff), { offset: 0 });
      const { written } = await volume.import(source, SMALL);
      // Everything was allocated, so the zeros had to be written.
      expect(written).toBe(SIZE);
      expect((await volume.read({ offset: 0, length: SIZE })).data.equals(image)).toBe(true);
    }
  });

  it('zeros are written over what was there, and only there', async () => {
    const { volume } = await smallVolume();
    await volume.write(random(SEGMENT), { offset: SEGMENT });
    const { written, skipped } = await volume.import(Buffer.alloc(SIZE), SMALL);
    expect({ written, skipped }).toEqual({ written: SEGMENT, skipped: SIZE - SEGMENT });
    expect((await volume.read({ offset: 0, length: SIZE })).data.equals(Buffer.alloc(SIZE))).toBe(true);
  });

  it('not sparsely, if so wished', async () => {
    const { volume, curve } = await smallVolume();
    const { written } = await volume.import(Buffer.alloc(SIZE), { ...SMALL, sparse: false });
    expect(written).toBe(SIZE);
    expect((await curve.usage('/v')).allocated).toBe(SIZE);
  });

  it('at an odd place and of an odd length; what is around stays', async () => {
    const { volume } = await smallVolume();
    const before = random(SIZE);
    await volume.write(before, { offset: 0 });
    const image = random(CHUNK + 1234);
    expect(await volume.import(image, { ...SMALL, offset: 777 })).toMatchObject({ length: image.length });
    image.copy(before, 777);
    expect((await volume.read({ offset: 0, length: SIZE })).data.equals(before)).toBe(true);
  });

  it('into a striped volume, where a range is in several segments', async () => {
    const { curve } = await smallVolume({
      segmentSize: 3 * CHUNK,
      size: 3 * CHUNK,
      minVolumeSize: 3 * CHUNK,
    });
    await curve.createVolume('/s', { size: 12 * 3 * CHUNK, stripe: { unit: 65536, count: 2 } });
    await using volume = await curve.open('/s');
    await volume.write(random(CHUNK), { offset: 4 * CHUNK });
    const before = (await volume.read({ offset: 0, length: volume.length })).data;
    const image = Buffer.alloc(volume.length);
    random(BLOCK).copy(image, 20 * CHUNK);
    await volume.import(image, { chunkSize: CHUNK, concurrency: 2 });
    expect((await volume.read({ offset: 0, length: volume.length })).data.equals(image)).toBe(true);
    expect(before.equals(image)).toBe(false);
  });

  it('an image that is too large is refused before anything is written', async () => {
    const { volume, cluster } = await smallVolume();
    const path = join(temporaryFolder(), 'disk.img');
    writeFileSync(path, random(SIZE + 1));
    const refused = { code: 'INVALID_ARGUMENT', operation: 'import', path: '/v' };
    await expect(volume.import(path)).rejects.toMatchObject(refused);
    await expect(volume.import(random(SIZE), { offset: BLOCK })).rejects.toMatchObject(refused);
    expect(calls(cluster.requests, 'WriteChunk')).toBe(0);
    await expect(volume.import(Readable.from([random(SIZE + 1)]), SMALL)).rejects.toMatchObject(refused);
  });

  it('goes on where an interrupted one was safe', async () => {
    const { volume, cluster } = await smallVolume();
    const image = random(SIZE - 1000);
    const path = join(temporaryFolder(), 'disk.img');
    writeFileSync(path, image);
    const controller = new AbortController();
    let last: ImageProgress | undefined;
    let writes = 0;
    const interrupted = volume.import(path, {
      ...SMALL,
      signal: controller.signal,
      onProgress: progress => {
        last = progress;
        if (++writes === 2) controller.abort();
      },
    });
    cluster.faults.add({ match: { method: 'WriteChunk' }, do: 'delay 20ms' });
    await expect(interrupted).rejects.toMatchObject({ name: 'AbortError', operation: 'import' });
    const start = last?.safe ?? 0;
    expect(start).toBeLessThan(image.length);
    cluster.faults.clear();
    const { length, written, skipped } = await volume.import(path, { ...SMALL, start });
    expect(length).toBe(image.length);
    expect(written + skipped).toBe(image.length - start);
    const { data } = await volume.read({ offset: 0, length: image.length, align: 'auto' });
    expect(data.equals(image)).toBe(true);
  });

  it('tells of all that was acknowledged, also when nothing follows', async () => {
    const { volume, cluster } = await smallVolume();
    const acknowledged = 20;
    const rest = Array.from({ length: 1000 }, (_, index) => acknowledged + 1 + index);
    cluster.faults.add({ match: { method: 'WriteChunk', nth: rest }, do: 'hang' });
    const controller = new AbortController();
    let written = 0;
    const onProgress = (progress: ImageProgress) => {
      written = progress.written;
    };
    const importing = volume.import(random(SIZE), { ...SMALL, signal: controller.signal, onProgress });
    await expect.poll(() => written).toBe(acknowledged * SMALL.chunkSize);
    controller.abort();
    await expect(importing).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('fails with what the listener throws', async () => {
    const { volume } = await smallVolume();
    let calls = 0;
    const onProgress = () => {
      if (++calls === 2) throw new RangeError('no more');
    };
    const importing = volume.import(random(SIZE), { ...SMALL, onProgress });
    await expect(importing).rejects.toThrow('no more');
  });

  it('goes on in a stream by passing over what is there', async () => {
    const { volume } = await smallVolume();
    const image = random(CHUNK);
    await volume.import(image.subarray(0, 5000));
    await volume.import(Readable.from([image.subarray(0, 10), image.subarray(10)]), { start: 5000 });
    expect((await volume.read({ offset: 0, length: CHUNK })).data.equals(image)).toBe(true);
    const beyond = volume.import(Readable.from([image]), { start: CHUNK + 1 });
    await expect(beyond).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await expect(volume.import(image, { start: CHUNK + 1 })).rejects.toThrow(
      'start must be within the image',
    );
  });

  it('a stalled source is given up when aborted, and destroyed', async () => {
    const { volume } = await smallVolume();
    const source = new PassThrough();
    source.write(random(10));
    const importing = volume.import(source, { signal: AbortSignal.timeout(30) });
    await expect(importing).rejects.toMatchObject({ name: 'AbortError', operation: 'import' });
    expect(source.destroyed).toBe(true);
    const stalled = new ReadableStream({ pull: () => new Promise(() => {}) });
    await expect(volume.import(stalled, { deadline: 30 })).rejects.toMatchObject({ code: 'TIMEOUT' });
  });

  it('a source that fails, is missing or no source at all is told', async () => {
    const { volume } = await smallVolume();
    const failed = { code: 'SOURCE_FAILED', operation: 'import' };
    await expect(volume.import('/nowhere/disk.img')).rejects.toMatchObject({
      ...failed,
      message: expect.stringContaining('ENOENT'),
    });
    const broken = Readable.from(
      (async function* () {
        yield random(100_000);
        throw new Error('disk on fire');
      })(),
    );
    await expect(volume.import(broken)).rejects.toMatchObject({
      ...failed,
      cause: { message: 'disk on fire' },
    });
    await expect(volume.import(temporaryFolder())).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await expect(volume.import(7 as never)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await expect(volume.import(Readable.from([7]))).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    for (const options of [
      { offset: -1 },
      { start: 0.5 },
      { concurrency: 0 },
      { chunkSize: 100 },
      { sparse: 1 },
    ]) {
      await expect(volume.import(Buffer.alloc(1), options as never)).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
      });
    }
  });

  it('a web stream that somebody else reads is refused', async () => {
    const { volume } = await smallVolume();
    const locked = new ReadableStream<Uint8Array>();
    locked.getReader();
    await expect(volume.import(locked)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  it('a failed write ends it, with the error of the cluster', async () => {
    const { volume, cluster, curve } = await smallVolume();
    cluster.faults.add({ match: { method: 'WriteChunk', nth: 10 }, do: 'invalid request' });
    await expect(volume.import(random(SIZE), SMALL)).rejects.toMatchObject({
      code: 'INVALID_REQUEST',
      operation: 'import',
      path: '/v',
    });
    expect(curve.stats().callsInFlight).toBe(0);
  });

  it('takes memory for the requests under way, whatever the size', async () => {
    const { volume } = await smallVolume({ size: 512 * SEGMENT });
    const zeros = Buffer.alloc(SEGMENT);
    const endless = async function* () {
      for (let segment = 0; segment < 512; segment++) yield zeros;
    };
    let most = 0;
    const onProgress = () => {
      most = Math.max(most, process.memoryUsage().arrayBuffers);
    };
    const before = process.memoryUsage().arrayBuffers;
    const options = { chunkSize: SEGMENT, concurrency: 4, onProgress };
    expect(await volume.import(endless(), options)).toMatchObject({ skipped: 512 * SEGMENT });
    expect(most - before).toBeLessThan(6 * SEGMENT);
  });

  it('close waits for it', async () => {
    const { volume } = await smallVolume();
    const importing = volume.import(random(SIZE), SMALL);
    await volume.close();
    expect(await importing).toMatchObject({ written: SIZE });
  });
});

describe('exporting', () => {
  it('to a file with holes, without reading what is not allocated', async () => {
    const { volume, cluster } = await smallVolume();
    const image = sparseImage();
    await volume.import(image, SMALL);
    const before = cluster.requests.length;
    const path = join(temporaryFolder(), 'copy.img');
    const progress: ImageProgress[] = [];
    const result = await volume.export(path, { ...SMALL, onProgress: step => progress.push(step) });
    expect(readFileSync(path).equals(image)).toBe(true);
    expect(result).toMatchObject({ length: SIZE, written: expect.any(Number) });
    expect(result.written + result.skipped).toBe(SIZE);
    expect(statSync(path).blocks * 512).toBeLessThan(SEGMENT);
    const reads = cluster.requests.slice(before).filter(({ method }) => method === 'ReadChunk');
    expect(reads.length).toBeLessThanOrEqual((3 * SEGMENT) / SMALL.chunkSize);
    expect(progress.at(-1)).toMatchObject({ transferred: SIZE, total: SIZE, safe: SIZE });
    expect(readdirSync(join(path, '..'))).toEqual(['copy.img']);
  });

  it('a part of it, to a file, a Node stream and a web stream', async () => {
    const { volume } = await smallVolume();
    const image = sparseImage();
    await volume.import(image, SMALL);
    const [offset, length] = [2 * SEGMENT + 11, SEGMENT + 100];
    const wanted = image.subarray(offset, offset + length);
    const path = join(temporaryFolder(), 'part.img');
    await volume.export(path, { ...SMALL, offset, length });
    expect(readFileSync(path).equals(wanted)).toBe(true);
    const stream = new PassThrough();
    const [received, result] = await Promise.all([
      buffer(stream),
      volume.export(stream, { ...SMALL, offset, length }),
    ]);
    expect(received.equals(wanted)).toBe(true);
    expect(result).toEqual({ length, written: length, skipped: 0 });
    const web = new TransformStream();
    const [bytes] = await Promise.all([
      new Response(web.readable).arrayBuffer(),
      volume.export(web.writable, { ...SMALL, offset, length, start: 7 }),
    ]);
    expect(Buffer.from(bytes).equals(wanted.subarray(7))).toBe(true);
  });

  it('without holes, if so wished', async () => {
    const { volume } = await smallVolume();
    const path = join(temporaryFolder(), 'copy.img');
    expect(await volume.export(path, { ...SMALL, sparse: false })).toEqual({
      length: SIZE,
      written: SIZE,
      skipped: 0,
    });
    expect(statSync(path).blocks * 512).toBeGreaterThanOrEqual(SIZE);
  });

  it('what the volume has grown by is exported too', async () => {
    const { volume, curve } = await smallVolume();
    await curve.extend('/v', SIZE + SEGMENT);
    const path = join(temporaryFolder(), 'copy.img');
    expect(await volume.export(path)).toMatchObject({ length: SIZE + SEGMENT });
    expect(statSync(path).size).toBe(SIZE + SEGMENT);
  });

  it('an interrupted one leaves no file that looks whole, and goes on', async () => {
    const { volume, cluster } = await smallVolume();
    const image = random(SIZE);
    await volume.import(image);
    const folder = temporaryFolder();
    const path = join(folder, 'copy.img');
    cluster.faults.add({ match: { method: 'ReadChunk', nth: 40 }, do: 'invalid request' });
    let safe = 0;
    const onProgress = (progress: ImageProgress) => {
      safe = progress.safe;
    };
    await expect(volume.export(path, { ...SMALL, onProgress })).rejects.toMatchObject({
      code: 'INVALID_REQUEST',
      operation: 'export',
    });
    expect(readdirSync(folder)).toEqual(['.copy.img.curve-part']);
    expect(safe).toBeGreaterThan(0);
    // What lies beyond the safe part may be anything, and must not show where the volume has zeros now.
    await volume.write(Buffer.alloc(SEGMENT), { offset: 3 * SEGMENT });
    image.fill(0, 3 * SEGMENT);
    const part = join(folder, '.copy.img.curve-part');
    const bytes = readFileSync(part);
    bytes.fill(0xee, Math.max(safe, 3 * SEGMENT));
    writeFileSync(part, bytes);
    const { written, skipped } = await volume.export(path, { ...SMALL, start: safe });
    expect(written + skipped).toBe(SIZE - safe);
    expect(readFileSync(path).equals(image)).toBe(true);
    expect(readdirSync(folder)).toEqual(['copy.img']);
  });

  it('a disk that takes no more leaves no file that looks whole, and what is there can be used', async () => {
    const { volume, cluster } = await smallVolume();
    const image = random(SIZE);
    await volume.import(image);
    const folder = temporaryFolder();
    const path = join(folder, 'copy.img');
    const { code, operation, cause, safe } = await exportToLimitedDisk(cluster.clientConfPath, path);
    expect({ code, operation, cause }).toEqual({
      code: 'TARGET_FAILED',
      operation: 'export',
      cause: 'EFBIG',
    });
    expect(readdirSync(folder)).toEqual(['.copy.img.curve-part']);
    await volume.export(path, { ...SMALL, start: safe });
    expect(readFileSync(path).equals(image)).toBe(true);
  });

  it('of two to one file only one is done, and its file is its own', async () => {
    const { volume, curve } = await smallVolume();
    const image = random(SIZE);
    await volume.import(image);
    await curve.createVolume('/w', { size: SIZE });
    const other = await curve.open('/w');
    const otherImage = random(SIZE);
    await other.import(otherImage);
    const folder = temporaryFolder();
    const path = join(folder, 'copy.img');
    const [first, second] = await Promise.allSettled([volume.export(path, SMALL), other.export(path, SMALL)]);
    const lost = first.status === 'rejected' ? first : second;
    expect([first.status, second.status].sort()).toEqual(['fulfilled', 'rejected']);
    expect(lost).toMatchObject({
      reason: { code: 'TARGET_FAILED', message: expect.stringContaining(`process ${process.pid} of `) },
    });
    expect(readFileSync(path).equals(first === lost ? otherImage : image)).toBe(true);
    expect(readdirSync(folder)).toEqual(['copy.img']);
  });

  it('one to a file that another process writes to is refused, until that process is no more', async () => {
    const { volume, cluster } = await smallVolume();
    const image = random(SIZE);
    await volume.import(image);
    const path = join(temporaryFolder(), 'copy.img');
    // And its repetitions: it must not end before it is ended.
    const nth = Array.from({ length: 10_000 }, (_, more) => 20 + more);
    const hang = cluster.faults.add({ match: { method: 'ReadChunk', nth }, do: 'hang' });
    const other = await beginOtherExport(cluster.clientConfPath, path);
    for (const start of [0, BLOCK]) {
      await expect(volume.export(path, { ...SMALL, start })).rejects.toMatchObject({
        code: 'TARGET_FAILED',
        message: expect.stringContaining(`process ${other.pid} of `),
      });
    }
    other.kill('SIGKILL');
    expect(await exitOf(other)).toEqual([null, 'SIGKILL']);
    hang();
    await volume.export(path, SMALL);
    expect(readFileSync(path).equals(image)).toBe(true);
  });

  it.each([
    ['a link', symlinkSync],
    ['another name of a file', linkSync],
  ])('what is written does not go through %s in the place of its file', async (_, link) => {
    const { volume } = await smallVolume();
    const image = random(SIZE);
    await volume.import(image);
    const folder = temporaryFolder();
    const [path, elsewhere] = [join(folder, 'copy.img'), join(folder, 'elsewhere')];
    writeFileSync(elsewhere, 'precious');
    link(elsewhere, join(folder, '.copy.img.curve-part'));
    await expect(volume.export(path, { ...SMALL, start: BLOCK })).rejects.toMatchObject({
      code: 'TARGET_FAILED',
    });
    await volume.export(path, SMALL);
    expect(readFileSync(path).equals(image)).toBe(true);
    expect(readFileSync(elsewhere, 'utf8')).toBe('precious');
  });

  it('a target that cannot be written is told', async () => {
    const { volume, curve } = await smallVolume();
    await volume.import(random(SIZE));
    const failed = { code: 'TARGET_FAILED', operation: 'export' };
    await expect(volume.export('/nowhere/copy.img')).rejects.toMatchObject(failed);
    await expect(volume.export(temporaryFolder())).rejects.toMatchObject(failed);
    const missing = join(temporaryFolder(), 'copy.img');
    await expect(volume.export(missing, { start: BLOCK })).rejects.toMatchObject(failed);
    await expect(volume.export(missing, { start: SIZE + 1 })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
    await expect(volume.export(missing, { length: SIZE + 1 })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
    await expect(volume.export(7 as never)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    const broken = new Writable({ write: (_chunk, _encoding, callback) => callback(new Error('no paper')) });
    await expect(volume.export(broken, SMALL)).rejects.toMatchObject({
      ...failed,
      cause: { message: 'no paper' },
    });
    const left = new PassThrough();
    setTimeout(() => left.destroy(), 20);
    await expect(volume.export(left, SMALL)).rejects.toMatchObject(failed);
    expect(curve.stats().callsInFlight).toBe(0);
  });

  it('a stream that failed or was ended before or meanwhile is told', async () => {
    const { volume } = await smallVolume();
    await volume.write(random(SIZE), { offset: 0 });
    const slow = () => new Writable({ write: (_chunk, _encoding, callback) => setTimeout(callback, 20) });
    const ended = slow();
    ended.end();
    const closed = new WritableStream();
    await closed.close();
    const endedMeanwhile = slow();
    setTimeout(() => endedMeanwhile.end(), 30);
    const missing = createWriteStream(join(temporaryFolder(), 'none', 'disk.img'));
    for (const target of [missing, ended, closed, endedMeanwhile]) {
      await expect(volume.export(target, SMALL)).rejects.toMatchObject({ code: 'TARGET_FAILED' });
    }
    const locked = new WritableStream();
    locked.getWriter();
    await expect(volume.export(locked)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  it('a stream may give away what it gets', async () => {
    const { volume } = await smallVolume();
    const image = sparseImage();
    await volume.import(image);
    const parts: Uint8Array[] = [];
    const give = (part: Uint8Array) => {
      parts.push(structuredClone(part, { transfer: [part.buffer as ArrayBuffer] }));
    };
    for (let round = 0; round < 2; round++) {
      parts.length = 0;
      await volume.export(new WritableStream<Uint8Array>({ write: give }), SMALL);
      expect(Buffer.concat(parts).equals(image)).toBe(true);
    }
  });

  it('to a stream it fails with what the listener throws', async () => {
    const { volume } = await smallVolume();
    await volume.write(random(SIZE), { offset: 0 });
    const target = new Writable({ write: (_chunk, _encoding, callback) => setTimeout(callback, 20) });
    let told = 0;
    const onProgress = () => {
      if (++told > 1) throw new Error('enough');
    };
    await expect(volume.export(target, { ...SMALL, onProgress })).rejects.toThrow(/^enough$/);
  });

  it('to a stream it fails with the error of the cluster, and destroys the stream', async () => {
    const { volume, cluster } = await smallVolume();
    await volume.import(random(SIZE));
    cluster.faults.add({ match: { method: 'ReadChunk', nth: 10 }, do: 'invalid request' });
    const target = new PassThrough();
    target.resume().on('error', () => {});
    await expect(volume.export(target, SMALL)).rejects.toMatchObject({
      code: 'INVALID_REQUEST',
      operation: 'export',
    });
    expect(target.destroyed).toBe(true);
  });

  it('is aborted, also when the target takes nothing', async () => {
    const { volume } = await smallVolume();
    await volume.import(random(SIZE));
    const target = new PassThrough().on('error', () => {});
    const exporting = volume.export(target, { ...SMALL, signal: AbortSignal.timeout(50) });
    const error = await exporting.catch(failure => failure as CurveError);
    expect(error).toMatchObject({ name: 'AbortError', operation: 'export' });
    expect(target.destroyed).toBe(true);
    const unused = new PassThrough();
    await expect(volume.export(unused, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      name: 'AbortError',
    });
    expect(unused.destroyed).toBe(true);
    const path = join(temporaryFolder(), 'copy.img');
    const toFile = volume.export(path, { signal: AbortSignal.abort() });
    await expect(toFile).rejects.toMatchObject({ name: 'AbortError' });
  });
});
