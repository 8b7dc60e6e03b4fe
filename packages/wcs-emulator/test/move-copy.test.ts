import { describe, expect, test } from 'vitest';
import { filesIn } from './support/files.js';
import { startEmulator } from './support/start.js';
import { TestClient } from './support/test-client.js';
import { b64u } from './support/tokens.js';

const ok = { code: 200, message: 'OK' };

describe('move', () => {
  test('gives an object another name, and nothing else of it changes', async () => {
    let now = 1_700_000_000_000;
    const { client } = await startEmulator({ clock: () => now });
    await client.upload('dir/a.txt', 'hello', { fields: { mimeType: 'text/x-own', deadline: '3' } });
    const before = JSON.parse((await client.stat('dir/a.txt')).text);
    now += 1000;
    const answer = await client.move('dir/a.txt', '中文/b c.txt');
    expect(JSON.parse(answer.text)).toEqual(ok);
    expect(await client.stat('dir/a.txt')).toMatchObject({ status: 404 });
    expect(JSON.parse((await client.stat('中文/b c.txt')).text)).toEqual({
      ...before,
      name: '中文/b c.txt',
    });
    expect((await client.download('中文/b c.txt')).toString()).toBe('hello');
  });

  test('goes from bucket to bucket, keeping the key when the target has none', async () => {
    const { emulator, client } = await startEmulator({ buckets: ['b1', 'b2'] });
    const other = new TestClient(emulator, 'b2');
    await client.upload('a', '1');
    await client.upload('b', '2');
    expect(await client.move('a', 'b2:')).toMatchObject({ status: 200 });
    expect(await client.manage('POST', `/move/${client.entry('b')}/${b64u('b2')}`)).toMatchObject({
      status: 200,
    });
    expect((await client.list()).items).toEqual([]);
    expect((await other.list()).items.map(item => item.key)).toEqual(['a', 'b']);
  });
});

describe('copy', () => {
  test('makes a second object of the same bytes, stored now', async () => {
    let now = 1_700_000_000_000;
    const { client, emulator } = await startEmulator({ clock: () => now });
    await client.upload('a.txt', 'hello', { fields: { deadline: '3' } });
    const original = JSON.parse((await client.stat('a.txt')).text);
    now += 1000;
    expect(JSON.parse((await client.copy('a.txt', 'b.txt')).text)).toEqual(ok);
    expect(JSON.parse((await client.stat('b.txt')).text)).toEqual({
      ...original,
      name: 'b.txt',
      putTime: '1700000001000',
    });
    expect(filesIn(emulator.dataDir)).toHaveLength(1);
    await client.delete('a.txt');
    expect((await client.download('b.txt')).toString()).toBe('hello');
    await client.delete('b.txt');
    expect(filesIn(emulator.dataDir)).toEqual([]);
  });

  test('of an object made of blocks outlives it', async () => {
    const { client, emulator } = await startEmulator();
    const contexts = await client.makeBlocks(Buffer.from('block'));
    await client.makeFile('5', contexts, { policy: { scope: 'b1:a' } });
    await client.copy('a', 'b');
    await client.delete('a');
    expect((await client.download('b')).toString()).toBe('block');
    await client.delete('b');
    expect(filesIn(emulator.dataDir)).toEqual([]);
  });
});

describe.each(['move', 'copy'] as const)('%s', operation => {
  test('replaces what has the new name, and frees its bytes', async () => {
    const { client, emulator } = await startEmulator();
    await client.upload('a', 'new');
    await client.upload('b', 'old');
    expect(await client[operation]('a', 'b')).toMatchObject({ status: 200 });
    expect((await client.download('b')).toString()).toBe('new');
    expect(filesIn(emulator.dataDir)).toHaveLength(1);
  });

  test('takes keys with anything in them', async () => {
    const { client } = await startEmulator();
    const keys = ['a:b', 'a b+c%20', 'q?x=1&y#z', 'tab\tnew\nline', '"\\\'<>|*', '\u{1F600}/é', '..a/b..'];
    await client.upload('start', 'x');
    for (const key of keys) {
      expect(await client[operation]('b1:start', `b1:${key}`)).toMatchObject({ status: 200 });
      expect(await client.move(`b1:${key}`, 'b1:start')).toMatchObject({ status: 200 });
    }
    expect((await client.download('start')).toString()).toBe('x');
  });

  test.each([
    ['a missing source', 'none', 'b', 404],
    ['a missing source bucket', 'b9:a', 'b', 631],
    ['a missing target bucket', 'a', 'b9:a', 631],
    ["someone else's target", 'a', 'theirs:a', 403],
    ["someone else's source", 'theirs:a', 'a', 403],
    ['the same name', 'a', 'a', 400],
    ['a target that is no key', 'a', 'b1:/a', 400],
    ['a target that climbs', 'a', 'b1:x/../a', 400],
    ['no source key', 'b1:', 'b', 400],
  ])('refuses %s', async (_name, from, to, status) => {
    const { emulator } = await startEmulator({
      buckets: ['theirs'],
      credentials: [{ accessKey: 'ak', secretKey: 'sk', buckets: ['b1'] }],
    });
    const client = new TestClient(emulator);
    await client.upload('a', 'x');
    const answer = await client[operation](from, to);
    expect(answer).toMatchObject({ status });
    expect(JSON.parse(answer.text)).toEqual({ code: status, message: expect.any(String) });
    expect((await client.list()).items.map(item => item.key)).toEqual(['a']);
  });

  test.each(['!!!', '_w==', b64u('nocolon'), ''])('refuses the entry %j', async entry => {
    const { client } = await startEmulator();
    const answer = await client.manage('POST', `/${operation}/${entry}/${b64u('b1:a')}`);
    expect([400, 404]).toContain(answer.status);
  });
});
