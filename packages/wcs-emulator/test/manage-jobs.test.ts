import { lcg } from '@curve-wcs/test-support';
import { describe, expect, test } from 'vitest';
import { readArchive } from '../src/archive/read-archive.js';
import { filesIn } from './support/files.js';
import { startEmulator } from './support/start.js';
import { TestClient } from './support/test-client.js';
import { b64u } from './support/tokens.js';

const bucket = `bucket/${b64u('b1')}`;
const entry = (name: string) => b64u(name);

async function keysOf(client: TestClient): Promise<string[]> {
  return (await client.list()).items.map(item => item.key);
}

async function uploadAll(client: TestClient, keys: readonly string[]): Promise<void> {
  for (const key of keys) await client.upload(key, `content of ${key}`);
}

describe('fmgr copy and move', () => {
  test('join prefix and key, and keep the key when only the bucket changes', async () => {
    const { emulator, client } = await startEmulator({ buckets: ['b1', 'b2'] });
    const other = new TestClient(emulator, 'b2');
    await uploadAll(client, ['dir/a', 'b']);
    const source = `resource/${entry('b1:dir/a')}`;
    const targets = [
      `bucket/${b64u('b2')}`,
      `bucket/${b64u('b2')}/key/${b64u('k')}`,
      `bucket/${b64u('b2')}/key/${b64u('k')}/prefix/${b64u('pre')}`,
      `bucket/${b64u('b2')}/prefix/${b64u('pre/')}`,
      `BUCKET/${b64u('b2')}/Key/${b64u('upper')}`,
    ];
    const job = await client.run('copy', targets.map(target => `${source}/${target}`).join(';'));
    expect(job.items.map(item => item.key)).toEqual(['dir/a', 'k', 'pre/k', 'pre/dir/a', 'upper']);
    expect(await keysOf(other)).toEqual(['dir/a', 'k', 'pre/dir/a', 'pre/k', 'upper']);
    const move = `resource/${entry('b1:b')}/bucket/${b64u('b2')}/key/${b64u('k')}`;
    await client.run('move', move);
    expect((await other.download('k')).toString()).toBe('content of b');
    expect(await keysOf(client)).toEqual(['dir/a']);
  });

  test('are not possible onto the object itself', async () => {
    const { client } = await startEmulator();
    await uploadAll(client, ['a']);
    for (const operation of ['copy', 'move']) {
      const job = await client.run(operation, `resource/${entry('b1:a')}/${bucket}`);
      expect(job.items).toMatchObject([{ code: 2, error: expect.stringContaining('same object') }]);
    }
    expect(await keysOf(client)).toEqual(['a']);
  });
});

describe('fmgr delete', () => {
  test('deletes objects, and takes missing ones for deleted', async () => {
    const { client } = await startEmulator();
    await uploadAll(client, ['a', 'b', '中 文']);
    const job = await client.run(
      'delete',
      ['a', 'none', '中 文'].map(key => `${bucket}/key/${b64u(key)}`).join(';'),
    );
    expect(job.items).toMatchObject([
      { code: 3, key: 'a' },
      { code: 3, key: 'none' },
      { code: 3, key: '中 文' },
    ]);
    expect(await keysOf(client)).toEqual(['b']);
  });
});

describe('fmgr deletePrefix', () => {
  const keys = ['test', 'test/a', 'test/sub/b', 'test0', 'test123', 'test123/c'];

  test.each(['test', 'test/'])('of %j deletes that folder and nothing beside it', async prefix => {
    const { client, emulator } = await startEmulator();
    await uploadAll(client, keys);
    const job = await client.run('deletePrefix', `${bucket}/prefix/${b64u(prefix)}`);
    expect(job.items).toMatchObject([{ code: 3, key: prefix }]);
    expect(await keysOf(client)).toEqual(['test', 'test0', 'test123', 'test123/c']);
    expect(filesIn(emulator.dataDir)).toHaveLength(4);
  });

  test('writes a list of what it deleted', async () => {
    const { client } = await startEmulator();
    await uploadAll(client, keys);
    const output = `/output/${entry('b1:test/sub/b')}`;
    const job = await client.run('deletePrefix', `${bucket}/prefix/${b64u('test')}${output}`);
    expect(job.items).toMatchObject([{ code: 3, key: 'test/sub/b', fsize: 7 }]);
    expect((await client.download('test/sub/b')).toString()).toBe('test/a\n');
    expect(await keysOf(client)).toEqual(['test', 'test/sub/b', 'test0', 'test123', 'test123/c']);
  });

  test('of a folder that does not exist succeeds, with an empty list', async () => {
    const { client } = await startEmulator();
    const output = `/output/${entry('b1:list')}`;
    const job = await client.run('deletePrefix', `${bucket}/prefix/${b64u('none')}${output}`);
    expect(job.items).toMatchObject([{ code: 3, key: 'list', fsize: 0 }]);
    expect((await client.download('list')).length).toBe(0);
  });

  test.each(['', '/', '//'])('of %j is refused: a whole bucket is no folder', async prefix => {
    const { client } = await startEmulator();
    const body = `fops=${bucket}/prefix/${b64u(prefix)}`;
    expect(await client.manage('POST', '/fmgr/deletePrefix', body)).toMatchObject({ status: 400 });
  });
});

describe('fmgr deletem3u8', () => {
  const playlist = '#EXTM3U\none.ts\nsub/two.ts\n/absolute.ts\nhttp://h/three.ts\nmissing.ts\n';
  const others = ['live/other.ts', 'absolute.ts', 'three.ts', 'live/three.ts'];

  async function setUp(): Promise<TestClient> {
    const { client } = await startEmulator();
    await client.upload('live/a.m3u8', playlist);
    await uploadAll(client, ['live/one.ts', 'live/sub/two.ts', ...others]);
    return client;
  }

  test.each(['', '/deletets/1'])('with %j deletes the playlist and its segments', async deletets => {
    const client = await setUp();
    await client.run('deletem3u8', `${bucket}/key/${b64u('live/a.m3u8')}${deletets}`);
    expect(await keysOf(client)).toEqual([...others].sort());
  });

  test('with deletets/0 deletes the playlist alone', async () => {
    const client = await setUp();
    await client.run('deletem3u8', `${bucket}/key/${b64u('live/a.m3u8')}/deletets/0`);
    expect(await keysOf(client)).toEqual(['live/one.ts', 'live/sub/two.ts', ...others].sort());
  });

  test('takes a missing playlist for deleted', async () => {
    const { client } = await startEmulator();
    const job = await client.run('deletem3u8', `${bucket}/key/${b64u('none.m3u8')}`);
    expect(job.items).toMatchObject([{ code: 3 }]);
  });
});

describe('fmgr setdeadline', () => {
  test('goes for a folder, or for the whole bucket', async () => {
    let now = 1_700_000_000_000;
    const { client } = await startEmulator({ clock: () => now });
    await uploadAll(client, ['a', 'test/b', 'test/c/d', 'test1']);
    const deadlines = [
      `${bucket}/deadline/9`,
      `${bucket}/prefix/${b64u('test')}/deleteAfterDays/1`,
      `${bucket}/prefix/${b64u('test/c/')}/deadline/-1`,
    ];
    const job = await client.run('setdeadline', deadlines.join(';'));
    expect(job.items.map(item => item.code)).toEqual([3, 3, 3]);
    now += 86_400_000;
    expect(await keysOf(client)).toEqual(['a', 'test/c/d', 'test1']);
    now += 8 * 86_400_000;
    expect(await keysOf(client)).toEqual(['test/c/d']);
  });

  test.each(['', 'x', '-2', '1.5', '9999999'])('of %j days is refused', async days => {
    const { client } = await startEmulator();
    const body = `fops=${bucket}/deadline/${days}`;
    expect(await client.manage('POST', '/fmgr/setdeadline', body)).toMatchObject({ status: 400 });
  });
});

describe('fmgr compress', () => {
  const keys = (...names: string[]) => `/keys/${names.map(b64u).join('|')}`;
  const saveas = `/saveas/${entry('b1:out.zip')}`;

  async function filesOf(client: TestClient, key = 'out.zip'): Promise<Record<string, string>> {
    const archive = await client.download(key);
    const source = {
      size: archive.length,
      async *read(start: number, end: number) {
        yield Buffer.from(archive.subarray(start, end));
      },
    };
    const files: Record<string, string> = {};
    for await (const { name, bytes } of readArchive(source, 'zip', { name: '', maxBytes: 1e9 })) {
      files[name] = '';
      for await (const chunk of bytes) files[name] += chunk.toString('latin1');
    }
    return files;
  }

  test('packs objects and folders', async () => {
    const { client } = await startEmulator();
    await uploadAll(client, ['a.txt', 'dir/b', 'dir/sub/c', 'dirx', 'other']);
    await client.upload('large', lcg(9_000_000, 3));
    await client.upload('empty', '');
    const job = await client.run(
      'compress',
      `${bucket}${keys('a.txt', 'dir/', 'large', 'empty', 'a.txt')}${saveas}`,
    );
    const archive = await client.download('out.zip');
    expect(job.items).toMatchObject([{ code: 3, key: 'out.zip', fsize: archive.length, error: null }]);
    const files = await filesOf(client);
    expect(Object.keys(files)).toEqual(['a.txt', 'dir/b', 'dir/sub/c', 'large', 'empty']);
    expect(files['dir/sub/c']).toBe('content of dir/sub/c');
    expect(Buffer.from(files['large'] ?? '', 'latin1').equals(lcg(9_000_000, 3))).toBe(true);
    expect(JSON.parse((await client.stat('out.zip')).text)).toMatchObject({ mimeType: 'application/zip' });
  });

  test('takes the keys from a list, unless keys are given too', async () => {
    const { client } = await startEmulator();
    await uploadAll(client, ['a b&c', 'dir/中文', 'z']);
    await client.upload('list.txt', 'a b&c\r\n\ndir/\n');
    const list = `/keyList/${b64u('list.txt')}`;
    await client.run('compress', `${bucket}${list}${saveas}`);
    expect(Object.keys(await filesOf(client))).toEqual(['a b&c', 'dir/中文']);
    await client.run(
      'compress',
      `${bucket}${keys('z')}${list.replace('keyList', 'keylist')}${saveas}`,
      '&force=1',
    );
    expect(Object.keys(await filesOf(client))).toEqual(['z']);
  });

  test('makes an archive again only by force', async () => {
    const { client } = await startEmulator();
    await uploadAll(client, ['a', 'b']);
    await client.run('compress', `${bucket}${keys('a')}${saveas}`);
    const again = await client.run('compress', `${bucket}${keys('b')}${saveas}`);
    expect(again.items).toMatchObject([{ code: 3, key: 'out.zip' }]);
    expect(Object.keys(await filesOf(client))).toEqual(['a']);
    await client.run('compress', `${bucket}${keys('b')}${saveas}`, '&force=1');
    expect(Object.keys(await filesOf(client))).toEqual(['b']);
  });

  test('does not pack the archive into itself', async () => {
    const { client } = await startEmulator();
    await uploadAll(client, ['dir/a', 'dir/z']);
    const target = `/saveas/${entry('b1:dir/out.zip')}`;
    for (let time = 0; time < 2; time++) {
      await client.run('compress', `${bucket}${keys('dir/')}${target}`, '&force=1');
      expect(Object.keys(await filesOf(client, 'dir/out.zip'))).toEqual(['dir/a', 'dir/z']);
    }
  });

  test('takes keys that no archive could hold as they are', async () => {
    const { client, emulator } = await startEmulator();
    const hostile = ['C:/a', 'x\\..\\..\\y', '\u0001', '..a', 'con', '~', '-rf'];
    await uploadAll(client, hostile);
    const job = await client.run('compress', `${bucket}${keys(...hostile)}${saveas}`);
    expect(job.items).toMatchObject([{ code: 3 }]);
    const files = await filesOf(client);
    expect(Object.keys(files)).toHaveLength(hostile.length);
    expect(Object.keys(files).join('')).not.toContain('\\');
    expect(filesIn(emulator.dataDir)).toHaveLength(hostile.length + 1);
  });

  test.each([
    ['a missing object', `${keys('none')}${saveas}`, 'no such object: none'],
    ['a missing list', `/keyList/${b64u('none')}${saveas}`, 'no such object: none'],
    ['no target', keys('a'), 'saveas is missing'],
  ])('fails for %s, and leaves nothing behind', async (_name, command, error) => {
    const { client, emulator } = await startEmulator();
    await uploadAll(client, ['a']);
    const job = await client.run('compress', `${bucket}${command}`);
    expect(job.items).toMatchObject([{ code: 2, error }]);
    expect(await keysOf(client)).toEqual(['a']);
    expect(filesIn(emulator.dataDir)).toHaveLength(1);
  });

  test.each([
    ['without keys', saveas],
    ['with a key that climbs', `${keys('a/../../b')}${saveas}`],
    ['with a target that is no entry', `${keys('a')}/saveas/${b64u('nonsense')}`],
    ['with keys that are not Base64', `/keys/!!!${saveas}`],
  ])('is refused %s', async (_name, command) => {
    const { client } = await startEmulator();
    const answer = await client.manage('POST', '/fmgr/compress', `fops=${bucket}${command}`);
    expect(answer).toMatchObject({ status: 400 });
  });
});
