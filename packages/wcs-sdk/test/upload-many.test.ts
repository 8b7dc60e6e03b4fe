import { createReadStream, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { etag } from '@curve-wcs/etag';
import { lcg, temporaryFolder } from '@curve-wcs/test-support';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  type UploadItem,
  type UploadManyOptions,
  type UploadManyProgress,
  type UploadOutcome,
  WcsClient,
} from '../src/index.js';
import { Span } from '../src/upload/span.js';
import { count, emulated } from './support/emulated.js';
import { HOSTILE_KEYS } from './support/keys.js';

const MIB = 2 ** 20;

/** So many small items, and what is in them. */
function small(number: number): { key: string; source: Buffer }[] {
  return Array.from({ length: number }, (_, index) => ({
    key: `n/${String(index).padStart(5, '0')}`,
    source: Buffer.from(`content of ${index}`),
  }));
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

/** Uploads to a server that takes anything, and counts the requests under way at the same time. */
async function counting(options: UploadManyOptions) {
  let current = 0;
  let peak = 0;
  const paths: string[] = [];
  const server = createServer((request, response) => {
    peak = Math.max(peak, ++current);
    paths.push(String(request.url));
    request.resume();
    request.on('end', () => {
      setTimeout(() => {
        current--;
        response.end(request.url?.startsWith('/mkblk') ? '{"ctx":"c"}' : '{"hash":"h"}');
      }, 20);
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const uploadUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await using wcs = new WcsClient({ accessKey: 'ak', secretKey: 'sk', uploadUrl });
  const outcomes = await all(wcs.uploadMany({ verify: false, bucket: 'b', ...options }));
  return { outcomes, paths, peak };
}

describe('many uploads', () => {
  it('are all stored, and each tells its outcome', async () => {
    const { emulator, wcs } = await emulated();
    const items = small(200);
    const outcomes = await all(wcs.uploadMany({ bucket: 'photos', items }));
    expect(outcomes.map(({ index }) => index).sort((a, b) => a - b)).toEqual(items.map((_, index) => index));
    for (const outcome of outcomes) {
      const item = items[outcome.index];
      expect(outcome).toMatchObject({ ok: true, item: { key: item?.key }, result: { verified: true } });
      expect(outcome.ok && outcome.result.etag).toBe(etag(item?.source ?? Buffer.alloc(0)));
    }
    expect(count(emulator, '/file/upload')).toBe(200);
    const listed = await all(wcs.listObjects('photos'));
    expect(listed.map(({ key }) => key)).toEqual(items.map(({ key }) => key));
  });

  it('come from any iterable, of any kind of source, to any bucket and key', async () => {
    const { wcs } = await emulated();
    const path = join(temporaryFolder(), 'file.bin');
    writeFileSync(path, lcg(5 * MIB));
    async function* items(): AsyncGenerator<UploadItem> {
      yield { source: path };
      yield { key: 'stream', source: createReadStream(path) };
      yield { bucket: 'backup', key: 'blocks', source: path, formThreshold: 0, mimeType: 'a/b' };
      for (const key of HOSTILE_KEYS) yield { key, source: Buffer.from(key) };
    }
    const summary = await wcs.uploadMany({ bucket: 'photos', items: items() }).summary();
    expect(summary).toMatchObject({ stored: 3 + HOSTILE_KEYS.length, failed: [] });
    expect((await wcs.stat({ bucket: 'photos', key: 'file.bin' })).size).toBe(5 * MIB);
    expect((await wcs.stat({ bucket: 'backup', key: 'blocks' })).mimeType).toBe('a/b');
    for (const key of HOSTILE_KEYS) {
      expect((await wcs.download({ bucket: 'photos', key })).data.toString()).toBe(key);
    }
  });

  it('tell the places of items that come one by one, beside large ones', async () => {
    const list = Array.from({ length: 60 }, (_, index) => ({
      key: `n/${index}`,
      source: Buffer.alloc(index % 20 === 0 ? 9 * MIB : 100),
    }));
    const items = (async function* () {
      yield* list;
    })();
    const { outcomes } = await counting({ items, formThreshold: MIB, concurrency: 3 });
    expect(outcomes).toHaveLength(list.length);
    for (const { index, item } of outcomes) expect(item).toBe(list[index]);
  });

  it('none at all are done at once', async () => {
    const { wcs } = await emulated();
    expect(await wcs.uploadMany({ bucket: 'photos', items: [] }).summary()).toEqual({
      stored: 0,
      bytes: 0,
      failed: [],
    });
  });

  it('are begun once', async () => {
    const { wcs } = await emulated();
    const batch = wcs.uploadMany({ bucket: 'photos', items: small(1) });
    await batch.summary();
    await expect(batch.summary()).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});

describe('the budget of many uploads', () => {
  it.each([1, 3, 8])('of %i requests holds over files and blocks', async concurrency => {
    const items = [
      { key: 'large-1', source: lcg(21 * MIB), formThreshold: 0 },
      ...small(20),
      { key: 'large-2', source: lcg(9 * MIB), formThreshold: 0 },
      { key: 'stream', source: Readable.from([lcg(9 * MIB)]), formThreshold: 0 },
      ...small(20),
    ];
    const { outcomes, paths, peak } = await counting({ items, concurrency });
    expect(outcomes.every(({ ok }) => ok)).toBe(true);
    expect(peak).toBeLessThanOrEqual(concurrency);
    expect(peak).toBeGreaterThan(concurrency / 2);
    expect(paths.filter(path => path.startsWith('/mkblk'))).toHaveLength(6 + 3 + 3);
  });

  it('gives a single large file all there is', async () => {
    const items = [{ key: 'large', source: lcg(41 * MIB), formThreshold: 0 }];
    const { peak } = await counting({ items, concurrency: 6 });
    expect(peak).toBe(6);
  });

  it('is not held by a stream that stalls', async () => {
    const { wcs } = await emulated();
    const stalled = new PassThrough();
    stalled.write(lcg(5 * MIB));
    const items = [{ key: 'stalled', source: stalled, formThreshold: 0 }, ...small(30)];
    const seen: string[] = [];
    for await (const { item } of wcs.uploadMany({ bucket: 'photos', items, concurrency: 4 })) {
      seen.push(String(item.key));
      if (seen.length === 30) stalled.end(lcg(MIB));
    }
    expect(seen.at(-1)).toBe('stalled');
  });

  it('bounds memory: no more spans than slots, whatever the number of files', async () => {
    const made: Span[] = [];
    const original = Reflect.get(Span.prototype, 'read') as Span['read'];
    Span.prototype.read = function (...values) {
      if (!made.includes(this)) made.push(this);
      return original.apply(this, values);
    };
    try {
      const folder = temporaryFolder();
      const items = Array.from({ length: 12 }, (_, index) => {
        const source = join(folder, String(index));
        writeFileSync(source, lcg(9 * MIB));
        return { source, formThreshold: 0 };
      });
      await counting({ items, concurrency: 3 });
    } finally {
      Span.prototype.read = original;
    }
    expect(made.length).toBeLessThanOrEqual(3 + 1);
  });

  it('asks for items as there is room for them, and waits for a slow consumer', async () => {
    const { wcs } = await emulated();
    let asked = 0;
    function* items() {
      for (const item of small(500)) {
        asked++;
        yield item;
      }
    }
    const outcomes = wcs
      .uploadMany({ bucket: 'photos', items: items(), concurrency: 2 })
      [Symbol.asyncIterator]();
    await outcomes.next();
    await new Promise(resolve => setTimeout(resolve, 100));
    expect(asked).toBeLessThan(20);
    await outcomes.return?.();
    expect(asked).toBeLessThan(20);
  });
});

describe('a failure among many', () => {
  it('is the outcome of its item', async () => {
    const { emulator, wcs } = await emulated();
    emulator.faults.add({ match: { path: '/file/upload', nth: [2, 5] }, do: 'status 403' });
    const items: UploadItem[] = [...small(6), { source: '/nowhere/at/all' }];
    const { stored, failed, bytes } = await wcs
      .uploadMany({ bucket: 'photos', items, concurrency: 1 })
      .summary();
    expect(stored).toBe(4);
    expect(failed.map(({ index, error }) => [index, error.code])).toEqual([
      [1, 'FORBIDDEN'],
      [4, 'FORBIDDEN'],
      [6, 'SOURCE_FAILED'],
    ]);
    expect(bytes).toBe(4 * 12);
  });

  it('ends everything if it is asked to', async () => {
    const { emulator, wcs } = await emulated();
    emulator.faults.add({ match: { path: '/file/upload', nth: 5 }, do: 'status 403' });
    const seen: UploadOutcome[] = [];
    const run = async () => {
      const batch = wcs.uploadMany({
        bucket: 'photos',
        items: small(300),
        concurrency: 2,
        stopOnError: true,
      });
      for await (const outcome of batch) seen.push(outcome);
    };
    await expect(run()).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(seen.length).toBeGreaterThan(2);
    expect(count(emulator, '/file/upload')).toBeLessThan(20);
  });

  it('of an item that is wrong is its outcome where items come one by one', async () => {
    const { wcs } = await emulated();
    async function* items() {
      yield* small(1);
      yield { key: '/wrong', source: Buffer.alloc(1) };
      yield { key: 'none', source: undefined as never };
    }
    const { stored, failed } = await wcs.uploadMany({ bucket: 'photos', items: items() }).summary();
    expect(stored).toBe(1);
    expect(failed.map(({ error }) => error.code)).toEqual(['INVALID_ARGUMENT', 'INVALID_ARGUMENT']);
  });

  it('of the items themselves ends everything', async () => {
    const { wcs } = await emulated();
    const cause = new Error('the folder is gone');
    async function* items() {
      yield* small(3);
      throw cause;
    }
    await expect(wcs.uploadMany({ bucket: 'photos', items: items() }).summary()).rejects.toBe(cause);
  });

  it('of the caller’s own function ends everything', async () => {
    const { wcs } = await emulated();
    const cause = new Error('no more room on the screen');
    const onProgress = () => {
      throw cause;
    };
    const batch = wcs.uploadMany({ bucket: 'photos', items: small(3), onProgress });
    await expect(batch.summary()).rejects.toBe(cause);
  });

  it('is what counts, though the items fail to end', async () => {
    const { wcs } = await emulated();
    function* items() {
      try {
        yield { key: 'a', source: '/nowhere/at/all' };
        yield* small(10);
      } finally {
        // biome-ignore lint/correctness/noUnsafeFinally: that is the point
        throw new Error('cannot end');
      }
    }
    const options = { bucket: 'photos', items: items(), concurrency: 1, stopOnError: true };
    await expect(wcs.uploadMany(options).summary()).rejects.toMatchObject({ code: 'SOURCE_FAILED' });
  });

  it('of a stream before its turn is the outcome of its item', async () => {
    const { wcs } = await emulated();
    const items = [...small(1), { key: 'gone', source: createReadStream('/nowhere/at/all') }];
    const batch = wcs.uploadMany({ bucket: 'photos', items, concurrency: 1 });
    await new Promise(resolve => setTimeout(resolve, 50));
    const { stored, failed } = await batch.summary();
    expect([stored, failed.map(({ error }) => error.code)]).toEqual([1, ['SOURCE_FAILED']]);
  });

  it('that passes is repeated for its item alone', async () => {
    const { emulator, wcs } = await emulated();
    emulator.faults.add({ match: { path: '/file/upload', nth: [1, 4, 9] }, do: 'reset' });
    const { stored } = await wcs.uploadMany({ bucket: 'photos', items: small(20) }).summary();
    expect(stored).toBe(20);
    expect(count(emulator, '/file/upload')).toBe(23);
  });
});

describe('ending many uploads', () => {
  it('by the signal ends those under way', async () => {
    const { emulator, wcs } = await emulated();
    emulator.faults.add({ match: { path: '/file/upload' }, do: 'hang' });
    const abort = new AbortController();
    const reason = new Error('enough');
    const running = wcs.uploadMany({ bucket: 'photos', items: small(50), signal: abort.signal }).summary();
    setTimeout(() => abort.abort(reason), 50);
    await expect(running).rejects.toBe(reason);
  });

  it('by the signal does not wait for items that are stuck', async () => {
    const { wcs } = await emulated();
    const items = { [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => {}) }) };
    const running = wcs.uploadMany({ bucket: 'photos', items, signal: AbortSignal.timeout(50) }).summary();
    await expect(running).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  it('by leaving the loop ends those under way, and tells the items', async () => {
    const { emulator, wcs } = await emulated();
    let told = false;
    function* items() {
      try {
        yield* small(100);
      } finally {
        told = true;
      }
    }
    emulator.faults.add({ match: { path: '/file/upload', nth: [2, 3, 4, 5] }, do: 'hang' });
    for await (const _ of wcs.uploadMany({ bucket: 'photos', items: items(), concurrency: 4 })) break;
    expect(told).toBe(true);
  });

  it('by closing the client ends everything', async () => {
    const { emulator, wcs } = await emulated();
    emulator.faults.add({ match: { path: '/file/upload' }, do: 'hang' });
    const running = wcs.uploadMany({ bucket: 'photos', items: small(50) }).summary();
    setTimeout(() => void wcs.close(), 50);
    await expect(running).rejects.toMatchObject({ code: 'CLIENT_CLOSED' });
  });
});

it('the progress of many grows to the whole', async () => {
  const { emulator, wcs } = await emulated();
  emulator.faults.add({ match: { path: '/file/upload', nth: 3 }, do: 'status 403' });
  const seen: UploadManyProgress[] = [];
  const items = [...small(30), { key: 'large', source: lcg(9 * MIB), formThreshold: 0 }];
  const { bytes } = await wcs
    .uploadMany({ bucket: 'photos', items, onProgress: progress => seen.push(progress) })
    .summary();
  for (const name of ['begun', 'stored', 'failed', 'transferred'] as const) {
    const values = seen.map(progress => progress[name]);
    expect(values).toEqual([...values].sort((a, b) => a - b));
  }
  expect(seen.at(-1)).toEqual({ begun: 31, stored: 30, failed: 1, transferred: bytes });
});

describe('wrong options of many uploads', () => {
  it.each<[Record<string, unknown>, string]>([
    [{ items: undefined }, 'items'],
    [{ items: 'text' }, 'items'],
    [{ bucket: 'a:b' }, 'bucket'],
    [{ concurrency: 0 }, 'concurrency'],
    [{ concurrency: 257 }, 'concurrency'],
    [{ timeout: 0 }, 'timeout'],
    [{ blockSize: 5 }, 'items[0]: blockSize'],
    [{ items: [{ key: '/a', source: Buffer.alloc(1) }] }, 'items[0]: key'],
    [{ items: [...small(2), { key: 'a' }] }, 'items[2]: source'],
    [{ bucket: undefined, items: small(1) }, 'items[0]: bucket'],
    [{ policy: { returnBody: '$(nothing)' } }, 'items[0]: a variable'],
  ])('%o', async (change, words) => {
    const { emulator, wcs } = await emulated();
    const options = { bucket: 'photos', items: small(1), ...change } as never;
    expect(() => wcs.uploadMany(options)).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.stringContaining(words) }),
    );
    expect(emulator.requests).toEqual([]);
  });
});
