import { randomFillSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { BLOCK, CHUNK, SEGMENT, SIZE, smallVolume } from './support/connect.js';

const random = (length: number) => randomFillSync(Buffer.allocUnsafe(length));
const SMALL = { chunkSize: 64 * 1024, concurrency: 4 };

describe('a cluster that fails', () => {
  it('an import goes on while a chunkserver dies and leaders move', async () => {
    const { volume, cluster } = await smallVolume({ chunkservers: 3 });
    const image = random(SIZE);
    let [steps, stopping] = [0, Promise.resolve()];
    const source = (async function* () {
      for (let at = 0; at < SIZE; at += CHUNK, steps++) {
        if (steps === 4) stopping = cluster.stopChunkserver(1, { electionDelay: 100 });
        if (steps === 8) for (const copysetId of [1, 2, 3, 4]) cluster.moveLeader({ copysetId });
        yield image.subarray(at, at + CHUNK);
      }
    })();
    expect(await volume.import(source, SMALL)).toMatchObject({ written: SIZE });
    await stopping;
    const { data } = await volume.read({ offset: 0, length: SIZE });
    expect(data.equals(image)).toBe(true);
  });

  it('reads and writes go on without an MDS; what needs one waits for it, or for its deadline', async () => {
    const { volume, curve, cluster } = await smallVolume();
    await volume.write(Buffer.alloc(BLOCK, 1), { offset: 0 });
    await cluster.stopMds(0);
    await volume.write(Buffer.alloc(BLOCK, 2), { offset: 0 });
    expect((await volume.read({ offset: 0, length: BLOCK })).data[0]).toBe(2);
    const late = { code: 'TIMEOUT' };
    await expect(volume.write(Buffer.alloc(BLOCK), { offset: SEGMENT, deadline: 100 })).rejects.toMatchObject(
      late,
    );
    await expect(curve.stat('/v', { deadline: 100 })).rejects.toMatchObject(late);
    await expect(curve.stat('/v')).rejects.toMatchObject({ code: 'FAILED', operation: 'stat', path: '/v' });
    const waiting = volume.write(Buffer.alloc(BLOCK, 3), { offset: 2 * SEGMENT });
    await cluster.startMds(0);
    expect(await waiting).toEqual({ bytesWritten: BLOCK });
    expect(await curve.stat('/v')).toMatchObject({ length: SIZE });
  });

  it('another MDS takes over', async () => {
    const { volume, curve, cluster } = await smallVolume({ mds: 2 });
    await cluster.stopMds(0);
    expect(await curve.stat('/v')).toMatchObject({ length: SIZE });
    await volume.write(Buffer.alloc(BLOCK, 1), { offset: SEGMENT });
    await curve.createVolume('/w', { size: SIZE });
  });

  it('overloaded, redirected and broken requests are repeated until they succeed', async () => {
    const { volume, curve, cluster } = await smallVolume();
    const data = random(2 * SEGMENT);
    await volume.write(data, { offset: 0 });
    const failures = ['overload', 'redirect', 'reset', 'status CHUNK_OP_STATUS_DISK_FAIL', 'truncate frame'];
    for (const failure of failures) {
      cluster.faults.add({ match: { role: 'chunkserver', probability: 0.2, times: 5 }, do: failure });
    }
    await volume.write(data, { offset: SEGMENT });
    expect((await volume.read({ offset: SEGMENT, length: data.length })).data.equals(data)).toBe(true);
    expect(curve.stats().retries).toBeGreaterThan(0);
  });

  it('what a deadline has cut off can be done again', async () => {
    const { volume, cluster } = await smallVolume();
    const hang = cluster.faults.add({ match: { role: 'chunkserver' }, do: 'hang' });
    const buffer = Buffer.alloc(CHUNK, 1);
    const write = volume.write(buffer, { offset: 0, deadline: 100 });
    await expect(write).rejects.toMatchObject({ code: 'TIMEOUT', operation: 'write', path: '/v' });
    // The memory is the caller's again.
    buffer.fill(2);
    hang();
    await volume.write(buffer, { offset: 0 });
    expect((await volume.read({ offset: 0, length: CHUNK })).data.equals(buffer)).toBe(true);
  });

  it('a read that was aborted leaves the memory alone', async () => {
    const { volume, cluster } = await smallVolume();
    await volume.write(Buffer.alloc(CHUNK, 1), { offset: 0 });
    cluster.faults.add({ match: { method: 'ReadChunk' }, do: 'delay 1000ms' });
    const buffer = Buffer.alloc(CHUNK, 9);
    const read = volume.read({ offset: 0, buffer, signal: AbortSignal.timeout(20) });
    await expect(read).rejects.toMatchObject({ name: 'AbortError' });
    await new Promise(resolve => setTimeout(resolve, 1200));
    expect(buffer.every(byte => byte === 9)).toBe(true);
  });

  it('stats() says what is waited for, and for how long', async () => {
    const { volume, curve, cluster } = await smallVolume();
    await volume.write(Buffer.alloc(BLOCK), { offset: 0 });
    expect(curve.stats().waits).toEqual([]);
    const overloaded = cluster.faults.add({ match: { method: 'WriteChunk' }, do: 'overload' });
    const full = cluster.faults.add({
      match: { method: 'GetOrAllocateSegment' },
      do: 'status kSegmentAllocateError',
    });
    const writes = [0, BLOCK, SEGMENT].map(offset => volume.write(Buffer.alloc(BLOCK), { offset }));
    const waits = () => curve.stats().waits.toSorted((a, b) => a.method.localeCompare(b.method));
    const server = expect.stringMatching(/^127\.0\.0\.1:\d+$/);
    const wait = { server, says: expect.any(String), milliseconds: expect.any(Number) };
    await expect.poll(waits).toEqual([
      { ...wait, method: 'GetOrAllocateSegment', calls: 1, status: 'kSegmentAllocateError' },
      {
        ...{ ...wait, method: 'WriteChunk', calls: 2, status: 'CHUNK_OP_STATUS_OVERLOAD' },
        copyset: { poolId: 1, copysetId: expect.any(Number) },
      },
    ]);
    overloaded();
    full();
    await Promise.all(writes);
    expect(curve.stats().waits).toEqual([]);
    await cluster.stopMds(0);
    const stat = curve.stat('/v', { deadline: 2000 }).catch(() => {});
    await expect.poll(waits).toMatchObject([{ method: 'GetFileInfo', calls: 1 }]);
    await stat;
    expect(curve.stats().waits).toEqual([]);
  });
});
