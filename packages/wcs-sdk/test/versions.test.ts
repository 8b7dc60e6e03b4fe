import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { lcg, temporaryFolder } from '@curve-wcs/test-support';
import { describe, expect, it } from 'vitest';
import { WcsClient } from '../src/index.js';
import { rawServer } from './support/raw-server.js';

const KIB = 1024;
const CONTENT = lcg(500 * KIB, 5);
const OTHER = lcg(500 * KIB, 6);

/** How a service tells the versions of an object apart, if it does. */
const WEAK: [string, Record<string, string>][] = [
  ['nothing', {}],
  ['a weak ETag', { etag: 'W/"v"' }],
  ['a time in whole seconds', { 'last-modified': 'Wed, 01 Jan 2025 00:00:00 GMT' }],
];

/** A service that breaks off its first answer, and whose object is another one from then on, if it is told so. */
async function breaking(headers: Record<string, string>, later: Buffer) {
  const { url, seen } = await rawServer((request, response, number) => {
    const content = number === 1 ? CONTENT : later;
    const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(String(request.headers['range'] ?? '')) ?? [];
    const start = Number(from ?? 0);
    const body = content.subarray(start, to ? Number(to) + 1 : undefined);
    const range = `bytes ${start}-${start + body.length - 1}/${content.length}`;
    response.writeHead(from === undefined ? 200 : 206, {
      ...headers,
      'content-length': body.length,
      ...(from === undefined ? {} : { 'content-range': range }),
    });
    if (number > 1) response.end(body);
    else response.write(body.subarray(0, 20 * KIB), () => setTimeout(() => response.destroy(), 20));
  });
  const wcs = new WcsClient({ downloadUrl: url, retry: { baseDelay: 1, maxDelay: 1 } });
  return { wcs, seen };
}

type Download = (wcs: WcsClient) => Promise<Buffer>;
const OBJECT = { bucket: 'photos', key: 'k' };
const DOWNLOADS: [string, Download][] = [
  ['memory', async wcs => (await wcs.download(OBJECT)).data],
  ['a stream', wcs => buffer(wcs.downloadStream(OBJECT))],
  [
    'a file',
    async wcs => {
      const to = join(temporaryFolder(), 'k');
      await wcs.download({ ...OBJECT, to, partSize: 64 * KIB, resume: true });
      return readFileSync(to);
    },
  ],
];

describe.each(WEAK)('an object whose versions only %s tells apart', (_, headers) => {
  it.each(DOWNLOADS)('is fetched to %s although a connection breaks', async (_, download) => {
    const { wcs, seen } = await breaking(headers, CONTENT);
    expect((await download(wcs)).equals(CONTENT)).toBe(true);
    expect(seen.length).toBeLessThanOrEqual(3);
  });

  it.each(DOWNLOADS)('is not mixed with another of its size in %s', async (_, download) => {
    const { wcs } = await breaking(headers, OTHER);
    const content = await download(wcs).catch(error => {
      expect(error).toMatchObject({ code: 'OBJECT_CHANGED' });
      return OTHER;
    });
    expect(content.equals(OTHER)).toBe(true);
  });

  it('is not fetched in parts', async () => {
    const { url, seen } = await rawServer((request, response) => {
      const part = request.headers['range'] !== undefined;
      const body = part ? CONTENT.subarray(0, 64 * KIB) : CONTENT;
      const range = part ? { 'content-range': `bytes 0-${body.length - 1}/${CONTENT.length}` } : {};
      response.writeHead(part ? 206 : 200, { ...headers, ...range }).end(body);
    });
    await using wcs = new WcsClient({ downloadUrl: url });
    const to = join(temporaryFolder(), 'k');
    await wcs.download({ ...OBJECT, to, partSize: 64 * KIB });
    expect(readFileSync(to).equals(CONTENT)).toBe(true);
    expect(seen.map(request => request.headers['range'])).toEqual([`bytes=0-${64 * KIB - 1}`, undefined]);
  });
});

it('parts of a strong version are put together over a break', async () => {
  const { wcs, seen } = await breaking({ etag: '"v"' }, CONTENT);
  expect((await wcs.download(OBJECT)).data.equals(CONTENT)).toBe(true);
  expect(seen.map(({ headers }) => headers['range'])).toEqual([undefined, `bytes=${20 * KIB}-`]);
});

describe('a range', () => {
  /** A service that answers every request for content so. */
  async function answering(status: number, headers: Record<string, string>, body: string) {
    const { url } = await rawServer((_, response) => {
      response.writeHead(status, headers);
      response.write(body);
      response.end();
    });
    return new WcsClient({ downloadUrl: url, retry: { limit: 1, baseDelay: 1 } });
  }

  it.each([
    ['has more than it says', 206, { 'content-range': 'bytes 0-2/6' }, 'abcdef'],
    ['ends before it begins', 206, { 'content-range': 'bytes 0-0/0' }, 'a'],
    ['is of nothing that is known', 206, {}, 'abc'],
    ['lies outside of the whole, which comes in its place', 200, { 'content-length': '0' }, ''],
  ] as [string, number, Record<string, string>, string][])(
    'that %s is no success',
    async (name, status, headers, body) => {
      const wcs = await answering(status, headers, body);
      const start = name.startsWith('lies') ? 5 : 0;
      await expect(wcs.download({ ...OBJECT, start, end: 5 })).rejects.toMatchObject({ name: 'WcsError' });
    },
  );

  it('that is refused is empty only if the object is', async () => {
    const { url } = await rawServer((request, response) => {
      if (request.headers['range']) response.writeHead(416).end();
      else response.end('not empty');
    });
    await using wcs = new WcsClient({ downloadUrl: url });
    await expect(wcs.download({ ...OBJECT, start: 0, end: 5 })).rejects.toMatchObject({ status: 416 });
  });
});
