import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { BLOCK_SIZE, etag } from '@curve-wcs/etag';
import { lcg, temporaryFolder } from '@curve-wcs/test-support';
import { describe, expect, it } from 'vitest';
import { WcsClient } from '../src/index.js';
import { rawServer } from './support/raw-server.js';

const CONTENT = lcg(300 * 1024, 4);

/** A server that has the content, and one that redirects to it. */
async function redirected(status = 302) {
  const place = await rawServer((request, response) => {
    const [, start, end] = /^bytes=(\d+)-(\d*)$/.exec(String(request.headers['range'])) ?? [];
    const part = CONTENT.subarray(Number(start ?? 0), end ? Number(end) + 1 : undefined);
    response.writeHead(start === undefined ? 200 : 206, {
      etag: `"${etag(CONTENT)}"`,
      'content-length': part.length,
      ...(start === undefined
        ? {}
        : { 'content-range': `bytes ${start}-${Number(start) + part.length - 1}/${CONTENT.length}` }),
    });
    response.end(part);
  });
  const door = await rawServer((_, response) =>
    response.writeHead(status, { location: `${place.url}/there?x=1` }).end(),
  );
  const wcs = new WcsClient({ downloadUrl: door.url, retry: { limit: 0 } });
  return { place, door, wcs };
}

describe('a download follows redirections', () => {
  it.each([301, 302, 303, 307, 308])('%i, to memory, streams and files in parts', async status => {
    const { wcs, place, door } = await redirected(status);
    const object = { bucket: 'b', key: 'k' };
    const { verified, data } = await wcs.download(object);
    // Comparing every byte by itself takes seconds.
    expect([verified, data.equals(CONTENT)]).toEqual([true, true]);
    expect((await buffer(wcs.downloadStream(object))).equals(CONTENT)).toBe(true);
    const to = join(temporaryFolder(), 'k');
    expect(await wcs.download({ ...object, to, partSize: 64 * 1024 })).toMatchObject({ verified: true });
    expect(readFileSync(to).equals(CONTENT)).toBe(true);
    expect(place.seen.length).toBe(door.seen.length);
    expect(place.seen.every(({ method, url }) => method === 'GET' && url === '/there?x=1')).toBe(true);
  });

  it('without the headers of the call once they lead elsewhere', async () => {
    const { wcs, place, door } = await redirected();
    const headers = { authorization: 'Bearer secret', cookie: 'secret', 'x-secret': 'secret' };
    await wcs.download({ bucket: 'b', key: 'k', headers, trafficLimit: 819_200 });
    expect(door.seen[0]?.headers).toMatchObject(headers);
    expect(JSON.stringify(place.seen)).not.toContain('secret');
    expect(place.seen[0]?.headers['x-wos-traffic-limit']).toBe('819200');
  });

  it('with them where they stay with the same server', async () => {
    const { url, seen } = await rawServer((request, response) => {
      if (request.url === '/k') response.writeHead(302, { location: 'else' }).end();
      else response.end('abc');
    });
    await using wcs = new WcsClient({ downloadUrl: url });
    await wcs.download({ bucket: 'b', key: 'k', headers: { authorization: 'Bearer secret' } });
    expect(seen.map(({ url, headers }) => [url, headers['authorization']])).toEqual([
      ['/k', 'Bearer secret'],
      ['/else', 'Bearer secret'],
    ]);
  });

  it.each([
    ['in circles', 'k', 'more than 30 redirects', 31],
    ['to another protocol', 'ftp://x/k', 'ftp:', 1],
    ['to what is no URL', 'http://', 'no URL', 1],
    ['to credentials', 'http://a:b@127.0.0.1/', 'credentials', 1],
  ])('but not %s', async (_, location, words, requests) => {
    const { url, seen } = await rawServer((_, response) => response.writeHead(302, { location }).end());
    await using wcs = new WcsClient({ downloadUrl: url });
    await expect(wcs.download({ bucket: 'b', key: 'k' })).rejects.toMatchObject({
      code: 'UNEXPECTED_RESPONSE',
      status: 302,
      message: expect.stringContaining(words),
    });
    expect(seen).toHaveLength(requests);
  });

  it('and so do questions about images and videos', async () => {
    const place = await rawServer((_, response) => response.end('{"format":"png","width":"1","height":2}'));
    const door = await rawServer((_, response) =>
      response.writeHead(302, { location: `${place.url}/i` }).end(),
    );
    await using wcs = new WcsClient({ downloadUrl: door.url });
    expect(await wcs.images.imageInfo({ bucket: 'b', key: 'k' })).toMatchObject({ format: 'png' });
  });
});

describe("the client's block size counts for what is downloaded", () => {
  const LARGE = lcg(2 * BLOCK_SIZE + 5, 8);

  it.each([
    ['of that size', 2 * BLOCK_SIZE],
    ['of 4 MiB, as forms have it', BLOCK_SIZE],
  ])('where the hash is one of blocks %s', async (_, blockSize) => {
    const hash = etag(LARGE, { blockSize });
    const { url } = await rawServer((_, response) =>
      response.writeHead(200, { etag: `"${hash}"` }).end(LARGE),
    );
    await using wcs = new WcsClient({ downloadUrl: url, blockSize: 2 * BLOCK_SIZE });
    const object = { bucket: 'b', key: 'k' };
    expect((await wcs.download(object)).verified).toBe(true);
    expect((await wcs.download({ ...object, to: join(temporaryFolder(), 'k') })).verified).toBe(true);
    await expect(wcs.download({ ...object, blockSize: 3 * BLOCK_SIZE })).rejects.toMatchObject({
      code: 'CHECKSUM_MISMATCH',
    });
  });
});
