import { describe, expect, it } from 'vitest';
import { WcsClient } from '../src/index.js';
import { count, emulated } from './support/emulated.js';
import { rawServer } from './support/raw-server.js';

describe('listing', () => {
  it('gives 2,000 objects in order, a page at a time', async () => {
    const { emulator, wcs } = await emulated();
    const keys = Array.from({ length: 2000 }, (_, number) => `n/${String(number).padStart(5, '0')}`);
    const items = keys.map(key => ({ key, source: new Uint8Array(1) }));
    expect((await wcs.uploadMany({ bucket: 'photos', items, verify: false }).summary()).stored).toBe(2000);
    const before = count(emulator, '/list');
    const listed: string[] = [];
    for await (const object of wcs.listObjects('photos', { pageSize: 200 })) listed.push(object.key);
    expect(listed).toEqual(keys);
    expect(count(emulator, '/list') - before).toBe(10);
  });

  it('gives folders in pages, and goes on from a marker', async () => {
    const { wcs } = await emulated();
    for (const key of ['a', 'b/1', 'b/2', 'c/d/1', 'z'])
      await wcs.upload({ bucket: 'photos', key, source: new Uint8Array(3) });
    const levels = async (mode: 0 | 1, prefix?: string) => {
      const found = { keys: [] as string[], folders: [] as string[] };
      for await (const page of wcs
        .listObjects('photos', { mode, pageSize: 1, ...(prefix ? { prefix } : {}) })
        .pages()) {
        found.keys.push(...page.items.map(item => item.key));
        found.folders.push(...page.commonPrefixes);
      }
      return found;
    };
    expect(await levels(0)).toEqual({ keys: ['a', 'z'], folders: ['b/', 'c/'] });
    expect(await levels(1)).toEqual({ keys: ['a', 'z'], folders: ['b/', 'c/'] });
    expect(await levels(1, 'b/')).toEqual({ keys: ['b/1', 'b/2'], folders: [] });
    const first = await wcs.listObjects('photos', { pageSize: 2 }).pages().next();
    const rest: string[] = [];
    for await (const { key } of wcs.listObjects('photos', { marker: first.value?.marker ?? '' }))
      rest.push(key);
    expect(rest).toEqual(['b/2', 'c/d/1', 'z']);
  });

  it('stops asking when the caller stops listening', async () => {
    const { emulator, wcs } = await emulated();
    for (const key of ['a', 'b', 'c']) await wcs.upload({ bucket: 'photos', key, source: new Uint8Array(1) });
    for await (const _ of wcs.listObjects('photos', { pageSize: 1 })) break;
    expect(count(emulator, '/list')).toBe(1);
  });

  it('says that the bucket is missing', async () => {
    const { wcs } = await emulated();
    await expect(wcs.listObjects('nowhere').pages().next()).rejects.toMatchObject({
      code: 'BUCKET_NOT_FOUND',
      status: 631,
    });
  });

  it('does not go round in circles', async () => {
    const { url } = await rawServer((_, response) => response.end('{"marker":"same","items":[]}'));
    await using wcs = new WcsClient({ accessKey: 'ak', secretKey: 'sk', managementUrl: url });
    const listing = (async () => {
      for await (const _ of wcs.listObjects('photos')) throw new Error('there is nothing to list');
    })();
    await expect(listing).rejects.toMatchObject({
      code: 'UNEXPECTED_RESPONSE',
      message: expect.stringContaining('same marker'),
    });
  });

  it('reads the spelling of older documents', async () => {
    const { url } = await rawServer((_, response) =>
      response.end(
        '{"commonPrefix":["d/"],"items":[{"key":"k","fsize":"5","hash":"h","mimeType":"","putTime":"1700000000001"}]}',
      ),
    );
    await using wcs = new WcsClient({ accessKey: 'ak', secretKey: 'sk', managementUrl: url });
    const { value } = await wcs.listObjects('photos').pages().next();
    expect(value).toMatchObject({
      commonPrefixes: ['d/'],
      marker: '',
      items: [{ key: 'k', size: 5, putTime: new Date(1700000000001) }],
    });
  });

  it.each([
    [{ pageSize: 0 }, 'pageSize'],
    [{ pageSize: 1001 }, 'pageSize'],
    [{ mode: 3 }, 'mode'],
    [{ startTime: new Date('yesterday') }, 'startTime'],
    [{ endTime: '2026-01-01' }, 'endTime'],
  ])('%o is refused at once', async (options, words) => {
    const { wcs } = await emulated();
    expect(() => wcs.listObjects('photos', options as never)).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.stringContaining(words) }),
    );
    expect(() => wcs.listObjects('')).toThrow(/bucket/);
  });
});

it('a delete whose answer was lost has deleted', async () => {
  const { emulator, wcs } = await emulated();
  await wcs.upload({ bucket: 'photos', key: 'k', source: new Uint8Array(1) });
  emulator.faults.add({ match: { path: '/delete/', nth: 1 }, do: 'drop' });
  await wcs.delete({ bucket: 'photos', key: 'k' });
  await expect(wcs.delete({ bucket: 'photos', key: 'k' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
});
