import { describe, expect, it } from 'vitest';
import type { JobOptions, WcsClient } from '../src/index.js';
import { fop } from '../src/index.js';
import { meaningOf } from './support/meaning.js';
import { isUpload, type Recorded, recordings, replaying } from './support/replay.js';

/** The same operation, as we spell it. */
type Same = (wcs: WcsClient, url: string) => unknown;

const [ONE, TWO, KEY] = ['bucket-one', 'bucket-two', 'dir/sub/b.bin'];
const NOTIFY = 'http://example.com/notify?a=b';
const SOURCE = 'http://src.example.com/1.doc?x=1&y=2';
const MD5 = 'aa36f4e18a13762d77cce9e749976b3c';
const ALL: JobOptions = { notifyUrl: NOTIFY, force: true, separate: true };
const RANGE = { startDate: '2023-11-10', endDate: '2023-11-12' };
const PERIOD = { startTime: 1526745600000, endTime: 1527609600000 };
const ID = '2001abcdef0123456789';
const LIVE = {
  bucket: ONE,
  channel: 'chan1',
  startTime: '20231110000000',
  endTime: '20231111000000',
  start: 1,
  limit: 20,
};

const stat =
  (key: string): Same =>
  wcs =>
    wcs.stat({ bucket: ONE, key });
const remove =
  (key: string): Same =>
  wcs =>
    wcs.delete({ bucket: ONE, key });
const move =
  (key: string): Same =>
  wcs =>
    wcs.move({ from: `${ONE}:${key}`, to: TWO });
const copy =
  (key: string): Same =>
  wcs =>
    wcs.copy({ from: `${ONE}:${key}`, to: TWO });
const deadline =
  (key: string): Same =>
  wcs =>
    wcs.setDeadline({ bucket: ONE, key, days: 3 });
const frame = (key: string, options: JobOptions = {}): Same => {
  return wcs =>
    wcs.fops.execute({ bucket: ONE, key, fops: fop.vframe({ format: 'jpg', offset: 1 }), ...options });
};
const page =
  (options: Parameters<WcsClient['listObjects']>[1]): Same =>
  wcs =>
    wcs.listObjects(ONE, options).pages().next();
const prefetch: Same = wcs => wcs.prefetch({ bucket: ONE, keys: ['a.txt', KEY] });
const about = (path: string, ask: (wcs: WcsClient, url: string) => unknown): Same => {
  return (wcs, url) => ask(wcs, `${url}/${path}`);
};
const fmgrPair = (name: string, start: (wcs: WcsClient, options: JobOptions) => unknown) => ({
  [name]: (wcs: WcsClient) => start(wcs, {}),
  [`${name} notify force separate`]: (wcs: WcsClient) => start(wcs, ALL),
});

const SAME: Record<'go' | 'java' | 'node' | 'php', Record<string, Same>> = {
  go: {
    'Stat a.txt': stat('a.txt'),
    'Delete a.txt': remove('a.txt'),
    'Move a.txt': move('a.txt'),
    'Copy a.txt': copy('a.txt'),
    'SetDeadline a.txt': deadline('a.txt'),
    'Stat dir/sub/b.bin': stat(KEY),
    'Delete dir/sub/b.bin': remove(KEY),
    'Move dir/sub/b.bin': move(KEY),
    'Copy dir/sub/b.bin': copy(KEY),
    'SetDeadline dir/sub/b.bin': deadline(KEY),
    'SetDeadline relevance=1': wcs =>
      wcs.setDeadline({ bucket: ONE, key: 'a.txt', days: 0, relevance: true }),
    'SetDeadline -1': wcs => wcs.setDeadline({ bucket: ONE, key: 'a.txt', days: -1, relevance: false }),
    ListBucket: wcs => wcs.buckets.list(),
    'List defaults': page({}),
    'List all': page({ pageSize: 10, prefix: 'test-prefix/', mode: 1, marker: 'mk', ...PERIOD }),
    BucketStat: wcs => wcs.buckets.stat({ bucket: [ONE, TWO], ...RANGE }),
    Prefetch: prefetch,
    AvInfo: about('v.mp4', (wcs, url) => wcs.media.avinfo({ url })),
    AvInfo2: about('v.mp4', (wcs, url) => wcs.media.avinfo2({ url })),
    ImageInfo: about('i.jpg', (wcs, url) => wcs.images.imageInfo({ url })),
    Exif: about('i.jpg', (wcs, url) => wcs.images.exif({ url })),
    PersistentStatus: wcs => wcs.fops.status(ID),
    Decompression: wcs =>
      wcs.fops.execute({
        bucket: ONE,
        key: 'z.zip',
        fops: fop.decompression({ format: 'zip', directory: 'out/' }).saveas(`${TWO}:list.txt`),
        ...ALL,
      }),
    ImageDetect: wcs =>
      wcs.images.detect({ image: 'http://img.example.com/a.jpg', type: 'porn', bucket: ONE }),
    ImagePersistentOp: wcs =>
      wcs.fops.execute({
        bucket: ONE,
        key: 'a.txt',
        fops: fop.imageView({ mode: 1, width: 100 }).saveas(`${TWO}:t.jpg`),
        notifyUrl: NOTIFY,
        force: true,
      }),
    'fm.Fetch': wcs =>
      wcs.fmgr.fetch(
        [{ url: SOURCE, to: `${ONE}:a.txt`, prefix: 'pre', md5: MD5, decompression: 'zip' }],
        ALL,
      ),
    'fm.Fetch minimal': wcs => wcs.fmgr.fetch([{ url: SOURCE, to: ONE }]),
    'fm.FetchMultiple': wcs =>
      wcs.fmgr.fetch(
        [
          { url: SOURCE, to: `${ONE}:a.txt` },
          { url: new URL(SOURCE), to: { bucket: TWO, key: KEY }, prefix: 'p/' },
        ],
        { notifyUrl: NOTIFY },
      ),
    'fm.Copy': wcs =>
      wcs.fmgr.copy([{ from: `${ONE}:a.txt`, to: `${TWO}:${KEY}`, prefix: 'pre' }], {
        notifyUrl: new URL(NOTIFY),
        separate: true,
      }),
    'fm.CopyMultiple': wcs =>
      wcs.fmgr.copy([
        { from: `${ONE}:a.txt`, to: `${TWO}:a.txt` },
        { from: `${ONE}:${KEY}`, to: `${TWO}:${KEY}` },
      ]),
    'fm.Move': wcs => wcs.fmgr.move([{ from: `${ONE}:a.txt`, to: `${TWO}:${KEY}` }]),
    'fm.Delete': wcs => wcs.fmgr.delete([`${ONE}:a.txt`]),
    'fm.DeleteMultiple': wcs =>
      wcs.fmgr.delete([`${ONE}:a.txt`, { bucket: ONE, key: KEY }], { notifyUrl: NOTIFY, separate: true }),
    'fm.DeletePrefix': wcs =>
      wcs.fmgr.deletePrefix([{ bucket: ONE, prefix: 'test-prefix/', output: `${TWO}:deleted.txt` }]),
    'fm.DeleteM3u8': wcs => wcs.fmgr.deleteM3u8([{ bucket: ONE, key: 'v.m3u8', deleteTs: true }]),
    'fm.SetDeadline': wcs =>
      wcs.fmgr.setDeadline([{ bucket: ONE, prefix: 'test-prefix/', days: 7 }], { notifyUrl: NOTIFY }),
    'fm.SetDeadlineMultiple': wcs =>
      wcs.fmgr.setDeadline([
        { bucket: ONE, days: -1 },
        { bucket: ONE, prefix: 'test-prefix/', days: 0 },
      ]),
    'fm.Status': wcs => wcs.fmgr.status(ID),
  },
  java: {
    'stat a.txt': stat('a.txt'),
    'delete a.txt': remove('a.txt'),
    'move a.txt': move('a.txt'),
    'copy a.txt': copy('a.txt'),
    'wslive.setDeadline a.txt': deadline('a.txt'),
    'fops a.txt': frame('a.txt', { notifyUrl: NOTIFY, force: true }),
    'stat dir/sub/b.bin': stat(KEY),
    'delete dir/sub/b.bin': remove(KEY),
    'move dir/sub/b.bin': move(KEY),
    'copy dir/sub/b.bin': copy(KEY),
    'wslive.setDeadline dir/sub/b.bin': deadline(KEY),
    'fops dir/sub/b.bin': frame(KEY, { notifyUrl: NOTIFY, force: true }),
    bucketList: wcs => wcs.buckets.list(),
    fileList: page({ pageSize: 10, prefix: 'test-prefix/', mode: 1, marker: 'mk', ...PERIOD }),
    bucketStat: wcs => wcs.buckets.stat({ bucket: ONE, ...RANGE, details: true }),
    bucketStatistics: wcs =>
      wcs.buckets.statistics({ bucket: ONE, type: 'uploadTraffic', ...RANGE, details: true }),
    prefetch,
    fmgrStatus: wcs => wcs.fmgr.status(ID),
    fmgrFetch: wcs =>
      wcs.fmgr.fetch(
        [{ url: SOURCE, to: `${ONE}:a.txt`, prefix: 'pre', md5: MD5, decompression: 'zip' }],
        ALL,
      ),
    'fmgrCopy two': wcs =>
      wcs.fmgr.copy([
        { from: `${ONE}:a.txt`, to: `${TWO}:a.txt` },
        { from: `${ONE}:${KEY}`, to: `${TWO}:${KEY}` },
      ]),
    fmgrMove: wcs => wcs.fmgr.move([{ from: `${ONE}:a.txt`, to: `${TWO}:a.txt` }], ALL),
    fmgrDelete: wcs => wcs.fmgr.delete([`${ONE}:a.txt`]),
    fmgrDeletePrefix: wcs =>
      wcs.fmgr.deletePrefix([{ bucket: ONE, prefix: 'test-prefix/', output: `${TWO}:deleted.txt` }]),
    fmgrSetdeadline: wcs =>
      wcs.fmgr.setDeadline([{ bucket: ONE, prefix: 'test-prefix/', days: 7 }], { notifyUrl: NOTIFY }),
    fmgrDeleteM3U8: wcs => wcs.fmgr.deleteM3u8([{ bucket: ONE, key: 'v.m3u8', deleteTs: true }]),
    'wslive fileList': wcs => wcs.live.list(LIVE),
    'stat with SM3': stat('a.txt'),
  },
  node: {
    'fileStat a.txt': stat('a.txt'),
    'fileDelete a.txt': remove('a.txt'),
    'fops a.txt': frame('a.txt'),
    'fileStat dir/sub/b.bin': stat(KEY),
    'fileDelete dir/sub/b.bin': remove(KEY),
    'fops dir/sub/b.bin': frame(KEY),
    'fops notify force separate': frame('a.txt', ALL),
    fopsStatus: wcs => wcs.fops.status(ID),
    'fileStat 404': stat('a.txt'),
  },
  php: {
    'stat a.txt': stat('a.txt'),
    'delete a.txt': remove('a.txt'),
    'move a.txt': move('a.txt'),
    'copy a.txt': copy('a.txt'),
    'setDeadline a.txt': deadline('a.txt'),
    'stat dir/sub/b.bin': stat(KEY),
    'delete dir/sub/b.bin': remove(KEY),
    'move dir/sub/b.bin': move(KEY),
    'copy dir/sub/b.bin': copy(KEY),
    'setDeadline dir/sub/b.bin': deadline(KEY),
    bucketsList: wcs => wcs.buckets.list(),
    bucketList: page({}),
    'bucketList all': page({ pageSize: 10, prefix: 'test-prefix/', mode: 1, marker: 'mk', ...PERIOD }),
    bucketStat: wcs =>
      wcs.buckets.stat({ bucket: [ONE, TWO], ...RANGE, details: true, storageClass: 'Standard' }),
    updateMirrorSrc: prefetch,
    avInfo: about('v.mp4', (wcs, url) => wcs.media.avinfo({ url })),
    avInfo2: about('v.mp4', (wcs, url) => wcs.media.avinfo2({ url })),
    ...fmgrPair('Fmgr.fetch', (wcs, options) =>
      wcs.fmgr.fetch([{ url: SOURCE, to: `${ONE}:a.txt` }], options),
    ),
    ...fmgrPair('Fmgr.copy', (wcs, options) =>
      wcs.fmgr.copy([{ from: `${ONE}:a.txt`, to: `${TWO}:a.txt` }], options),
    ),
    ...fmgrPair('Fmgr.move', (wcs, options) =>
      wcs.fmgr.move([{ from: `${ONE}:a.txt`, to: `${TWO}:a.txt` }], options),
    ),
    ...fmgrPair('Fmgr.delete', (wcs, options) => wcs.fmgr.delete([`${ONE}:a.txt`], options)),
    ...fmgrPair('Fmgr.deletePrefix', (wcs, options) =>
      wcs.fmgr.deletePrefix([{ bucket: ONE, prefix: 'test-prefix/' }], options),
    ),
    // Recorded without the zip's name, which the grammar asks for: only a text can say so.
    ...fmgrPair('Fmgr.compress', (wcs, options) =>
      wcs.fmgr.compress('bucket/YnVja2V0LW9uZQ==/keys/YS50eHQ=|ZGlyL3N1Yi9iLmJpbg==', options),
    ),
    'Fmgr.status': wcs => wcs.fmgr.status(ID),
    'Fops.exec': frame('a.txt'),
    'Fops.exec notify': frame('a.txt', ALL),
    'Fops.status': wcs => wcs.fops.status(ID),
    wslive_list: wcs => wcs.live.list(LIVE),
  },
};

describe.each(Object.keys(SAME) as (keyof typeof SAME)[])(
  'requests mean the same as those of the %s SDK',
  sdk => {
    const records = recordings(sdk).filter(record => !isUpload(record));

    it('in every record that is not of an upload', () => {
      expect(records.map(({ op }) => op).toSorted()).toEqual(Object.keys(SAME[sdk]).toSorted());
    });

    it.each(records.map(record => [record.op, record] as const))('%s', async (op, record) => {
      const sent = await sentBy(record, SAME[sdk][op]);
      expect(sent.map(meaningOf)).toEqual(
        record.requests.map(({ method, url, body }) => meaningOf({ method, url, body: body.text ?? '' })),
      );
    });
  },
);

async function sentBy(record: Recorded, same: Same | undefined) {
  const { wcs, seen, url } = await replaying(record, { retry: { limit: 0 } });
  // The capture server's answers are not always those of a service; what counts here is what was asked.
  await Promise.resolve(same?.(wcs, url)).catch(() => {});
  return seen.map(request => ({ ...request, body: request.body.toString() }));
}
