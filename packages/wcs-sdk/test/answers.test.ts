import { describe, expect, it } from 'vitest';
import { WcsClient } from '../src/index.js';
import { rawServer, type SeenRequest } from './support/raw-server.js';

const STAT = { fsize: '3', hash: 'h', mimeType: 'text/plain', putTime: '1700000000000' };
const ITEM = { key: 'k', ...STAT };

/** A client for a service that answers everything so, with HTTP 200. */
async function answered(
  answer: unknown | ((request: SeenRequest, number: number) => unknown),
): Promise<{ wcs: WcsClient; seen: SeenRequest[] }> {
  const { url, seen } = await rawServer((request, response, number) => {
    const body = typeof answer === 'function' ? answer(request, number) : answer;
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  const wcs = new WcsClient({
    accessKey: 'ak',
    secretKey: 'sk',
    uploadUrl: url,
    managementUrl: url,
    downloadUrl: url,
    retry: { limit: 1, baseDelay: 1, maxDelay: 1 },
  });
  return { wcs, seen };
}

const UNUSABLE = { code: 'UNEXPECTED_RESPONSE', status: 200, retryable: true };

/** How often each is asked for at a service that fails. */
const ASKED: Record<string, number> = { job: 1, append: 3 };

describe('an answer of HTTP 200', () => {
  const object = { bucket: 'photos', key: 'k' };
  const calls: Record<string, (wcs: WcsClient) => Promise<unknown>> = {
    stat: wcs => wcs.stat(object),
    exists: wcs => wcs.exists(object),
    delete: wcs => wcs.delete(object),
    move: wcs => wcs.move({ from: 'photos:k', to: 'backup' }),
    copy: wcs => wcs.copy({ from: 'photos:k', to: 'backup' }),
    setDeadline: wcs => wcs.setDeadline({ ...object, days: 1 }),
    prefetch: wcs => wcs.prefetch({ bucket: 'photos', keys: ['k'] }),
    list: async wcs => {
      for await (const _ of wcs.listObjects('photos'));
    },
    listBuckets: wcs => wcs.buckets.list(),
    bucketStat: wcs => wcs.buckets.stat({ bucket: 'photos', startDate: '2026-01-01', endDate: '2026-01-02' }),
    job: wcs => wcs.fmgr.delete(['photos:k']),
    jobStatus: wcs => wcs.fmgr.status('j'),
    imageInfo: wcs => wcs.images.imageInfo(object),
    detect: wcs => wcs.images.detect({ image: 'http://127.0.0.1/', type: 'porn', bucket: 'photos' }),
    avinfo: wcs => wcs.media.avinfo(object),
    live: wcs =>
      wcs.live.list({
        bucket: 'photos',
        channel: 'c',
        startTime: '20260101000000',
        endTime: '20260102000000',
      }),
    upload: wcs => wcs.upload({ ...object, source: Buffer.from('abc'), verify: false }),
    uploadInBlocks: wcs => wcs.upload({ ...object, source: Buffer.from('abc'), formThreshold: 0 }),
    append: wcs => wcs.append({ ...object, source: Buffer.from('abc'), position: 0 }),
  };

  it.each(Object.keys(calls))('whose code says that the service failed is no success of %s', async name => {
    const { wcs, seen } = await answered({ code: 500, message: 'sorry' });
    await expect(calls[name]?.(wcs)).rejects.toMatchObject({
      code: 'SERVER_ERROR',
      serverCode: 500,
      status: 200,
    });
    // What may pass is tried again, but no job is started twice, and an append asks first what there is.
    expect(seen).toHaveLength(ASKED[name] ?? 2);
  });

  it.each(Object.keys(calls))('without what was asked for is no success of %s', async name => {
    for (const nothing of ['', '{}', '[]', '<html>log in</html>', 'null', '{"code":"x"}', '{"items":[1]}']) {
      if (nothing === '[]' && name === 'live') continue;
      const { wcs } = await answered(nothing);
      await expect(calls[name]?.(wcs), nothing).rejects.toMatchObject(UNUSABLE);
    }
  });

  it('that says that there is no such object means that', async () => {
    const { wcs } = await answered({ code: '404', message: 'no such file' });
    expect(await wcs.exists(object)).toBe(false);
    await expect(wcs.stat(object)).rejects.toMatchObject({ code: 'NOT_FOUND', status: 200, serverCode: 404 });
  });

  it.each([
    { fsize: undefined },
    { fsize: -1 },
    { fsize: '1e3' },
    { fsize: 0.5 },
    { fsize: null },
    { hash: undefined },
    { hash: 1 },
    { mimeType: undefined },
    { putTime: undefined },
    { putTime: 'yesterday' },
  ])('is no stat with %j', async wrong => {
    const { wcs } = await answered({ ...STAT, ...wrong });
    await expect(wcs.stat(object)).rejects.toMatchObject(UNUSABLE);
  });

  it('is tried again where it is unusable', async () => {
    const { wcs } = await answered((_: SeenRequest, number: number) => (number === 1 ? '<html>' : STAT));
    expect(await wcs.stat(object)).toMatchObject({ size: 3, hash: 'h' });
  });
});

describe('a listing', () => {
  it('whose second page fails, fails', async () => {
    const { wcs } = await answered(({ url }: SeenRequest) =>
      url.includes('marker=') ? { code: 500, message: 'x' } : { marker: 'm', items: [ITEM] },
    );
    const seen: string[] = [];
    const listing = async () => {
      for await (const { key } of wcs.listObjects('photos')) seen.push(key);
    };
    await expect(listing()).rejects.toMatchObject({ code: 'SERVER_ERROR' });
    expect(seen).toEqual(['k']);
  });

  it.each([
    { marker: '' },
    { marker: '', commonPrefixes: [] },
    { marker: '', commonPrefixes: ['p/'] },
    { marker: 1, items: [] },
    { items: [null] },
    { items: [{ ...ITEM, key: '' }] },
    { items: [{ ...ITEM, fsize: {} }] },
    { items: [], commonPrefixes: ['a', 1] },
    { items: {}, commonPrefixes: [] },
  ])('is not made of %j', async page => {
    const { wcs } = await answered(page);
    await expect(wcs.listObjects('photos').pages().next()).rejects.toMatchObject(UNUSABLE);
  });

  it('of folders alone need not have objects', async () => {
    const { wcs } = await answered({ commonPrefixes: ['a/'] });
    expect((await wcs.listObjects('photos', { mode: 1 }).pages().next()).value).toMatchObject({
      items: [],
      commonPrefixes: ['a/'],
    });
  });
});

describe('a job', () => {
  it.each([2, 7, 200, '9', -1])('is not done at code %j', async code => {
    const { wcs } = await answered({ id: 'j', code, items: [{ cmd: 'c', code: 3 }] });
    await expect(wcs.fmgr.job('j').wait()).rejects.toMatchObject({ code: 'UNEXPECTED_RESPONSE' });
  });

  it.each([{ items: [] }, {}, { items: [{ code: 3 }, 'x'] }, { id: 'another', items: [{ code: 3 }] }])(
    'is not done with %j',
    async members => {
      const { wcs } = await answered({ code: 3, ...members });
      await expect(wcs.fmgr.job('j').wait()).rejects.toMatchObject({ code: 'UNEXPECTED_RESPONSE' });
    },
  );

  it('that the service does not know is told so', async () => {
    const { wcs } = await answered({ code: 404, message: 'no such job' });
    await expect(wcs.fmgr.job('j').wait()).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('has an id that can be asked for', async () => {
    const { wcs } = await answered({ persistentId: 'a b' });
    await expect(wcs.fmgr.delete(['photos:k'])).rejects.toMatchObject({ code: 'UNEXPECTED_RESPONSE' });
  });
});
