import { describe, expect, test } from 'vitest';
import { filesIn } from './support/files.js';
import { startEmulator } from './support/start.js';
import type { TestClient } from './support/test-client.js';
import { b64u } from './support/tokens.js';

const day = 86_400_000;

describe('setdeadline', () => {
  test('hides an object the moment it ends, and deletes it while the emulator runs', async () => {
    let now = 1_700_000_000_000;
    const { client, emulator } = await startEmulator({ clock: () => now });
    await client.upload('a', 'x');
    const answer = await client.setDeadline('a', 3);
    expect(JSON.parse(answer.text)).toEqual({ code: 200, message: 'OK' });
    expect(await expirationOf(client, 'a')).toBe(String(now + 3 * day));
    now += 3 * day - 1;
    expect(await client.stat('a')).toMatchObject({ status: 200 });
    now += 1;
    expect(await client.stat('a')).toMatchObject({ status: 404 });
    expect((await client.list()).items).toEqual([]);
    expect((await fetch(emulator.downloadUrl('b1', 'a'))).status).toBe(404);
    await expect.poll(() => filesIn(emulator.dataDir), { timeout: 10_000 }).toEqual([]);
  });

  test('of 0 ends an object at once', async () => {
    const { client, emulator } = await startEmulator();
    await client.upload('a', 'x');
    expect(await client.setDeadline('a', 0)).toMatchObject({ status: 200 });
    expect(await client.stat('a')).toMatchObject({ status: 404 });
    expect(await client.setDeadline('a', 1)).toMatchObject({ status: 404 });
    await expect.poll(() => filesIn(emulator.dataDir), { timeout: 10_000 }).toEqual([]);
  });

  test('of -1 keeps an object for ever, and a later one counts alone', async () => {
    let now = 1_700_000_000_000;
    const { client } = await startEmulator({ clock: () => now });
    await client.upload('a', 'x', { fields: { deadline: '1' } });
    await client.upload('b', 'x', { fields: { deadline: '1' } });
    await client.upload('c', 'x', { fields: { deadline: '1' } });
    await client.setDeadline('a', -1);
    await client.setDeadline('b', 2);
    expect(await expirationOf(client, 'a')).toBe('');
    now += day;
    expect((await client.list()).items.map(item => item.key)).toEqual(['a', 'b']);
    now += 1000 * day;
    expect((await client.list()).items.map(item => item.key)).toEqual(['a']);
  });

  test('may be called deleteAfterDays', async () => {
    const { client } = await startEmulator({ clock: () => 0 });
    await client.upload('a', 'x');
    const body = `bucket=${b64u('b1')}&key=${b64u('a')}&deleteAfterDays=2`;
    expect(await client.manage('POST', '/setdeadline', body)).toMatchObject({ status: 200 });
    expect(await expirationOf(client, 'a')).toBe(String(2 * day));
  });

  test('an object stored again under the name of one that ended is another one', async () => {
    let now = 0;
    const { client, emulator } = await startEmulator({ clock: () => now });
    await client.upload('a', 'first', { fields: { deadline: '1' } });
    now = day;
    await client.upload('a', 'second');
    await expect.poll(() => filesIn(emulator.dataDir), { timeout: 10_000 }).toHaveLength(1);
    expect((await client.download('a')).toString()).toBe('second');
  });
});

describe('setdeadline of a playlist', () => {
  const playlist = [
    '#EXTM3U',
    'one.ts',
    'sub/two%20x.ts?token=1',
    '/root.ts',
    '../up.TS',
    'http://elsewhere.example/other.ts',
    'missing.ts',
    'other.txt',
    '//',
    '%ff.ts',
  ].join('\r\n');
  const segments = ['live/one.ts', 'live/sub/two x.ts', 'up.TS'];

  async function upload(client: TestClient): Promise<void> {
    await client.upload('live/index.m3u8', playlist);
    for (const key of [...segments, 'live/other.ts', 'other.ts', 'root.ts', 'live/other.txt']) {
      await client.upload(key, 'x');
    }
  }

  test.each([
    ['by default', ''],
    ['with relevance=1', '&relevance=1'],
  ])('goes for its segments too %s', async (_name, relevance) => {
    const { client } = await startEmulator({ clock: () => 0 });
    await upload(client);
    expect(await client.setDeadline('live/index.m3u8', 7, relevance)).toMatchObject({ status: 200 });
    const ending = (await client.list()).items.filter(item => item.expirationDate !== '');
    expect(ending.map(item => item.key)).toEqual(['live/index.m3u8', ...segments].sort());
  });

  test('leaves its segments alone with relevance=0', async () => {
    const { client } = await startEmulator({ clock: () => 0 });
    await upload(client);
    expect(await client.setDeadline('live/index.m3u8', 0, '&relevance=0')).toMatchObject({ status: 200 });
    const { items } = await client.list();
    expect(items).toHaveLength(segments.length + 4);
    expect(items.filter(item => item.expirationDate !== '')).toEqual([]);
  });
});

describe('setdeadline is refused', () => {
  const entry = `bucket=${b64u('b1')}&key=${b64u('a')}`;
  test.each([
    ['no deadline', entry, 400],
    ['a deadline that is none', `${entry}&deadline=soon`, 400],
    ['a deadline below -1', `${entry}&deadline=-2`, 400],
    ['a deadline with a fraction', `${entry}&deadline=1.5`, 400],
    ['a relevance that is none', `${entry}&deadline=1&relevance=2`, 400],
    ['no key', `bucket=${b64u('b1')}&deadline=1`, 400],
    ['a key that is not Base64', `bucket=${b64u('b1')}&key=!!&deadline=1`, 400],
    ['a key that climbs', `bucket=${b64u('b1')}&key=${b64u('x/../../y')}&deadline=1`, 400],
    ['no parameters', 'nonsense', 400],
    ['nothing at all', '', 400],
    ['a missing object', `bucket=${b64u('b1')}&key=${b64u('none')}&deadline=1`, 404],
    ['a missing bucket', `bucket=${b64u('b9')}&key=${b64u('a')}&deadline=1`, 631],
    ['too long a body', `${entry}&deadline=1&x=${'x'.repeat(2 << 20)}`, 413],
  ])('with %s', async (_name, body, status) => {
    const { client } = await startEmulator();
    await client.upload('a', 'x');
    const answer = await client.manage('POST', '/setdeadline', body);
    expect(answer).toMatchObject({ status });
    expect(JSON.parse(answer.text)).toEqual({ code: status, message: expect.stringMatching(/./) });
    expect(await expirationOf(client, 'a')).toBe('');
  });
});

async function expirationOf(client: TestClient, key: string): Promise<unknown> {
  return JSON.parse((await client.stat(key)).text).expirationDate;
}
