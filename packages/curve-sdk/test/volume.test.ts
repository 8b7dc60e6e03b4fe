import { randomFillSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Extent } from '../src/index.js';
import { BLOCK, CHUNK, SEGMENT, SIZE, smallCluster, smallVolume } from './support/connect.js';

const random = (length: number) => randomFillSync(Buffer.allocUnsafe(length));

describe('reading and writing', () => {
  it('what was written is read, into new memory and into memory of the caller', async () => {
    const { volume } = await smallVolume();
    const data = random(3 * CHUNK);
    expect(await volume.write(data, { offset: CHUNK / 2 })).toEqual({ bytesWritten: data.length });
    const { data: read, bytesRead } = await volume.read({ offset: CHUNK / 2, length: data.length });
    expect(bytesRead).toBe(data.length);
    expect(read.equals(data)).toBe(true);
    const buffer = new Uint8Array(BLOCK);
    const into = await volume.read({ offset: CHUNK / 2, buffer });
    expect(into.data).toBe(buffer);
    expect(data.subarray(0, BLOCK).equals(buffer)).toBe(true);
  });

  it('what was never written is zeros', async () => {
    const { volume } = await smallVolume();
    const buffer = Buffer.alloc(2 * BLOCK, 1);
    await volume.read({ offset: SEGMENT - BLOCK, buffer });
    expect(buffer).toEqual(Buffer.alloc(2 * BLOCK));
  });

  it('nothing is nothing', async () => {
    const { volume } = await smallVolume();
    expect(await volume.read({ offset: 0, length: 0 })).toMatchObject({ bytesRead: 0 });
    expect(await volume.write(Buffer.alloc(0), { offset: 0 })).toEqual({ bytesWritten: 0 });
    expect(await volume.readv([], { offset: 0 })).toEqual({ bytesRead: 0 });
    expect(await volume.writev([Buffer.alloc(0)], { offset: 0 })).toEqual({ bytesWritten: 0 });
  });

  it('the array of a vector may be used again at once', async () => {
    const { volume } = await smallVolume();
    const buffers = [Buffer.alloc(BLOCK, 1), Buffer.alloc(BLOCK, 2)];
    const writing = volume.writev(buffers, { offset: 0 });
    buffers.length = 0;
    await writing;
    const target = Buffer.alloc(2 * BLOCK);
    const targets = [target];
    const reading = volume.readv(targets, { offset: 0 });
    targets.length = 0;
    await reading;
    expect(target.equals(Buffer.concat([Buffer.alloc(BLOCK, 1), Buffer.alloc(BLOCK, 2)]))).toBe(true);
  });

  it('a vector is one range; its pieces need not be whole blocks', async () => {
    const { volume } = await smallVolume();
    const pieces = [random(100), random(BLOCK), random(BLOCK - 100), random(200_000), random(3 * BLOCK)];
    const rest = BLOCK - (200_000 % BLOCK);
    const vector = [...pieces, random(rest)];
    const whole = Buffer.concat(vector);
    expect(await volume.writev(vector, { offset: BLOCK })).toEqual({ bytesWritten: whole.length });
    const { data } = await volume.read({ offset: BLOCK, length: whole.length });
    expect(data.equals(whole)).toBe(true);
    const targets = [150_000, 7, whole.length - 150_007].map(length => Buffer.alloc(length));
    expect(await volume.readv(targets, { offset: BLOCK })).toEqual({ bytesRead: whole.length });
    expect(Buffer.concat(targets).equals(whole)).toBe(true);
  });
});

describe('unaligned access', () => {
  it('is refused by default, with the block size', async () => {
    const { volume, cluster } = await smallVolume();
    const before = cluster.requests.length;
    const refused = { code: 'INVALID_ARGUMENT', path: '/v', message: expect.stringContaining('4096 bytes') };
    await expect(volume.read({ offset: 1, length: BLOCK })).rejects.toMatchObject(refused);
    await expect(volume.write(Buffer.alloc(7), { offset: 0 })).rejects.toMatchObject(refused);
    await expect(volume.readv([Buffer.alloc(7)], { offset: 0 })).rejects.toMatchObject(refused);
    const calls = cluster.requests.slice(before).map(({ method }) => method);
    expect(calls.filter(method => method !== 'RefreshSession')).toEqual([]);
  });

  it("with align: 'auto' keeps what is beside, and says what it did", async () => {
    const { volume } = await smallVolume();
    const around = random(4 * BLOCK);
    await volume.write(around, { offset: 0 });
    expect(await volume.write(Buffer.from('inside'), { offset: 100, align: 'auto' })).toEqual({
      bytesWritten: 6,
      aligned: { offset: 0, length: BLOCK, blocksRead: 1 },
    });
    const wide = random(BLOCK + 10);
    expect(await volume.write(wide, { offset: 2 * BLOCK - 5, align: 'auto' })).toEqual({
      bytesWritten: BLOCK + 10,
      aligned: { offset: BLOCK, length: 3 * BLOCK, blocksRead: 2 },
    });
    around.write('inside', 100);
    wide.copy(around, 2 * BLOCK - 5);
    const { data } = await volume.read({ offset: 0, length: 4 * BLOCK });
    expect(data.equals(around)).toBe(true);
    const part = await volume.read({ offset: 97, length: 2 * BLOCK, align: 'auto' });
    expect(part.data.equals(around.subarray(97, 97 + 2 * BLOCK))).toBe(true);
    expect(await volume.write(random(BLOCK), { offset: 0, align: 'auto' })).toEqual({ bytesWritten: BLOCK });
  });

  it('the last bytes of a volume can be written', async () => {
    const { volume } = await smallVolume();
    await volume.write(Buffer.from('end'), { offset: SIZE - 3, align: 'auto' });
    const { data } = await volume.read({ offset: SIZE - 5, length: 5, align: 'auto' });
    expect(data).toEqual(Buffer.from('\0\0end'));
  });
});

describe('the range of a volume', () => {
  it('beyond the end nothing is sent', async () => {
    const { volume } = await smallVolume();
    const refused = { code: 'INVALID_ARGUMENT', message: expect.stringContaining(`${SIZE} bytes`) };
    await expect(volume.read({ offset: SIZE - BLOCK, length: 2 * BLOCK })).rejects.toMatchObject(refused);
    await expect(volume.write(Buffer.alloc(BLOCK), { offset: SIZE })).rejects.toMatchObject(refused);
    await expect(volume.discard({ offset: SIZE, length: 1 })).rejects.toMatchObject(refused);
  });

  it('what another client has added can be used at once', async () => {
    const { curve, volume } = await smallVolume();
    await curve.extend('/v', SIZE + SEGMENT);
    expect(volume.length).toBe(SIZE);
    await volume.write(Buffer.alloc(BLOCK, 1), { offset: SIZE });
    expect(volume.length).toBe(SIZE + SEGMENT);
  });

  it('it grows by whole segments and never shrinks', async () => {
    const { volume } = await smallVolume();
    await volume.resize(SIZE + SEGMENT);
    expect([volume.length, (await volume.stat()).length]).toEqual([SIZE + SEGMENT, SIZE + SEGMENT]);
    await expect(volume.resize(SIZE)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('cannot shrink'),
    });
    await expect(volume.resize(SIZE + SEGMENT + BLOCK)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await volume.write(Buffer.alloc(BLOCK, 1), { offset: SIZE });
  });
});

describe('discard, flush and epoch', () => {
  it('a discarded segment is given back and reads as zeros', async () => {
    const { curve, volume } = await smallVolume({ keys: { 'discard.taskDelayMs': 50 } });
    await volume.write(Buffer.alloc(BLOCK, 1), { offset: 0 });
    await volume.discard({ offset: 0, length: SEGMENT });
    while ((await curve.usage('/v')).allocated > 0) await new Promise(resolve => setTimeout(resolve, 20));
    while ((await volume.read({ offset: 0, length: BLOCK })).data.some(byte => byte !== 0));
    await volume.flush();
  });

  it('increaseEpoch fences off those who have the volume open', async () => {
    const { cluster, connect } = await smallCluster();
    const [curve, other] = [await connect('alice'), await connect('alice')];
    await curve.createVolume('/v', { size: SIZE });
    const first = await curve.open('/v');
    expect(await first.increaseEpoch()).toBe(1n);
    const older = await other.open('/v');
    await older.write(Buffer.alloc(BLOCK, 1), { offset: 0 });
    expect(await first.increaseEpoch()).toBe(2n);
    await first.write(Buffer.alloc(BLOCK, 2), { offset: 0 });
    const fenced = { code: 'EPOCH_TOO_OLD', operation: 'write', path: '/v' };
    await expect(older.write(Buffer.alloc(BLOCK), { offset: 0 })).rejects.toMatchObject({
      ...fenced,
      status: 'CHUNK_OP_STATUS_EPOCH_TOO_OLD',
      statusCode: 12,
    });
    await expect(older.write(Buffer.alloc(BLOCK), { offset: SEGMENT })).rejects.toMatchObject({
      ...fenced,
      status: 'kEpochTooOld',
    });
    await older.close();
    const again = await other.open('/v');
    await again.write(Buffer.alloc(BLOCK, 3), { offset: 0 });
    expect(cluster.requests.some(({ method }) => method === 'UpdateEpoch')).toBe(true);
  });
});

describe('closing', () => {
  it('ends although the volume was lost with writes under way, and these fail', async () => {
    const { volume, cluster } = await smallVolume({ keys: { 'mds.refreshTimesPerLease': 50 } });
    await volume.write(Buffer.alloc(BLOCK), { offset: 0 });
    cluster.faults.add({ match: { method: 'WriteChunk' }, do: 'overload' });
    const writing = expect(volume.write(Buffer.alloc(BLOCK), { offset: 0 })).rejects.toMatchObject({
      code: 'NOTEXIST',
      operation: 'write',
      path: '/v',
    });
    cluster.faults.add({ match: { method: 'RefreshSession' }, do: 'status kSessionNotExist' });
    await volume.close();
    await writing;
  });

  it('waits for what is under way, may be repeated, and lets the volume be removed', async () => {
    const { curve, volume } = await smallVolume();
    const writes = Promise.all([
      volume.write(Buffer.alloc(CHUNK, 1), { offset: 0 }),
      volume.write(Buffer.alloc(5, 2), { offset: CHUNK + 5, align: 'auto' }),
    ]);
    await Promise.all([volume.close(), volume.close()]);
    expect((await writes).map(({ bytesWritten }) => bytesWritten)).toEqual([CHUNK, 5]);
    await volume.close();
    for (const call of [volume.flush(), volume.stat(), volume.read({ offset: 0, length: BLOCK })]) {
      await expect(call).rejects.toMatchObject({ code: 'CLOSED', path: '/v' });
    }
    await curve.remove('/v');
  });

  it('need not be waited for', async () => {
    const { curve, volume, cluster } = await smallVolume();
    cluster.faults.add({ match: { method: 'WriteChunk' }, do: 'hang' });
    const controller = new AbortController();
    const stuck = volume.write(Buffer.alloc(BLOCK), { offset: 0, signal: controller.signal });
    await expect(volume.close({ deadline: 30 })).rejects.toMatchObject({
      code: 'TIMEOUT',
      operation: 'close',
    });
    controller.abort();
    await expect(stuck).rejects.toMatchObject({ name: 'AbortError' });
    await volume.close();
    expect(curve.stats().openVolumes).toBe(0);
  });

  it('of a volume that is gone is refused, and can be tried again', async () => {
    const { curve, volume, cluster } = await smallVolume();
    const gone = cluster.faults.add({ match: { method: 'CloseFile' }, do: 'status kFileNotExists' });
    await expect(volume.close()).rejects.toMatchObject({ code: 'NOTEXIST', operation: 'close' });
    gone();
    await volume.close();
    expect(curve.stats().openVolumes).toBe(0);
  });
});

describe('extents', () => {
  const all = async (extents: AsyncIterable<Extent>) => {
    const found: Extent[] = [];
    for await (const extent of extents) found.push(extent);
    return found;
  };

  it('tell what is allocated, in order, of any range', async () => {
    const { volume } = await smallVolume();
    await volume.write(Buffer.alloc(BLOCK, 1), { offset: 2 * SEGMENT });
    expect(await all(volume.extents())).toEqual([
      { offset: 0, length: SEGMENT, allocated: false },
      { offset: SEGMENT, length: SEGMENT, allocated: false },
      { offset: 2 * SEGMENT, length: SEGMENT, allocated: true },
      { offset: 3 * SEGMENT, length: SEGMENT, allocated: false },
    ]);
    expect(await all(volume.extents({ offset: 2 * SEGMENT - 5, length: 10 }))).toEqual([
      { offset: 2 * SEGMENT - 5, length: 5, allocated: false },
      { offset: 2 * SEGMENT, length: 5, allocated: true },
    ]);
    expect(await all(volume.extents({ offset: SIZE }))).toEqual([]);
    await expect(all(volume.extents({ offset: 0, length: SIZE + 1 }))).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      operation: 'extents',
    });
  });

  it('that nobody asks for any more keep nobody from closing', async () => {
    const { curve, volume } = await smallVolume();
    const other = await curve.open('/v');
    const left = other.extents();
    await left.next();
    await other.close();
    await expect(left.next()).rejects.toMatchObject({ code: 'CLOSED', operation: 'extents' });
    const within = async () => {
      for await (const _ of volume.extents()) await volume.close();
    };
    await expect(within()).rejects.toMatchObject({ code: 'CLOSED' });
    await curve.close();
  });

  it('of a striped volume never leave out what was written', async () => {
    const { curve } = await smallVolume();
    await curve.createVolume('/striped', { size: SIZE, stripe: { unit: 65_536, count: 4 } });
    const volume = await curve.open('/striped');
    await volume.write(Buffer.alloc(65_536, 1), { offset: 65_536 });
    const allocated = (await all(volume.extents())).filter(extent => extent.allocated);
    expect(allocated).toEqual([{ offset: 0, length: SEGMENT, allocated: true }]);
  });
});
