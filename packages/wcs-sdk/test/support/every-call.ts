import { text } from 'node:stream/consumers';
import type { CallOptions, WcsClient } from '../../src/index.js';

/** One use of every call of the client, under the name of its method. */
export const everyCall: Record<string, (wcs: WcsClient, options: CallOptions) => Promise<unknown>> = {
  upload: (wcs, options) =>
    wcs.upload({ bucket: 'photos', key: 'k', source: Buffer.from('abc'), ...options }),
  download: (wcs, options) => wcs.download({ bucket: 'photos', key: 'k', ...options }),
  downloadStream: (wcs, options) => text(wcs.downloadStream({ bucket: 'photos', key: 'k', ...options })),
  stat: (wcs, options) => wcs.stat({ bucket: 'photos', key: 'k', ...options }),
  delete: (wcs, options) => wcs.delete({ bucket: 'photos', key: 'k', ...options }),
  listObjects: (wcs, options) => wcs.listObjects('photos', options).pages().next(),
  listBuckets: (wcs, options) => wcs.listBuckets(options),
};
