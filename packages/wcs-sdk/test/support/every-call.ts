import { text } from 'node:stream/consumers';
import type { CallOptions, WcsClient } from '../../src/index.js';
import { rawServer } from './raw-server.js';

const DAYS = { startDate: '2026-01-01', endDate: '2026-01-02' };
const TIMES = { startTime: '20260101000000', endTime: '20260102000000' };

const BLOCK = { bucket: 'photos', key: 'k', uploadId: 'id' };

/** One use of every call of the client, under the name of its method. */
export const everyCall: Record<string, (wcs: WcsClient, options: CallOptions) => Promise<unknown>> = {
  upload: (wcs, options) =>
    wcs.upload({ bucket: 'photos', key: 'k', source: Buffer.from('abc'), ...options }),
  uploadFromUrl: async (wcs, options) => {
    const { url } = await rawServer((_, response) => response.end('abc'));
    return wcs.uploadFromUrl({ bucket: 'photos', key: 'k', url, ...options });
  },
  uploadMany: async (wcs, options) => {
    const items = [{ key: 'k', source: Buffer.from('abc') }];
    const { failed } = await wcs.uploadMany({ bucket: 'photos', items, ...options }).summary();
    if (failed[0]) throw failed[0].error;
  },
  makeBlock: (wcs, options) =>
    wcs.makeBlock({ ...BLOCK, blockSize: 3, index: 0, chunk: Buffer.from('abc'), ...options }),
  putChunk: (wcs, options) =>
    wcs.putChunk({ ...BLOCK, ctx: 'ctx', offset: 1, chunk: Buffer.from('bc'), ...options }),
  makeFile: (wcs, options) => wcs.makeFile({ ...BLOCK, size: 3, contexts: ['ctx'], ...options }),
  append: (wcs, options) =>
    wcs.append({ bucket: 'photos', key: 'k', source: Buffer.from('abc'), ...options }),
  download: (wcs, options) => wcs.download({ bucket: 'photos', key: 'k', ...options }),
  downloadStream: (wcs, options) => text(wcs.downloadStream({ bucket: 'photos', key: 'k', ...options })),
  stat: (wcs, options) => wcs.stat({ bucket: 'photos', key: 'k', ...options }),
  delete: (wcs, options) => wcs.delete({ bucket: 'photos', key: 'k', ...options }),
  deleteMany: async (wcs, options) => {
    const { failed } = await wcs.deleteMany({ bucket: 'photos', keys: ['k'], ...options });
    if (failed[0]) throw failed[0].error;
  },
  exists: (wcs, options) => wcs.exists({ bucket: 'photos', key: 'k', ...options }),
  move: (wcs, options) => wcs.move({ from: 'photos:k', to: 'backup', ...options }),
  copy: (wcs, options) => wcs.copy({ from: 'photos:k', to: 'backup', ...options }),
  setDeadline: (wcs, options) => wcs.setDeadline({ bucket: 'photos', key: 'k', days: 1, ...options }),
  prefetch: (wcs, options) => wcs.prefetch({ bucket: 'photos', keys: ['k'], ...options }),
  listObjects: (wcs, options) => wcs.listObjects('photos', options).pages().next(),
  'buckets.list': (wcs, options) => wcs.buckets.list(options),
  'buckets.stat': (wcs, options) => wcs.buckets.stat({ bucket: 'photos', ...DAYS, ...options }),
  'buckets.statistics': (wcs, options) =>
    wcs.buckets.statistics({ bucket: 'photos', type: 'uploadTraffic', ...DAYS, ...options }),
  'fmgr.copy': (wcs, options) => wcs.fmgr.copy([{ from: 'photos:k', to: 'backup' }], options),
  'fmgr.move': (wcs, options) => wcs.fmgr.move([{ from: 'photos:k', to: 'backup' }], options),
  'fmgr.fetch': (wcs, options) => wcs.fmgr.fetch([{ url: 'http://127.0.0.1/', to: 'photos:k' }], options),
  'fmgr.delete': (wcs, options) => wcs.fmgr.delete(['photos:k'], options),
  'fmgr.deletePrefix': (wcs, options) => wcs.fmgr.deletePrefix([{ bucket: 'photos', prefix: 'p/' }], options),
  'fmgr.deleteM3u8': (wcs, options) => wcs.fmgr.deleteM3u8(['photos:k.m3u8'], options),
  'fmgr.setDeadline': (wcs, options) => wcs.fmgr.setDeadline([{ bucket: 'photos', days: 1 }], options),
  'fmgr.compress': (wcs, options) =>
    wcs.fmgr.compress([{ bucket: 'photos', keys: ['k'], saveAs: 'photos:k.zip' }], options),
  'fmgr.status': (wcs, options) => wcs.fmgr.status('id', options),
  'fops.execute': (wcs, options) =>
    wcs.fops.execute({ bucket: 'photos', key: 'k', fops: 'vframe/jpg/offset/1', ...options }),
  'fops.status': (wcs, options) => wcs.fops.status('id', options),
  'job.wait': (wcs, options) => wcs.fmgr.job('id').wait({ interval: 1, ...options }),
  'images.imageInfo': (wcs, options) => wcs.images.imageInfo({ bucket: 'photos', key: 'k', ...options }),
  'images.exif': (wcs, options) => wcs.images.exif({ bucket: 'photos', key: 'k', ...options }),
  'images.detect': (wcs, options) =>
    wcs.images.detect({ image: 'http://127.0.0.1/', type: 'porn', bucket: 'photos', ...options }),
  'media.avinfo': (wcs, options) => wcs.media.avinfo({ bucket: 'photos', key: 'k', ...options }),
  'media.avinfo2': (wcs, options) => wcs.media.avinfo2({ bucket: 'photos', key: 'k', ...options }),
  'live.list': (wcs, options) => wcs.live.list({ bucket: 'photos', channel: 'c', ...TIMES, ...options }),
};

/** Calls of the client, and of its parts under the name of the part, such as `fmgr.copy`. */
export function callsOf(wcs: WcsClient): string[] {
  const parts = Object.entries(wcs).flatMap(([part, value]) =>
    methodsOf(value).map(method => `${part}.${method}`),
  );
  return [...methodsOf(wcs), ...parts].filter(name => !NOT_CALLS.has(name));
}

/** Methods that send nothing. */
const NOT_CALLS = new Set([
  'close',
  'metrics',
  'browserUpload',
  'appender',
  'downloadUrl',
  'objectUrl',
  'fmgr.job',
  'fops.job',
  'images.imageView2Url',
  'images.imageMogr2Url',
  'images.watermarkUrl',
]);

function methodsOf(object: object): string[] {
  const prototype: object = Object.getPrototypeOf(object);
  if (prototype === Object.prototype) return [];
  const own = Object.getOwnPropertyNames(prototype).filter(name => name !== 'constructor');
  return [...own, ...methodsOf(prototype)];
}
