import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { packTar } from 'modern-tar';
import { describe, expect, test } from 'vitest';
import { startWcsEmulator } from '../src/index.js';
import { filesIn } from './support/files.js';
import { type Receiver, type Response, startReceiver } from './support/receiver.js';
import { startEmulator } from './support/start.js';
import type { TestClient } from './support/test-client.js';
import { b64u } from './support/tokens.js';
import { zipOf } from './support/zip-of.js';

/** A web server with some files; any other path is answered 404. */
async function startSource(files: Record<string, Response | string | Buffer>): Promise<Receiver> {
  return startReceiver(({ target }) => {
    const found = Object.hasOwn(files, target) ? files[target] : 404;
    if (typeof found === 'string') return { body: found, headers: { 'Content-Type': 'text/x-source' } };
    return Buffer.isBuffer(found) ? { body: found } : (found ?? 404);
  });
}

const into = (url: string, rest = '') => `fetchURL/${b64u(url)}/bucket/${b64u('b1')}${rest}`;

async function keysOf(client: TestClient): Promise<string[]> {
  return (await client.list()).items.map(item => item.key);
}

describe('fmgr fetch', () => {
  test('stores what is at a URL, with its type', async () => {
    const source = await startSource({ '/dir/%E4%B8%AD%20a.doc?x=1&y=2': 'hello' });
    const { client, emulator } = await startEmulator();
    const url = `${source.url}/dir/%E4%B8%AD%20a.doc?x=1&y=2`;
    const job = await client.run(
      'fetch',
      `${into(url)};${into(url, `/key/${b64u('k')}/prefix/${b64u('p/')}`)}`,
    );
    expect(job.items).toMatchObject([
      {
        code: 3,
        key: 'dir/中 a.doc',
        hash: 'Fqr0xh3cxeii2r7eDztILNmuqUNN',
        fsize: 5,
        url: emulator.downloadUrl('b1', 'dir/中 a.doc'),
      },
      { code: 3, key: 'p/k' },
    ]);
    expect((await client.download('p/k')).toString()).toBe('hello');
    expect(JSON.parse((await client.stat('p/k')).text)).toMatchObject({ mimeType: 'text/x-source' });
  });

  test('follows redirects, but not for ever, and not to hosts that are not allowed', async () => {
    const source = await startSource({
      '/a': { status: 302, headers: { Location: '/b' } },
      '/b': 'there',
      '/loop': { status: 307, headers: { Location: '/loop' } },
      '/away': { status: 301, headers: { Location: 'http://192.0.2.1/secret' } },
      '/nowhere': { status: 302 },
    });
    const { client } = await startEmulator();
    const fops = ['/a', '/loop', '/away', '/nowhere'].map(path => into(source.url + path)).join(';');
    const { items } = await client.run('fetch', fops);
    expect(items).toMatchObject([
      { code: 3, key: 'a', fsize: 5 },
      { code: 2, error: expect.stringContaining('redirects more than') },
      { code: 2, error: 'requests to 192.0.2.1 are not allowed' },
      { code: 2, error: 'the source answered 302' },
    ]);
  });

  test.each([404, 500])('fails when the source answers %d, and stores nothing', async status => {
    const source = await startReceiver(() => status);
    const { client, emulator } = await startEmulator();
    const { items } = await client.run('fetch', into(`${source.url}/a`));
    expect(items).toMatchObject([{ code: 2, error: `the source answered ${status}` }]);
    expect(await keysOf(client)).toEqual([]);
    expect(filesIn(emulator.dataDir)).toEqual([]);
  });

  test('fails when the source delivers a part only, and stores nothing', async () => {
    const source = await startSource({ '/a': 'hello' });
    const { client, emulator } = await startEmulator();
    emulator.faults.add({ match: { outbound: 'fetch' }, do: 'truncate 2' });
    const { items } = await client.run('fetch', into(`${source.url}/a`));
    expect(items).toMatchObject([{ code: 2, error: expect.stringContaining('ended before its end') }]);
    expect(await keysOf(client)).toEqual([]);
    expect(filesIn(emulator.dataDir)).toEqual([]);
  });

  test('fetches only from this machine, unless more is allowed', async () => {
    const { client } = await startEmulator();
    const urls = ['http://example.com/a', 'http://169.254.169.254/latest', 'http://[::ffff:10.0.0.1]/a'];
    const { items } = await client.run('fetch', urls.map(url => into(url)).join(';'));
    for (const item of items)
      expect(item).toMatchObject({ code: 2, error: expect.stringContaining('not allowed') });
  });

  const md5 = createHash('md5').update('hello').digest('hex');
  test.each([
    ['hexadecimal', md5, 3],
    ['upper case', md5.toUpperCase(), 3],
    ['encoded', b64u(md5), 3],
    ['another', '0'.repeat(32), 2],
  ])('compares the md5: %s', async (_name, given, code) => {
    const source = await startSource({ '/a': 'hello' });
    const { client, emulator } = await startEmulator();
    const { items } = await client.run('fetch', into(`${source.url}/a`, `/md5/${given}`));
    expect(items).toMatchObject([{ code, error: code === 3 ? null : expect.stringContaining(md5) }]);
    expect(filesIn(emulator.dataDir)).toHaveLength(code === 3 ? 1 : 0);
  });

  test('takes an object that exists for fetched, unless forced', async () => {
    const source = await startSource({ '/a': 'new' });
    const { client } = await startEmulator();
    await client.upload('a', 'old');
    expect((await client.run('fetch', into(`${source.url}/a`))).items).toMatchObject([{ code: 3, key: 'a' }]);
    expect(source.received).toEqual([]);
    expect((await client.download('a')).toString()).toBe('old');
    await client.run('fetch', into(`${source.url}/a`), '&force=1');
    expect((await client.download('a')).toString()).toBe('new');
  });

  test('fetches the segments of a playlist with fetchTS', async () => {
    const source = await startSource({
      '/live/a.m3u8': '#EXTM3U\none.ts?t=1\nsub/two.ts\n/root.ts\n',
      '/live/one.ts?t=1': 'one',
      '/live/sub/two.ts': 'two',
    });
    const { client } = await startEmulator();
    const key = `/key/${b64u('copy/b.m3u8')}`;
    await client.run('fetch', into(`${source.url}/live/a.m3u8`, key));
    expect(await keysOf(client)).toEqual(['copy/b.m3u8']);
    await client.run('fetch', into(`${source.url}/live/a.m3u8`, `${key}/fetchTS/1`), '&force=1');
    expect(await keysOf(client)).toEqual(['copy/b.m3u8', 'copy/one.ts', 'copy/sub/two.ts']);
    expect((await client.download('copy/one.ts')).toString()).toBe('one');
  });

  describe('with decompression', () => {
    const files = { 'a.txt': 'A', 'sub/b': 'B', '../../up': 'U', '/abs': 'C' };
    const archives: [string, () => Promise<Buffer>][] = [
      ['zip', () => zipOf({ 'a.txt': 'A', 'sub/b': 'B' })],
      ['tar', async () => Buffer.from(await packTar(entries()))],
      ['gzip', async () => gzipSync(await packTar(entries()))],
    ];
    const entries = () =>
      Object.entries(files).map(([name, body]) => ({ header: { name, size: body.length }, body }));

    test.each(archives)('unpacks %s under the prefix', async (format, make) => {
      const source = await startReceiver(() => ({ body: archive }));
      const archive = await make();
      const { client, emulator } = await startEmulator();
      const rest = `/key/${b64u('pack')}/prefix/${b64u('dir')}/decompression/${format}`;
      const { items } = await client.run('fetch', into(`${source.url}/x`, rest));
      expect(items).toMatchObject([{ code: 3, key: 'dir/pack', fsize: archive.length }]);
      const unpacked = ['dir/a.txt', 'dir/sub/b', ...(format === 'zip' ? [] : ['dir/up', 'dir/abs'])];
      expect(items[0]).toMatchObject({ decompresslist: unpacked.join('\n') });
      expect(await keysOf(client)).toEqual([...unpacked, 'dir/pack'].sort());
      expect((await client.download('dir/sub/b')).toString()).toBe('B');
      expect(filesIn(emulator.dataDir)).toHaveLength(unpacked.length + 1);
    });

    test('fails for what is no archive, and for one that unpacks to too much', async () => {
      const bomb = await zipOf({ a: 'x'.repeat(200_000) });
      const source = await startReceiver(({ target }) => ({ body: target === '/bomb' ? bomb : 'nonsense' }));
      const { client } = await startEmulator({ maxUnpackedBytes: 100_000 });
      const fops = ['/noise', '/bomb'].map(path => into(source.url + path, '/decompression/zip')).join(';');
      const { items } = await client.run('fetch', fops);
      expect(items).toMatchObject([
        { code: 2, error: expect.stringContaining('zip archive cannot be read') },
        { code: 2, error: 'the archive unpacks to more than 100000 bytes' },
      ]);
      expect(await keysOf(client)).toEqual(['bomb', 'noise']);
    });
  });

  test.each([
    ['a URL that is none', `fetchURL/${b64u('nonsense')}/bucket/${b64u('b1')}`],
    ['a file', `fetchURL/${b64u('file:///etc/passwd')}/bucket/${b64u('b1')}`],
    ['no URL', `bucket/${b64u('b1')}`],
    ['a URL without a path, and no key', `fetchURL/${b64u('http://127.0.0.1/')}/bucket/${b64u('b1')}`],
    ['an md5 that is none', into('http://127.0.0.1/a', '/md5/123')],
    ['a format that does not exist', into('http://127.0.0.1/a', '/decompression/rar')],
    ['fetchTS=2', into('http://127.0.0.1/a', '/fetchTS/2')],
    ['a key that climbs', into('http://127.0.0.1/a', `/key/${b64u('../a')}`)],
    ['a prefix that climbs', into('http://127.0.0.1/a', `/prefix/${b64u('..')}`)],
  ])('is refused for %s', async (_name, fops) => {
    const { client } = await startEmulator();
    expect(await client.manage('POST', '/fmgr/fetch', `fops=${fops}`)).toMatchObject({ status: 400 });
  });
});

describe('prefetch', () => {
  const encoded = (...keys: string[]) => b64u(`b1:${keys.map(b64u).join('|')}`);

  test('fetches from the origin that the bucket mirrors, over what there is', async () => {
    const source = await startSource({ '/base/dir/a%20b': 'new', '/base/c': 'C' });
    const { client } = await startEmulator({ mirrorOrigins: { b1: `${source.url}/base/` } });
    await client.upload('dir/a b', 'old');
    const answer = await client.manage('POST', `/prefetch/${encoded('dir/a b', 'none', 'c')}`);
    expect(JSON.parse(answer.text)).toEqual({
      bucket: 'b1',
      items: [
        { key: 'dir/a b', mirrorAddress: `${source.url}/base/dir/a%20b`, code: 200, message: 'OK' },
        {
          key: 'none',
          mirrorAddress: `${source.url}/base/none`,
          code: 404,
          message: 'the source answered 404',
        },
        { key: 'c', mirrorAddress: `${source.url}/base/c`, code: 200, message: 'OK' },
      ],
    });
    expect((await client.download('dir/a b')).toString()).toBe('new');
    expect(await keysOf(client)).toEqual(['c', 'dir/a b']);
  });

  test('takes keys that are not encoded by themselves', async () => {
    const source = await startSource({ '/a.txt': 'A' });
    const { client } = await startEmulator({ mirrorOrigins: { b1: source.url } });
    const answer = await client.manage('POST', `/prefetch/${b64u('b1:a.txt|dir/sub.bin')}`);
    expect(JSON.parse(answer.text).items).toMatchObject([
      { key: 'a.txt', code: 200 },
      { key: 'dir/sub.bin', code: 404 },
    ]);
  });

  test('answers an error for every key when the bucket mirrors nothing, or what is not there', async () => {
    const { client } = await startEmulator();
    const answer = await client.manage('POST', `/prefetch/${encoded('a', 'b')}`);
    expect(JSON.parse(answer.text)).toEqual({
      bucket: 'b1',
      items: ['a', 'b'].map(key => ({
        key,
        mirrorAddress: '',
        code: 404,
        message: 'bucket b1 mirrors no origin',
      })),
    });
    const { client: other } = await startEmulator({ mirrorOrigins: { b1: 'http://127.0.0.1:1/' } });
    expect(JSON.parse((await other.manage('POST', `/prefetch/${encoded('a')}`)).text).items).toMatchObject([
      { code: 502 },
    ]);
    const { client: third } = await startEmulator({ mirrorOrigins: { b1: 'http://192.0.2.1/' } });
    expect(JSON.parse((await third.manage('POST', `/prefetch/${encoded('a')}`)).text).items).toMatchObject([
      { code: 403 },
    ]);
  });

  test.each([
    ['no bucket', b64u('nonsense'), 400],
    ['a missing bucket', b64u(`b9:${b64u('a')}`), 631],
    ['a key that climbs', encoded('a/../b'), 400],
    ['no key', b64u('b1:'), 400],
    ['what is not Base64', '!!', 400],
  ])('of %s is refused', async (_name, target, status) => {
    const { client } = await startEmulator();
    expect(await client.manage('POST', `/prefetch/${target}`)).toMatchObject({ status });
  });

  test.each([{ b1: 'nonsense' }, { b1: 'ftp://x/' }])('the option %j is refused', async mirrorOrigins => {
    await expect(startWcsEmulator({ mirrorOrigins })).rejects.toMatchObject({ code: 'INVALID_OPTION' });
  });
});
