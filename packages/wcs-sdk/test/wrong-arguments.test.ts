import { expect, it } from 'vitest';
import { WcsClient } from '../src/index.js';
import { rawServer } from './support/raw-server.js';

const DAYS = { startDate: '2026-01-01', endDate: '2026-01-02' };
const LIVE = { bucket: 'b', channel: 'c', startTime: '20260101000000', endTime: '20260102000000' };
const IMAGE = 'http://img.example.com/a.jpg';
const LONE_SURROGATE = '\ud800';

// biome-ignore lint/suspicious/noExplicitAny: what is tested is what types would not let through
type Untyped = any;

/** Each with a word of what the error must say. */
const WRONG: [say: string, call: (wcs: Untyped) => Promise<unknown>][] = [
  ['key', wcs => wcs.exists({ bucket: 'b', key: '' })],
  ['bucket', wcs => wcs.exists({ bucket: 'b:c', key: 'k' })],

  ['key of from', wcs => wcs.move({ from: 'b', to: 'c' })],
  ['key of from', wcs => wcs.copy({ from: 'b:', to: 'c' })],
  ['key of from', wcs => wcs.copy({ from: { bucket: 'b', key: 5 }, to: 'c' })],
  ['bucket of from', wcs => wcs.copy({ from: ':k', to: 'c' })],
  ['from', wcs => wcs.copy({ to: 'c' })],
  ['bucket of to', wcs => wcs.copy({ from: 'b:k', to: '' })],
  ['to must', wcs => wcs.copy({ from: 'b:k' })],
  ['to must', wcs => wcs.copy({ from: 'b:k', to: null })],
  ['key of to', wcs => wcs.copy({ from: 'b:k', to: 'c:/x' })],
  ['another object', wcs => wcs.move({ from: 'b:k', to: 'b' })],
  ['another object', wcs => wcs.copy({ from: 'b:k', to: { bucket: 'b', key: 'k' } })],

  ['days', wcs => wcs.setDeadline({ bucket: 'b', key: 'k' })],
  ['days', wcs => wcs.setDeadline({ bucket: 'b', key: 'k', days: -2 })],
  ['days', wcs => wcs.setDeadline({ bucket: 'b', key: 'k', days: 0.5 })],
  ['days', wcs => wcs.setDeadline({ bucket: 'b', key: 'k', days: '3' })],
  ['relevance', wcs => wcs.setDeadline({ bucket: 'b', key: 'k', days: 1, relevance: 1 })],

  ['keys', wcs => wcs.prefetch({ bucket: 'b', keys: [] })],
  ['keys', wcs => wcs.prefetch({ bucket: 'b', keys: 'k' })],
  ['keys[1]', wcs => wcs.prefetch({ bucket: 'b', keys: ['k', LONE_SURROGATE] })],

  ['keys', wcs => wcs.deleteMany({ bucket: 'b', keys: 'k' })],
  ['keys', wcs => wcs.deleteMany({ bucket: 'b' })],
  ['keys[0]', wcs => wcs.deleteMany({ bucket: 'b', keys: [undefined] })],
  ['keys[0]', wcs => wcs.deleteMany({ bucket: 'b', keys: [{ key: '' }] })],
  ['concurrency', wcs => wcs.deleteMany({ bucket: 'b', keys: ['k'], concurrency: 0 })],
  ['concurrency', wcs => wcs.deleteMany({ bucket: 'b', keys: ['k'], concurrency: 257 })],

  ['at least one', wcs => wcs.buckets.stat({ bucket: [], ...DAYS })],
  ['bucket[1]', wcs => wcs.buckets.stat({ bucket: ['b', 'c|d'], ...DAYS })],
  ['bucket', wcs => wcs.buckets.stat({ bucket: 'b|c', ...DAYS })],
  ['startDate', wcs => wcs.buckets.stat({ bucket: 'b', endDate: '2026-01-01' })],
  ['six months', wcs => wcs.buckets.stat({ bucket: 'b', ...DAYS, endDate: '2026-07-02' })],
  ['details', wcs => wcs.buckets.stat({ bucket: 'b', ...DAYS, details: 'true' })],
  ['Archive', wcs => wcs.buckets.stat({ bucket: 'b', ...DAYS, storageClass: 'Cold' })],
  ['type', wcs => wcs.buckets.statistics({ bucket: 'b', ...DAYS })],
  ['type', wcs => wcs.buckets.statistics({ bucket: 'b', type: 'a&b', ...DAYS })],
  [
    'six months',
    wcs => wcs.buckets.statistics({ bucket: 'b', type: 'uploadTraffic', ...DAYS, endDate: '2027-01-01' }),
  ],

  ['items', wcs => wcs.fmgr.copy([])],
  ['items', wcs => wcs.fmgr.copy()],
  ['items', wcs => wcs.fmgr.copy({ from: 'b:k', to: 'c' })],
  ['items[0]', wcs => wcs.fmgr.copy([null])],
  ['items[1].from', wcs => wcs.fmgr.copy([{ from: 'b:k', to: 'c' }, { to: 'c' }])],
  ['items[0].to', wcs => wcs.fmgr.copy([{ from: 'b:k' }])],
  ['items[0].prefix', wcs => wcs.fmgr.copy([{ from: 'b:k', to: 'c', prefix: '' }])],
  ['begins with resource/', wcs => wcs.fmgr.copy('b:k')],
  ['begins with resource/', wcs => wcs.fmgr.move('')],
  ['without &', wcs => wcs.fmgr.delete('bucket/YQ==/key/Yg==&force=1')],
  ['items[0].url', wcs => wcs.fmgr.fetch([{ url: 'file:///etc/passwd', to: 'b:k' }])],
  ['items[0].url', wcs => wcs.fmgr.fetch([{ to: 'b:k' }])],
  ['items[0].md5', wcs => wcs.fmgr.fetch([{ url: IMAGE, to: 'b:k', md5: 'x' }])],
  ['items[0].decompression', wcs => wcs.fmgr.fetch([{ url: IMAGE, to: 'b:k', decompression: 'zip/x' }])],
  ['items[0].fetchTs', wcs => wcs.fmgr.fetch([{ url: IMAGE, to: 'b:k', fetchTs: 1 }])],
  ['begins with fetchURL/', wcs => wcs.fmgr.fetch('resource/x')],
  ['items[1]', wcs => wcs.fmgr.delete(['b:k', 'b'])],
  ['begins with bucket/', wcs => wcs.fmgr.delete('b:k')],
  ['items[0].prefix', wcs => wcs.fmgr.deletePrefix([{ bucket: 'b', prefix: '' }])],
  ['items[0].prefix', wcs => wcs.fmgr.deletePrefix([{ bucket: 'b', prefix: '/' }])],
  ['items[0].prefix', wcs => wcs.fmgr.deletePrefix([{ bucket: 'b' }])],
  ['items[0].output', wcs => wcs.fmgr.deletePrefix([{ bucket: 'b', prefix: 'p', output: 'b' }])],
  ['items[0].deleteTs', wcs => wcs.fmgr.deleteM3u8([{ bucket: 'b', key: 'k', deleteTs: 'no' }])],
  ['items[0].days', wcs => wcs.fmgr.setDeadline([{ bucket: 'b' }])],
  ['items[0].prefix', wcs => wcs.fmgr.setDeadline([{ bucket: 'b', prefix: '', days: 0 }])],
  ['keys or keyList', wcs => wcs.fmgr.compress([{ bucket: 'b', saveAs: 'b:z' }])],
  ['keys or keyList', wcs => wcs.fmgr.compress([{ bucket: 'b', keys: ['k'], keyList: 'l', saveAs: 'b:z' }])],
  ['items[0].keys', wcs => wcs.fmgr.compress([{ bucket: 'b', keys: [], saveAs: 'b:z' }])],
  ['items[0].keys[0]', wcs => wcs.fmgr.compress([{ bucket: 'b', keys: ['/'], saveAs: 'b:z' }])],
  ['items[0].saveAs', wcs => wcs.fmgr.compress([{ bucket: 'b', keys: ['k'] }])],
  ['notifyUrl', wcs => wcs.fmgr.delete(['b:k'], { notifyUrl: 'example.com/n' })],
  ['notifyUrl', wcs => wcs.fmgr.delete(['b:k'], { notifyUrl: 'http://x/a\nb' })],
  ['force', wcs => wcs.fmgr.delete(['b:k'], { force: 1 })],
  ['separate', wcs => wcs.fmgr.delete(['b:k'], { separate: '0' })],
  ['id', async wcs => wcs.fmgr.job('')],
  ['id', async wcs => wcs.fops.job()],
  ['id', wcs => wcs.fmgr.status('a b')],
  ['interval', wcs => wcs.fmgr.job('j').wait({ interval: 0 })],

  ['fops', wcs => wcs.fops.execute({ bucket: 'b', key: 'k' })],
  ['fops', wcs => wcs.fops.execute({ bucket: 'b', key: 'k', fops: '' })],
  ['fops', wcs => wcs.fops.execute({ bucket: 'b', key: 'k', fops: [] })],
  ['fops[1]', wcs => wcs.fops.execute({ bucket: 'b', key: 'k', fops: ['x', 5] })],
  ['key', wcs => wcs.fops.execute({ bucket: 'b', key: '/k', fops: 'x' })],
  ['notifyUrl', wcs => wcs.fops.execute({ bucket: 'b', key: 'k', fops: 'x', notifyUrl: '' })],

  ['url', wcs => wcs.images.imageInfo({ url: 'a.jpg' })],
  ['key', wcs => wcs.images.exif({ bucket: 'b', key: '' })],
  ['bucket', wcs => wcs.images.exif({})],
  ['downloadUrl', wcs => wcs.images.exif({ bucket: 'b', key: 'k' })],
  ['downloadUrl', wcs => wcs.media.avinfo({ bucket: 'b', key: 'k' })],
  ['url', wcs => wcs.media.avinfo2({ url: 'mailto:x' })],
  ['image', wcs => wcs.images.detect({ image: 'a.jpg', type: 'porn', bucket: 'b' })],
  ['porn, terror, political', wcs => wcs.images.detect({ image: IMAGE, type: 'toString', bucket: 'b' })],
  ['bucket', wcs => wcs.images.detect({ image: IMAGE, type: 'porn' })],

  ['channel', wcs => wcs.live.list({ ...LIVE, channel: '' })],
  ['startTime', wcs => wcs.live.list({ ...LIVE, startTime: '2026-01-01' })],
  ['startTime', wcs => wcs.live.list({ ...LIVE, startTime: '20260230000000' })],
  ['endTime', wcs => wcs.live.list({ ...LIVE, endTime: '20251231000000' })],
  ['start', wcs => wcs.live.list({ ...LIVE, start: -1 })],
  ['limit', wcs => wcs.live.list({ ...LIVE, limit: 0 })],
];

it.each(WRONG.map(([say, call]) => [String(call).replace(/^async /, ''), say, call] as const))(
  '%s is refused before any I/O, with %j',
  async (_, say, call) => {
    const { url, connections } = await rawServer((_request, response) => response.end('{}'));
    await using wcs = new WcsClient({ accessKey: 'ak', secretKey: 'sk', managementUrl: url });
    await expect((async () => call(wcs))()).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining(say),
    });
    expect(connections()).toBe(0);
  },
);

it.each([
  ['managementUrl', new WcsClient({ accessKey: 'ak', secretKey: 'sk' })],
  ['accessKey and secretKey', new WcsClient({ managementUrl: '127.0.0.1:9' })],
])('without %s a call says so', async (setting, wcs) => {
  const calls = [
    () => wcs.move({ from: 'b:k', to: 'c' }),
    () => wcs.deleteMany({ bucket: 'b', keys: [] }),
    () => wcs.fmgr.delete(['b:k']),
    () => wcs.buckets.stat({ bucket: 'b', ...DAYS }),
  ];
  for (const call of calls) {
    await expect(call()).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining(setting),
    });
  }
});
