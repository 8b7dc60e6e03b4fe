import { createHash } from 'node:crypto';
import { urlSafeBase64Decode } from '@curve-wcs/etag';
import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { type Job, JobError, type JobStatus, WcsClient } from '../src/index.js';
import { emulated } from './support/emulated.js';
import { HOSTILE_KEYS } from './support/keys.js';
import { rawServer } from './support/raw-server.js';

const decode = (text: string) => Buffer.from(urlSafeBase64Decode(text)).toString();

/** Segments whose value is plain. */
const PLAIN = ['md5', 'decompression', 'fetchTS', 'deletets', 'deadline'];

/** Reads an item as wcs-api §2.9 describes it. */
function readItem(item: string): Record<string, string | string[]> {
  const segments = item.split('/');
  const pairs = Array.from({ length: segments.length / 2 }, (_, index) => {
    const [name = '', value = ''] = segments.slice(2 * index);
    if (name === 'keys') return [name, value.split('|').map(decode)];
    return [name, PLAIN.includes(name) ? value : decode(value)];
  });
  return Object.fromEntries(pairs);
}

/** What is posted by `start`, read again. */
async function posted(start: (wcs: WcsClient) => Promise<unknown>) {
  const { url, seen } = await rawServer((_, response) => response.end('{"persistentId":"j"}'));
  await using wcs = new WcsClient({ accessKey: 'ak', secretKey: 'sk', managementUrl: url });
  await start(wcs);
  const body = seen[0]?.body.toString() ?? '';
  const pairs = body
    .split('&')
    .map(pair => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]);
  const { fops = '', ...rest } = Object.fromEntries(pairs) as Record<string, string>;
  return { path: seen[0]?.url, items: fops.split(';').map(readItem), rest };
}

const key = fc.oneof(
  fc.constantFrom(...HOSTILE_KEYS),
  fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 100 })
    .filter(text => !/^\/|\/$|(^|\/)\.\.?(\/|$)/.test(text) && Buffer.byteLength(text) <= 1000),
);
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const flag = (value: boolean | undefined) => (value === undefined ? {} : { flag: value ? '1' : '0' });

describe('items', () => {
  property.prop([
    fc.array(fc.record({ key, to: optional(key), prefix: optional(key) }), { minLength: 1, maxLength: 5 }),
  ])('of copy and move are read as they were meant', async items => {
    for (const operation of ['copy', 'move'] as const) {
      const { path, items: read } = await posted(wcs =>
        wcs.fmgr[operation](
          items.map(item => ({
            from: { bucket: 'photos', key: item.key },
            to: { bucket: 'backup', key: item.to },
            ...(item.prefix === undefined ? {} : { prefix: item.prefix }),
          })),
        ),
      );
      expect(path).toBe(`/fmgr/${operation}`);
      expect(read).toEqual(
        items.map(item => ({
          resource: `photos:${item.key}`,
          bucket: 'backup',
          ...(item.to === undefined ? {} : { key: item.to }),
          ...(item.prefix === undefined ? {} : { prefix: item.prefix }),
        })),
      );
    }
  });

  property.prop([fc.webUrl({ withQueryParameters: true, withFragments: true }), key, optional(fc.boolean())])(
    'of fetch are read as they were meant',
    async (url, to, fetchTs) => {
      const md5 = 'aa36f4e18a13762d77cce9e749976b3c';
      const item = { url, to: `photos:${to}`, md5, decompression: 'zip' };
      const { items } = await posted(wcs =>
        wcs.fmgr.fetch([
          { ...item, ...(fetchTs === undefined ? {} : { fetchTs }) },
          { url, to: 'photos' },
        ]),
      );
      expect(items).toEqual([
        {
          fetchURL: url,
          bucket: 'photos',
          key: to,
          md5,
          decompression: 'zip',
          ...(fetchTs === undefined ? {} : { fetchTS: flag(fetchTs).flag }),
        },
        { fetchURL: url, bucket: 'photos' },
      ]);
    },
  );

  property.prop([
    fc.array(key, { minLength: 1, maxLength: 5 }),
    optional(fc.boolean()),
    fc.integer({ min: -1 }),
  ])('of the others are read as they were meant', async (keys, deleteTs, days) => {
    const [first = ''] = keys;
    const objects = keys.map(one => ({ bucket: 'photos', key: one }));
    expect((await posted(wcs => wcs.fmgr.delete(objects))).items).toEqual(objects);
    expect((await posted(wcs => wcs.fmgr.delete(keys.map(one => `photos:${one}`)))).items).toEqual(objects);
    const playlists = objects.map(object => ({ ...object, ...(deleteTs === undefined ? {} : { deleteTs }) }));
    expect((await posted(wcs => wcs.fmgr.deleteM3u8(playlists))).items).toEqual(
      objects.map(object => ({
        ...object,
        ...(deleteTs === undefined ? {} : { deletets: flag(deleteTs).flag }),
      })),
    );
    const folder = { bucket: 'photos', prefix: `${first}/` };
    const folders = keys.map(one => ({ bucket: 'photos', prefix: `${one}/` }));
    expect(
      (await posted(wcs => wcs.fmgr.deletePrefix([...folders, { ...folder, output: `backup:${first}` }])))
        .items,
    ).toEqual([...folders, { ...folder, output: `backup:${first}` }]);
    const deadline = { bucket: 'photos', deadline: String(days) };
    expect(
      (
        await posted(wcs =>
          wcs.fmgr.setDeadline([
            { bucket: 'photos', days },
            { ...folder, days },
          ]),
        )
      ).items,
    ).toEqual([deadline, { ...deadline, ...folder }]);
    const saveAs = `backup:${first}`;
    expect(
      (
        await posted(wcs =>
          wcs.fmgr.compress([
            { bucket: 'photos', keys: [...keys, 'folder/'], saveAs },
            { bucket: 'photos', keyList: first, saveAs },
          ]),
        )
      ).items,
    ).toEqual([
      { bucket: 'photos', keys: [...keys, 'folder/'], saveas: saveAs },
      { bucket: 'photos', keyList: first, saveas: saveAs },
    ]);
  });
});

it('a text in the service’s grammar is sent to the letter', async () => {
  const { url, seen } = await rawServer((_, response) => response.end('{"persistentId":"j"}'));
  await using wcs = new WcsClient({ accessKey: 'ak', secretKey: 'sk', managementUrl: url });
  const fops = 'bucket/YQ==/key/Yg==;bucket/YQ==/key/Yw==/further/x|y';
  await wcs.fmgr.delete(fops, { notifyUrl: 'http://x/?a=b&c=ü', separate: true });
  expect(seen[0]?.body.toString()).toBe(`fops=${fops}&notifyURL=aHR0cDovL3gvP2E9YiZjPcO8&separate=1`);
});

/** The job's end. */
async function waited(job: Promise<Job>): Promise<JobStatus> {
  return (await job).wait({ interval: 5 });
}

describe('jobs of the emulator', () => {
  it.each(HOSTILE_KEYS)('copy, move and delete %j', async hostile => {
    const { wcs } = await emulated();
    await wcs.upload({ bucket: 'photos', key: hostile, source: Buffer.from('x') });
    const from = { bucket: 'photos', key: hostile };
    const { items } = await waited(wcs.fmgr.copy([{ from, to: 'backup' }]));
    expect(items).toMatchObject([{ state: 'succeeded', key: expect.stringContaining(hostile), size: 1 }]);
    expect(await wcs.exists({ bucket: 'backup', key: hostile })).toBe(true);
    await waited(wcs.fmgr.move([{ from, to: 'backup:moved' }]));
    expect(await wcs.exists(from)).toBe(false);
    await waited(wcs.fmgr.delete([`backup:${hostile}`, 'backup:moved']));
    expect(await wcs.exists({ bucket: 'backup', key: hostile })).toBe(false);
  });

  it.each(HOSTILE_KEYS)('fetch, pack and delete a folder with %j', async hostile => {
    const { wcs } = await emulated();
    const { url } = await rawServer((_, response) => response.end('fetched'));
    const key = `f/${hostile}`;
    await waited(
      wcs.fmgr.fetch([{ url: `${url}/${encodeURIComponent(hostile)}?a=b`, to: { bucket: 'photos', key } }]),
    );
    expect((await wcs.download({ bucket: 'photos', key })).data.toString()).toBe('fetched');
    await waited(wcs.fmgr.compress([{ bucket: 'photos', keys: [key], saveAs: 'backup:a.zip' }]));
    // A zip of nothing has 22 bytes.
    expect((await wcs.stat({ bucket: 'backup', key: 'a.zip' })).size).toBeGreaterThan(22);
    await waited(
      wcs.fmgr.deletePrefix([{ bucket: 'photos', prefix: 'f', output: { bucket: 'backup', key: hostile } }]),
    );
    expect(await wcs.exists({ bucket: 'photos', key })).toBe(false);
    expect((await wcs.download({ bucket: 'backup', key: hostile })).data.toString().trim()).toBe(key.trim());
  });

  it('fetch only what has the right MD5', async () => {
    const { wcs } = await emulated();
    const { url } = await rawServer((_, response) => response.end('fetched'));
    const md5 = createHash('md5').update('fetched').digest('hex');
    const error = await waited(
      wcs.fmgr.fetch([
        { url, to: 'photos:right', md5, prefix: 'from afar' },
        { url, to: 'photos:wrong', md5: md5.replace(/./g, '0') },
      ]),
    ).catch(reason => reason);
    expect(error.failedItems).toHaveLength(1);
    expect(await wcs.exists({ bucket: 'photos', key: 'from afar/right' })).toBe(true);
    expect(await wcs.exists({ bucket: 'photos', key: 'wrong' })).toBe(false);
  });

  it('delete folders, but not what only begins like them', async () => {
    const { wcs } = await emulated();
    for (const key of ['test/1', 'test/2/3', 'test123', 'other'])
      await wcs.upload({ bucket: 'photos', key, source: Buffer.from('x') });
    await waited(
      wcs.fmgr.deletePrefix([
        { bucket: 'photos', prefix: 'test/' },
        { bucket: 'photos', prefix: 'not there' },
      ]),
    );
    const left: string[] = [];
    for await (const { key } of wcs.listObjects('photos')) left.push(key);
    expect(left).toEqual(['other', 'test123']);
  });

  it('delete playlists with their segments, unless told otherwise', async () => {
    const { wcs } = await emulated();
    const keys = ['a.m3u8', 'a1.ts', 'b.m3u8', 'b1.ts'];
    for (const key of keys) {
      const source = Buffer.from(key.endsWith('.m3u8') ? `#EXTM3U\n${key[0]}1.ts\n` : 'x');
      await wcs.upload({ bucket: 'photos', key, source });
    }
    await waited(
      wcs.fmgr.deleteM3u8(['photos:a.m3u8', { bucket: 'photos', key: 'b.m3u8', deleteTs: false }]),
    );
    const left = await Promise.all(keys.map(key => wcs.exists({ bucket: 'photos', key })));
    expect(left).toEqual([false, false, false, true]);
  });

  it('keep folders and buckets for some days', async () => {
    const { wcs } = await emulated();
    for (const key of ['a/1', 'b/1']) await wcs.upload({ bucket: 'photos', key, source: Buffer.from('x') });
    const ends = async (key: string) => (await wcs.stat({ bucket: 'photos', key })).expirationDate;
    await waited(wcs.fmgr.setDeadline([{ bucket: 'photos', prefix: 'a', days: 1 }]));
    expect(await ends('a/1')).toBeDefined();
    expect(await ends('b/1')).toBeUndefined();
    await waited(wcs.fmgr.setDeadline([{ bucket: 'photos', days: 1 }]));
    expect(await ends('b/1')).toBeDefined();
    await waited(wcs.fmgr.setDeadline([{ bucket: 'photos', days: -1 }]));
    expect(await ends('a/1')).toBeUndefined();
  });

  it('pack what a list names', async () => {
    const { wcs } = await emulated();
    await wcs.upload({ bucket: 'photos', key: 'a/1', source: Buffer.from('first') });
    await wcs.upload({ bucket: 'photos', key: 'list', source: Buffer.from('a/\n') });
    await waited(wcs.fmgr.compress([{ bucket: 'photos', keyList: 'list', saveAs: 'photos:a.zip' }]));
    const { data } = await wcs.download({ bucket: 'photos', key: 'a.zip' });
    expect(data.includes('a/1')).toBe(true);
  });

  it('are found again by their id, from another client', async () => {
    const { emulator, wcs } = await emulated();
    await wcs.upload({ bucket: 'photos', key: 'k', source: Buffer.from('x') });
    const { id } = await wcs.fmgr.copy([{ from: 'photos:k', to: 'backup' }]);
    await using other = new WcsClient({ managementUrl: emulator.url });
    expect((await other.fmgr.job(id).wait({ interval: 5 })).id).toBe(id);
    await expect(other.fmgr.status('unknown')).rejects.toBeInstanceOf(Error);
  });

  it('are waited for through a service that falters', async () => {
    const { emulator, wcs } = await emulated();
    await wcs.upload({ bucket: 'photos', key: 'k', source: Buffer.from('x') });
    emulator.faults.add({ match: { job: 'fmgr/copy' }, do: 'delay 100ms' });
    emulator.faults.add({ match: { path: '/fmgr/status', nth: [1, 2] }, do: 'status 503' });
    emulator.faults.add({ match: { path: '/fmgr/status', nth: 3 }, do: 'reset' });
    const states: string[] = [];
    const job = await wcs.fmgr.copy([{ from: 'photos:k', to: 'backup' }]);
    await job.wait({ interval: 5, onUpdate: ({ state }) => states.push(state) });
    expect(states.at(-1)).toBe('finished');
    expect(await wcs.exists({ bucket: 'backup', key: 'k' })).toBe(true);
  });

  it('that the service was asked for twice, since its first answer was lost, are done all the same', async () => {
    const { emulator, wcs } = await emulated();
    await wcs.upload({ bucket: 'photos', key: 'k', source: Buffer.from('x') });
    emulator.faults.add({ match: { path: '/fmgr/copy', nth: 1 }, do: 'drop' });
    await waited(wcs.fmgr.copy([{ from: 'photos:k', to: 'backup' }]));
    expect(await wcs.exists({ bucket: 'backup', key: 'k' })).toBe(true);
  });

  it('fail with the items that failed', async () => {
    const { wcs } = await emulated();
    await wcs.upload({ bucket: 'photos', key: 'k', source: Buffer.from('x') });
    const job = await wcs.fmgr.copy([
      { from: 'photos:k', to: 'backup' },
      { from: 'photos:nothing', to: 'backup' },
    ]);
    const error = await job.wait({ interval: 5 }).catch(reason => reason);
    expect(error).toBeInstanceOf(JobError);
    expect(error.failedItems).toMatchObject([
      { state: 'failed', command: expect.stringContaining('resource/'), error: expect.any(String) },
    ]);
    expect(await wcs.exists({ bucket: 'backup', key: 'k' })).toBe(true);
  });

  it('tell whoever wants to know', async () => {
    const { wcs } = await emulated();
    const told: { code: number; items: { code: number }[] }[] = [];
    const { url } = await rawServer(({ body }, response) => {
      told.push(JSON.parse(decode(body.toString())));
      response.end();
    });
    await wcs.upload({ bucket: 'photos', key: 'k', source: Buffer.from('x') });
    const items = ['a', 'b'].map(to => ({ from: 'photos:k', to: `backup:${to}` }));
    const notified = async (separate: boolean) => {
      const job = await wcs.fmgr.copy(items, { notifyUrl: `${url}/?a=b`, separate });
      const states = new Set<string>();
      for (let state = ''; state !== 'notified'; states.add(state)) ({ state } = await job.status());
      return told.splice(0);
    };
    expect(await notified(false)).toMatchObject([{ code: 3, items: [{ code: 3 }, { code: 3 }] }]);
    expect(await notified(true)).toHaveLength(2);
  });

  it('are refused at once if their bucket is not there', async () => {
    const { wcs } = await emulated();
    await expect(wcs.fmgr.delete(['nowhere:k'])).rejects.toMatchObject({
      code: 'BUCKET_NOT_FOUND',
      operation: 'fmgr delete',
    });
  });
});
