import { getEventListeners } from 'node:events';
import { urlSafeBase64Decode } from '@curve-wcs/etag';
import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { WcsClient } from '../src/index.js';
import { count, emulated } from './support/emulated.js';
import { HOSTILE_KEYS } from './support/keys.js';
import { rawServer } from './support/raw-server.js';

const BYTES = Buffer.from('content');

describe.each(HOSTILE_KEYS)('an object called %j', key => {
  it('is there, is moved, copied, kept, deleted', async () => {
    const { wcs } = await emulated();
    await wcs.upload({ bucket: 'photos', key, source: BYTES });
    expect(await wcs.exists({ bucket: 'photos', key })).toBe(true);
    expect(await wcs.copy({ from: { bucket: 'photos', key }, to: 'backup' })).toMatchObject({
      bucket: 'backup',
      key,
    });
    expect((await wcs.download({ bucket: 'backup', key })).data).toEqual(BYTES);
    await wcs.move({ from: `backup:${key}`, to: 'backup:moved away' });
    expect(await wcs.exists({ bucket: 'backup', key })).toBe(false);
    await wcs.setDeadline({ bucket: 'photos', key, days: 2 });
    expect((await wcs.stat({ bucket: 'photos', key })).expirationDate).toBeDefined();
    await wcs.setDeadline({ bucket: 'photos', key, days: -1 });
    expect((await wcs.stat({ bucket: 'photos', key })).expirationDate).toBeUndefined();
    expect(await wcs.deleteMany({ bucket: 'photos', keys: [key] })).toEqual({ deleted: 1, failed: [] });
    expect(await wcs.exists({ bucket: 'photos', key })).toBe(false);
  });
});

describe('exists', () => {
  it('is false only for what is not there', async () => {
    const { wcs, emulator } = await emulated();
    expect(await wcs.exists({ bucket: 'photos', key: 'nothing' })).toBe(false);
    await expect(wcs.exists({ bucket: 'nowhere', key: 'k' })).rejects.toMatchObject({
      code: 'BUCKET_NOT_FOUND',
    });
    await using stranger = new WcsClient({ accessKey: 'x', secretKey: 'y', managementUrl: emulator.url });
    await expect(stranger.exists({ bucket: 'photos', key: 'k' })).rejects.toMatchObject({
      code: 'UNAUTHORIZED',
    });
  });
});

describe('moving and copying', () => {
  it.each(['backup', 'backup:', { bucket: 'backup' }, { bucket: 'backup', key: '' }])(
    'to %j keeps the key',
    async to => {
      const { wcs } = await emulated();
      await wcs.upload({ bucket: 'photos', key: 'a:b', source: BYTES });
      const result = await wcs.copy({ from: 'photos:a:b', to });
      expect(result).toEqual({ bucket: 'backup', key: 'a:b', requestId: expect.any(String) });
      expect(await wcs.exists({ bucket: 'backup', key: 'a:b' })).toBe(true);
    },
  );

  it('replaces what is at the target', async () => {
    const { wcs } = await emulated();
    await wcs.upload({ bucket: 'photos', key: 'new', source: BYTES });
    await wcs.upload({ bucket: 'photos', key: 'old', source: Buffer.from('old') });
    await wcs.move({ from: 'photos:new', to: 'photos:old' });
    expect((await wcs.download({ bucket: 'photos', key: 'old' })).data).toEqual(BYTES);
  });

  it('says what is missing', async () => {
    const { wcs } = await emulated();
    for (const call of ['move', 'copy'] as const) {
      await expect(wcs[call]({ from: 'photos:nothing', to: 'backup' })).rejects.toMatchObject({
        code: 'NOT_FOUND',
        operation: call,
      });
      await expect(wcs[call]({ from: 'nowhere:k', to: 'backup' })).rejects.toMatchObject({
        code: 'BUCKET_NOT_FOUND',
      });
    }
  });

  it('a move whose answer was lost has moved', async () => {
    const { emulator, wcs } = await emulated();
    await wcs.upload({ bucket: 'photos', key: 'k', source: BYTES });
    emulator.faults.add({ match: { path: '/move/', nth: 1 }, do: 'drop' });
    expect(await wcs.move({ from: 'photos:k', to: 'backup' })).toMatchObject({ bucket: 'backup', key: 'k' });
    expect(count(emulator, '/move/')).toBe(2);
    expect(await wcs.exists({ bucket: 'photos', key: 'k' })).toBe(false);
    expect((await wcs.download({ bucket: 'backup', key: 'k' })).data).toEqual(BYTES);
  });

  it('a move that was repeated for another reason fails if there is nothing to move', async () => {
    const { emulator, wcs } = await emulated();
    emulator.faults.add({ match: { path: '/move/', nth: 1 }, do: 'status 503' });
    await expect(wcs.move({ from: 'photos:k', to: 'backup' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      attempts: 2,
    });
  });
});

describe('setDeadline', () => {
  it('keeps an object for so many days', async () => {
    const day = 86_400_000;
    let now = Date.now();
    const { wcs } = await emulated({}, { clock: () => now });
    await wcs.upload({ bucket: 'photos', key: 'k', source: BYTES });
    await wcs.setDeadline({ bucket: 'photos', key: 'k', days: 2 });
    now += 2 * day - 60_000;
    expect(await wcs.exists({ bucket: 'photos', key: 'k' })).toBe(true);
    now += 120_000;
    expect(await wcs.exists({ bucket: 'photos', key: 'k' })).toBe(false);
    await expect(wcs.setDeadline({ bucket: 'photos', key: 'k', days: -1 })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });

  it('0 removes the object, and of a playlist its segments, unless told otherwise', async () => {
    const { wcs } = await emulated();
    const keys = ['a.m3u8', 'a1.ts', 'b.m3u8', 'b1.ts'];
    for (const key of keys) {
      const source = Buffer.from(key.endsWith('.m3u8') ? `#EXTM3U\n${key[0]}1.ts\n` : 'x');
      await wcs.upload({ bucket: 'photos', key, source });
    }
    await wcs.setDeadline({ bucket: 'photos', key: 'a.m3u8', days: 0 });
    await wcs.setDeadline({ bucket: 'photos', key: 'b.m3u8', days: 0, relevance: false });
    const left = await Promise.all(keys.map(key => wcs.exists({ bucket: 'photos', key })));
    expect(left).toEqual([false, false, false, true]);
  });
});

describe('deleteMany', () => {
  const upload = async (wcs: WcsClient, keys: string[]) => {
    for (const key of keys) await wcs.upload({ bucket: 'photos', key, source: BYTES });
  };

  it('deletes what a listing gives', async () => {
    const { wcs } = await emulated();
    const keys = Array.from({ length: 30 }, (_, number) => `old/${number}`);
    await upload(wcs, [...keys, 'new/1']);
    const listing = wcs.listObjects('photos', { prefix: 'old/', pageSize: 7 });
    expect(await wcs.deleteMany({ bucket: 'photos', keys: listing })).toEqual({ deleted: 30, failed: [] });
    const left: string[] = [];
    for await (const { key } of wcs.listObjects('photos')) left.push(key);
    expect(left).toEqual(['new/1']);
  });

  it('tells the result of each key, and goes on when one fails', async () => {
    const { wcs } = await emulated();
    await upload(wcs, ['a', 'c']);
    const results: Record<string, string> = {};
    const { deleted, failed } = await wcs.deleteMany({
      bucket: 'photos',
      keys: new Set(['a', 'b', '/wrong', 'c']),
      onResult: ({ key, error }) => (results[key] = error?.code ?? 'deleted'),
    });
    expect(deleted).toBe(2);
    expect(failed.map(({ key, error }) => [key, error.code]).toSorted()).toEqual([
      ['/wrong', 'INVALID_ARGUMENT'],
      ['b', 'NOT_FOUND'],
    ]);
    expect(results).toEqual({ a: 'deleted', b: 'NOT_FOUND', '/wrong': 'INVALID_ARGUMENT', c: 'deleted' });
  });

  it('never has more under way than it may, nor asks for more keys than it needs', async () => {
    let [underWay, most, given] = [0, 0, 0];
    const { url } = await rawServer((_, response) => {
      most = Math.max(most, ++underWay);
      setTimeout(() => {
        underWay--;
        response.end('{"code":200}');
      }, 5);
    });
    await using wcs = new WcsClient({ accessKey: 'ak', secretKey: 'sk', managementUrl: url });
    let asked = 0;
    const keys = (async function* () {
      for (; given < 50; given++) {
        expect(given - asked).toBeLessThanOrEqual(3);
        yield `k${given}`;
      }
    })();
    const { deleted } = await wcs.deleteMany({
      bucket: 'photos',
      keys,
      concurrency: 3,
      onResult: () => asked++,
    });
    expect(deleted).toBe(50);
    expect(most).toBe(3);
  });

  it('ends at once when aborted, though the source of keys is stuck, and lets it go', async () => {
    const { wcs } = await emulated();
    await upload(wcs, ['a']);
    const abort = new AbortController();
    let ended = false;
    let release: (() => void) | undefined;
    const keys = (async function* () {
      try {
        yield 'a';
        await new Promise<void>(resolve => (release = resolve));
        yield 'b';
      } finally {
        ended = true;
      }
    })();
    const running = wcs.deleteMany({
      bucket: 'photos',
      keys,
      signal: abort.signal,
      onResult: () => abort.abort(new Error('enough')),
    });
    await expect(running).rejects.toThrow('enough');
    expect(getEventListeners(abort.signal, 'abort')).toEqual([]);
    release?.();
    await new Promise(resolve => setImmediate(resolve));
    expect(ended).toBe(true);
  });

  it('fails as its source of keys does', async () => {
    const { wcs } = await emulated();
    const keys = (async function* () {
      yield 'a';
      throw new Error('no more keys');
    })();
    await expect(wcs.deleteMany({ bucket: 'photos', keys })).rejects.toThrow('no more keys');
  });

  it('a listener that throws ends it', async () => {
    const { wcs } = await emulated();
    const onResult = () => {
      throw new Error('listener');
    };
    await expect(wcs.deleteMany({ bucket: 'photos', keys: ['a'], onResult })).rejects.toThrow('listener');
  });

  it('refuses a list with a wrong key before it deletes anything', async () => {
    const { emulator, wcs } = await emulated();
    const keys = ['a', 'b/'];
    await expect(wcs.deleteMany({ bucket: 'photos', keys })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('keys[1]'),
    });
    expect(emulator.requests).toEqual([]);
  });
});

describe('prefetch', () => {
  property.prop([fc.uniqueArray(fc.constantFrom(...HOSTILE_KEYS), { minLength: 1 })])(
    'encodes each key, then all of them',
    async keys => {
      const { url, seen } = await rawServer((_, response) => response.end('{"items":[]}'));
      await using wcs = new WcsClient({ accessKey: 'ak', secretKey: 'sk', managementUrl: url });
      await wcs.prefetch({ bucket: 'photos', keys });
      const decode = (text: string) => Buffer.from(urlSafeBase64Decode(text)).toString();
      const [bucket = '', ...rest] = decode(seen[0]?.url.split('/')[2] ?? '').split(':');
      expect(bucket).toBe('photos');
      expect(rest.join(':').split('|').map(decode)).toEqual(keys);
    },
  );

  it.each(HOSTILE_KEYS)('fetches %j from where the bucket mirrors it', async key => {
    const origin = await rawServer((_, response) => response.end('mirrored'));
    const { wcs } = await emulated({}, { mirrorOrigins: { photos: origin.url } });
    expect((await wcs.prefetch({ bucket: 'photos', keys: [key] })).items).toMatchObject([{ key, code: 200 }]);
    expect((await wcs.download({ bucket: 'photos', key })).data.toString()).toBe('mirrored');
    expect((await wcs.prefetch({ bucket: 'backup', keys: [key, 'k'] })).items).toMatchObject([
      { key, code: 404 },
      { key: 'k', code: 404 },
    ]);
  });

  it('gives numbers as numbers', async () => {
    const { url } = await rawServer((_, response) =>
      response.end(
        '{"bucket":"photos","items":[{"key":"a","mirrorAddress":"http://m/a","code":"200","message":"OK"},{"key":"b","code":404}]}',
      ),
    );
    await using wcs = new WcsClient({ accessKey: 'ak', secretKey: 'sk', managementUrl: url });
    expect(await wcs.prefetch({ bucket: 'photos', keys: ['a', 'b'] })).toMatchObject({
      bucket: 'photos',
      items: [
        { key: 'a', mirrorAddress: 'http://m/a', code: 200, message: 'OK' },
        { key: 'b', code: 404 },
      ],
    });
  });
});
