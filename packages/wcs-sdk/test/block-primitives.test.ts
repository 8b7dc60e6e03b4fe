import { etag } from '@curve-wcs/etag';
import { lcg } from '@curve-wcs/test-support';
import { describe, expect, it } from 'vitest';
import { putPolicy, uploadToken, WcsClient } from '../src/index.js';
import { emulated } from './support/emulated.js';
import { rawServer } from './support/raw-server.js';

const BLOCK = 4 * 2 ** 20;
const CONTENT = lcg(BLOCK + 1000, 7);
const UPLOAD = { bucket: 'photos', key: 'k', uploadId: 'UPLOAD1' };

describe('makeBlock, putChunk and makeFile', () => {
  it('make an object of blocks, block by block and chunk by chunk', async () => {
    const { wcs, emulator } = await emulated();
    const opened = await wcs.makeBlock({
      ...UPLOAD,
      blockSize: BLOCK,
      index: 0,
      chunk: CONTENT.subarray(0, 1_000_000),
    });
    expect(opened.offset).toBe(1_000_000);
    const whole = await wcs.putChunk({ ...UPLOAD, ...opened, chunk: CONTENT.subarray(1_000_000, BLOCK) });
    const last = await wcs.makeBlock({
      ...UPLOAD,
      blockSize: 1000,
      index: 1,
      chunk: CONTENT.subarray(BLOCK),
    });
    const made = await wcs.makeFile({
      ...UPLOAD,
      size: CONTENT.length,
      contexts: [whole.ctx, last.ctx],
      mimeType: 'image/x-test',
      variables: { who: 'Han' },
      policy: { returnBody: 'who=$(x:who)' },
    });
    expect(made).toMatchObject({ bucket: 'photos', key: 'k', hash: etag(CONTENT), answer: { who: 'Han' } });
    expect(await wcs.stat({ bucket: 'photos', key: 'k' })).toMatchObject({
      hash: etag(CONTENT),
      mimeType: 'image/x-test',
    });
    expect(emulator.requests.filter(({ method }) => method === 'POST')).toHaveLength(4);
  });

  it('work with a token alone, and are repeated', async () => {
    const { emulator } = await emulated();
    emulator.faults.add({ match: { path: /mkblk|mkfile/, nth: [1, 3] }, do: 'status 503' });
    await using wcs = new WcsClient({ uploadUrl: emulator.url, retry: { baseDelay: 1 } });
    const token = uploadToken(emulator, putPolicy({ bucket: 'photos', key: 'k' }));
    const chunk = CONTENT.subarray(0, 1000);
    const { ctx } = await wcs.makeBlock({ ...UPLOAD, token, blockSize: 1000, index: 0, chunk });
    expect(await wcs.makeFile({ ...UPLOAD, token, size: 1000, contexts: [ctx] })).toMatchObject({
      hash: etag(chunk),
    });
  });

  it('compare what arrived with what was sent', async () => {
    const { wcs, emulator } = await emulated({ retry: { limit: 1, baseDelay: 1 } });
    emulator.faults.add({ match: { path: '/mkblk/' }, do: 'corrupt crc32' });
    const damaged = wcs.makeBlock({ ...UPLOAD, blockSize: 1000, index: 0, chunk: CONTENT.subarray(0, 1000) });
    await expect(damaged).rejects.toMatchObject({ code: 'CHECKSUM_MISMATCH', attempts: 2 });
  });

  // biome-ignore lint/suspicious/noExplicitAny: what is tested is what types would not let through
  it.each<[say: string, call: (wcs: any) => Promise<unknown>]>([
    [
      'uploadId',
      wcs =>
        wcs.makeBlock({
          ...UPLOAD,
          uploadId: undefined,
          blockSize: 1,
          index: 0,
          chunk: CONTENT.subarray(0, 1),
        }),
    ],
    ['uploadId', wcs => wcs.makeFile({ ...UPLOAD, uploadId: 'a\nb', size: 1, contexts: ['c'] })],
    ['chunk', wcs => wcs.makeBlock({ ...UPLOAD, blockSize: 1, index: 0, chunk: CONTENT })],
    ['chunk', wcs => wcs.makeBlock({ ...UPLOAD, blockSize: 1, index: 0, chunk: Buffer.alloc(0) })],
    ['index', wcs => wcs.makeBlock({ ...UPLOAD, blockSize: 1, index: -1, chunk: CONTENT.subarray(0, 1) })],
    ['ctx', wcs => wcs.putChunk({ ...UPLOAD, ctx: 'a/b', offset: 1, chunk: CONTENT })],
    ['offset', wcs => wcs.putChunk({ ...UPLOAD, ctx: 'a', offset: 0, chunk: CONTENT })],
    ['contexts', wcs => wcs.makeFile({ ...UPLOAD, size: 1, contexts: [] })],
    ['contexts[0]', wcs => wcs.makeFile({ ...UPLOAD, size: 1, contexts: ['a,b'] })],
    ['size', wcs => wcs.makeFile({ ...UPLOAD, size: 0, contexts: ['a'] })],
  ])('refuse a wrong %s before any I/O', async (say, call) => {
    const { url, connections } = await rawServer((_, response) => response.end('{}'));
    await using wcs = new WcsClient({ accessKey: 'ak', secretKey: 'sk', uploadUrl: url });
    await expect(call(wcs)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining(say),
    });
    expect(connections()).toBe(0);
  });
});
