import { fc, test as property } from '@fast-check/vitest';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startWcsEmulator, type WcsEmulator } from '../src/index.js';
import { startEmulator } from './support/start.js';
import { type ListAnswer, TestClient } from './support/test-client.js';
import { b64u } from './support/tokens.js';

/** All pages of a listing, in order. */
async function listAll(client: TestClient, query: Record<string, string | number>): Promise<ListAnswer[]> {
  const pages: ListAnswer[] = [];
  let marker = '';
  do {
    const page = await client.list({ ...query, ...(marker && { marker }) });
    pages.push(page);
    marker = page.marker;
  } while (marker !== '');
  return pages;
}

const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** What a listing is to contain, worked out in the most obvious way. */
function expected(
  keys: readonly string[],
  mode: string,
  prefix: string,
): { files: string[]; folders: string[] } {
  const base = mode === '' || prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`;
  const inside = [...keys].sort(byBytes).filter(key => key.startsWith(base));
  if (mode === '') return { files: inside, folders: [] };
  const files = inside.filter(key => !key.slice(base.length).includes('/'));
  const folders = inside
    .filter(key => key.slice(base.length).includes('/'))
    .map(key => key.slice(0, key.indexOf('/', base.length) + 1));
  return { files, folders: [...new Set(folders)].sort(byBytes) };
}

describe('any listing', () => {
  let emulator: WcsEmulator;
  let bucket = 0;
  beforeAll(async () => {
    const buckets = Array.from({ length: 80 }, (_, index) => `n${index}`);
    emulator = await startWcsEmulator({ buckets, durability: 'fast' });
  });
  afterAll(() => emulator.close());

  const segment = fc.string({
    unit: fc.constantFrom('a', 'b', '!', '~', '0', '中', '😀', '\uffee', ' '),
    minLength: 1,
    maxLength: 3,
  });
  const key = fc.array(segment, { minLength: 1, maxLength: 4 }).map(segments => segments.join('/'));

  property.prop(
    [
      fc.uniqueArray(key, { maxLength: 25 }),
      fc.constantFrom('', '0', '1'),
      fc.oneof(
        fc.constant(''),
        segment,
        segment.map(text => `${text}/`),
        key,
      ),
      fc.integer({ min: 1, max: 7 }),
    ],
    { numRuns: 60 },
  )('is the same whatever the page size, complete and in order', async (keys, mode, prefix, limit) => {
    const client = new TestClient(emulator, `n${bucket++}`);
    for (const each of keys) await client.upload(each, each);
    const query = { ...(mode && { mode }), prefix: b64u(prefix), limit };
    const pages = await listAll(client, query);
    const { files, folders } = expected(keys, mode, prefix);
    expect(pages.flatMap(page => page.items.map(item => item.key))).toEqual(files);
    expect(pages.flatMap(page => page.commonPrefixes)).toEqual(folders);
    const sizes = pages.map(page => page.items.length + page.commonPrefixes.length);
    expect(sizes.slice(0, -1).every(size => size === limit)).toBe(true);
    // One kind is over before the other begins.
    const kinds = pages.flatMap(page =>
      mode === '1'
        ? [...page.commonPrefixes.map(() => 1), ...page.items.map(() => 0)]
        : [...page.items.map(() => 1), ...page.commonPrefixes.map(() => 0)],
    );
    expect(kinds).toEqual([...kinds].sort((a, b) => b - a));
  });
});

describe('a listing', () => {
  test('describes every object with numbers for numbers', async () => {
    const { client } = await startEmulator({ clock: () => 1_700_000_000_001 });
    await client.upload('a.txt', 'hello');
    expect(await client.list()).toEqual({
      marker: '',
      commonPrefixes: [],
      items: [
        {
          key: 'a.txt',
          putTime: 1_700_000_000_001,
          hash: 'Fqr0xh3cxeii2r7eDztILNmuqUNN',
          fsize: 5,
          mimeType: 'text/plain',
          expirationDate: '',
          storageClass: 'Standard',
        },
      ],
    });
  });

  test('can be limited to a time, both ends included', async () => {
    let now = 0;
    const { client } = await startEmulator({ clock: () => now });
    for (now = 1; now <= 5; now++) await client.upload(`k${now}`, 'x');
    const { items } = await client.list({ startTime: 2, endTime: 4 });
    expect(items.map(item => item.key)).toEqual(['k2', 'k3', 'k4']);
  });

  test('is paged exactly when objects come and go in between', async () => {
    const { client } = await startEmulator();
    for (const key of ['a', 'b', 'd', 'e']) await client.upload(key, 'x');
    const first = await client.list({ limit: 2 });
    await client.delete('b');
    await client.upload('c', 'x');
    const second = await client.list({ limit: 10, marker: first.marker });
    expect(second.items.map(item => item.key)).toEqual(['c', 'd', 'e']);
  });

  test('shows no folder in which everything has expired', async () => {
    let now = 0;
    const { client } = await startEmulator({ clock: () => now });
    await client.upload('gone/x', 'x', { fields: { deadline: '1' } });
    await client.upload('here/x', 'x', { fields: { deadline: '1' } });
    await client.upload('here/y', 'x');
    now = 86_400_000;
    expect(await client.list({ mode: 1 })).toMatchObject({ commonPrefixes: ['here/'], items: [] });
  });

  test('of 10,000 objects has ten pages', async () => {
    const { client } = await startEmulator();
    const keys = Array.from({ length: 10_000 }, (_, index) => `folder${index % 7}/${index}`);
    const queue = [...keys];
    await Promise.all(
      Array.from({ length: 16 }, async () => {
        for (let key = queue.pop(); key !== undefined; key = queue.pop()) {
          const { status } = await client.upload(key, key);
          if (status !== 200) throw new Error(`${key}: ${status}`);
        }
      }),
    );
    const pages = await listAll(client, {});
    expect(pages).toHaveLength(10);
    expect(pages.flatMap(page => page.items.map(item => item.key))).toEqual(keys.sort(byBytes));
    expect((await client.list({ mode: 0 })).commonPrefixes).toHaveLength(7);
  });

  test.each([
    ['limit=0', 400],
    ['limit=1001', 400],
    ['limit=x', 400],
    ['mode=2', 400],
    ['prefix=%25', 400],
    ['startTime=yesterday', 400],
    ['marker=%zz', 400],
  ])('with %s is refused', async (parameter, status) => {
    const { client } = await startEmulator();
    expect(await client.manage('GET', `/list?bucket=b1&${parameter}`)).toMatchObject({ status });
  });

  test('needs a bucket that exists', async () => {
    const { client } = await startEmulator();
    expect(await client.manage('GET', '/list?limit=1')).toMatchObject({ status: 400 });
    expect(await client.manage('GET', '/list?bucket=b9')).toMatchObject({ status: 631 });
  });
});
