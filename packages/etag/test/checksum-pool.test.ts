import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { lcg, temporaryFolder } from '@curve-wcs/test-support';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ChecksumPool, type ChecksumPoolOptions, crc32, crc64 } from '../src/index.js';

const everything = { sha1: true, crc32: true, crc64: true };

function openPool(options?: ChecksumPoolOptions): ChecksumPool {
  const pool = new ChecksumPool(options);
  onTestFinished(() => pool.close());
  return pool;
}

function shared(bytes: Uint8Array): Uint8Array {
  const view = new Uint8Array(new SharedArrayBuffer(bytes.length));
  view.set(bytes);
  return view;
}

function expectedOf(bytes: Uint8Array): unknown {
  const sha1 = new Uint8Array(createHash('sha1').update(bytes).digest());
  return { sha1, crc32: crc32(bytes), crc64: crc64(bytes) };
}

/** The worker threads that this process starts from now on, in this test. */
function startedWorkers(): Worker[] {
  const workers: Worker[] = [];
  const remember = (worker: Worker): void => void workers.push(worker);
  process.on('worker', remember);
  onTestFinished(() => void process.off('worker', remember));
  return workers;
}

describe('ChecksumPool', () => {
  it('digests any bytes, whatever memory they are in', async () => {
    const pool = openPool();
    for (const length of [0, 1, 262_143, 262_145, 3_000_000]) {
      const bytes = lcg(length);
      expect(await pool.digest(bytes, everything)).toEqual(expectedOf(bytes));
      expect(await pool.digest(shared(bytes), everything)).toEqual(expectedOf(bytes));
    }
    const inside = lcg(1000).subarray(100, 200);
    expect(await pool.digest(inside, everything)).toEqual(expectedOf(inside));
    const sharedInside = shared(lcg(1000)).subarray(100, 200);
    expect(await pool.digest(sharedInside, everything)).toEqual(expectedOf(sharedInside.slice()));
  });

  it('gives what was wanted and nothing else', async () => {
    const pool = openPool();
    const bytes = lcg(10);
    expect(await pool.digest(bytes, { crc32: true })).toEqual({ crc32: crc32(bytes) });
    expect(await pool.digest(bytes, { crc64: true, sha1: false })).toEqual({ crc64: crc64(bytes) });
    expect(Object.keys(await pool.digest(bytes, { sha1: true }))).toEqual(['sha1']);
  });

  it('reads part of a file into shared memory and digests it', async () => {
    const pool = openPool();
    const bytes = lcg(2_000_000, 3);
    const path = join(temporaryFolder(), 'file');
    writeFileSync(path, bytes);
    const file = await open(path);
    onTestFinished(() => file.close());
    for (const [position, length] of [
      [0, 2_000_000],
      [5, 0],
      [123, 1],
      [1_000_001, 700_000],
    ] as const) {
      const target = new Uint8Array(new SharedArrayBuffer(length + 10)).subarray(3, 3 + length);
      const expected = bytes.subarray(position, position + length);
      const digests = await pool.readAndDigest({ descriptor: file.fd, position }, target, everything);
      expect(digests).toEqual(expectedOf(expected));
      expect(Buffer.from(target).equals(expected)).toBe(true);
    }
  });

  it('does not take the end of a file, a bad descriptor or private memory for a part of it', async () => {
    const pool = openPool();
    const path = join(temporaryFolder(), 'file');
    writeFileSync(path, 'short');
    const file = await open(path);
    onTestFinished(() => file.close());
    const target = new Uint8Array(new SharedArrayBuffer(6));
    const read = (descriptor: number, position: number, memory: Uint8Array) =>
      pool.readAndDigest({ descriptor, position }, memory, { crc32: true });
    await expect(read(file.fd, 0, target)).rejects.toMatchObject({ code: 'FILE_CHANGED' });
    await expect(read(9999, 0, target)).rejects.toMatchObject({ code: 'EBADF' });
    await expect(read(file.fd, 0, new Uint8Array(5))).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await expect(read(file.fd, -1, target)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  it('copies private memory before digest() returns, and reads shared memory in place', async () => {
    const pool = openPool({ threads: 1 });
    const before = lcg(100, 1);
    const after = lcg(100, 2);
    // The one thread is busy for a while, so that the change is made before it reads.
    const busy = pool.digest(shared(lcg(8_000_000)), everything);
    const [own, buffer, common] = [Uint8Array.from(before), Buffer.from(before), shared(before)];
    const memories = [own, buffer, common];
    const results = memories.map(memory => pool.digest(memory, everything));
    for (const memory of memories) memory.set(after);
    const [unchanged, changed] = [expectedOf(before), expectedOf(after)];
    expect(await Promise.all(results)).toEqual([unchanged, unchanged, changed]);
    // The caller's own memory was not taken away.
    expect(memories.map(({ length }) => length)).toEqual([100, 100, 100]);
    await busy;
  });

  it('starts threads when they are needed, no more than it may, and keeps them', async () => {
    const workers = startedWorkers();
    const pool = openPool({ threads: 2 });
    expect(workers).toHaveLength(0);
    await pool.digest(lcg(10), everything);
    expect(workers).toHaveLength(1);
    await Promise.all(Array.from({ length: 20 }, () => pool.digest(lcg(10), everything)));
    expect(workers).toHaveLength(2);
  });

  it('replaces a thread that dies, and fails only the work that thread had', async () => {
    const workers = startedWorkers();
    const pool = openPool({ threads: 1 });
    const lost = pool.digest(new Uint8Array(new SharedArrayBuffer(200_000_000)), everything);
    const next = pool.digest(lcg(10), everything);
    // Node announces a new thread a little later.
    await new Promise(setImmediate);
    await workers[0]?.terminate();
    await expect(lost).rejects.toMatchObject({ name: 'ChecksumError', code: 'WORKER_FAILED' });
    expect(await next).toEqual(expectedOf(lcg(10)));
    expect(workers).toHaveLength(2);
    // An idle one is replaced as well.
    await workers[1]?.terminate();
    expect(await pool.digest(lcg(20), everything)).toEqual(expectedOf(lcg(20)));
  });

  it('finishes what it has when it is closed, and then takes nothing', async () => {
    const workers = startedWorkers();
    const pool = openPool({ threads: 1 });
    const results = [1, 2, 3].map(length => pool.digest(lcg(length), everything));
    const closed = pool.close();
    await expect(pool.digest(lcg(1), everything)).rejects.toMatchObject({ code: 'POOL_CLOSED' });
    await closed;
    expect(await Promise.all(results)).toEqual([1, 2, 3].map(length => expectedOf(lcg(length))));
    // The id of a thread that has ended.
    expect(workers.map(({ threadId }) => threadId)).toEqual([-1]);
    await pool.close();
  });

  it('can be closed unused, by the dozen, and by `await using`', async () => {
    await Promise.all(Array.from({ length: 20 }, () => new ChecksumPool().close()));
    const workers = startedWorkers();
    {
      await using pool = new ChecksumPool({ threads: 1 });
      await pool.digest(lcg(10), everything);
    }
    expect(workers.map(({ threadId }) => threadId)).toEqual([-1]);
    const pools = Array.from({ length: 8 }, () => new ChecksumPool({ threads: 1 }));
    await Promise.all(pools.map(pool => pool.digest(lcg(10), everything)));
    await Promise.all(pools.map(pool => pool.close()));
  });

  it('honours an abort before, in the queue and at work', async () => {
    const pool = openPool({ threads: 1 });
    await expect(pool.digest(lcg(1), everything, { signal: AbortSignal.abort('before') })).rejects.toBe(
      'before',
    );

    const [working, queued] = [new AbortController(), new AbortController()];
    const block = shared(lcg(8_000_000));
    const first = pool.digest(block, everything, { signal: working.signal });
    const second = pool.digest(block, everything, { signal: queued.signal });
    const third = pool.digest(lcg(5), everything);
    queued.abort('in the queue');
    await expect(second).rejects.toBe('in the queue');
    working.abort('at work');
    await expect(first).rejects.toBe('at work');
    expect(await third).toEqual(expectedOf(lcg(5)));
  });

  it('can share one signal among much work without a warning of a leak', async () => {
    const warnings: Error[] = [];
    const remember = (warning: Error): void => void warnings.push(warning);
    process.on('warning', remember);
    onTestFinished(() => void process.off('warning', remember));
    const pool = openPool({ threads: 2 });
    const controller = new AbortController();
    const { signal } = controller;
    await Promise.all(Array.from({ length: 30 }, () => pool.digest(lcg(10), everything, { signal })));
    const aborted = Array.from({ length: 30 }, () => pool.digest(lcg(10), everything, { signal }));
    controller.abort('all of it');
    const results = await Promise.allSettled(aborted);
    expect(new Set(results.map(result => result.status))).toEqual(new Set(['rejected']));
    expect(warnings).toEqual([]);
  });

  it('refuses bad arguments', async () => {
    const refused = { code: 'INVALID_ARGUMENT' };
    for (const threads of [0, -1, 1.5, Number.NaN, '2']) {
      expect(() => new ChecksumPool({ threads: threads as number })).toThrow(
        expect.objectContaining(refused),
      );
    }
    const workers = startedWorkers();
    const pool = openPool();
    await expect(pool.digest('text' as unknown as Uint8Array, everything)).rejects.toMatchObject(refused);
    await expect(pool.digest(lcg(1), {})).rejects.toMatchObject(refused);
    await expect(pool.digest(lcg(1), undefined as unknown as object)).rejects.toMatchObject(refused);
    await expect(pool.digest(lcg(1), { sha1: false })).rejects.toMatchObject(refused);
    expect(workers).toHaveLength(0);
  });
});
