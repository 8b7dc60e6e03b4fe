import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { etag } from '@curve-wcs/etag';
import { lcg } from '@curve-wcs/test-support';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Progress, UploadFromUrlOptions, WcsError } from '../src/index.js';
import { count, emulated } from './support/emulated.js';
import { HOSTILE_KEYS } from './support/keys.js';

const MIB = 2 ** 20;
const SMALL = lcg(1000);
const LARGE = lcg(9 * MIB + 1, 3);
const NEW_YEAR = 'Wed, 01 Jan 2025 00:00:00 GMT';
const WCS = { bucket: 'photos', key: 'k' };

type Answer = (request: IncomingMessage, response: ServerResponse, number: number) => void;

/** A web server for the running test. */
async function webServer(answer: Answer) {
  const seen: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    seen.push(request);
    answer(request, response, seen.length);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

interface Serving {
  etag?: string | undefined;
  lastModified?: string;
  /** Takes ranges. */
  ranges?: boolean;
  /** Breaks the connection after so many bytes of the answers of these numbers. */
  breaks?: Record<number, number>;
}

/** Serves content with ranges, as web servers do. */
function serving(
  content: Buffer,
  { etag = '"v1"', lastModified, ranges = true, breaks = {} }: Serving = {},
): Answer {
  return (request, response, number) => {
    const { range, 'if-range': ifRange } = request.headers;
    const start = Number(/^bytes=(\d+)-$/.exec(String(range))?.[1] ?? 0);
    const partial = ranges && range !== undefined && (ifRange === etag || ifRange === lastModified);
    const body = partial ? content.subarray(start) : content;
    response.writeHead(partial ? 206 : 200, {
      'content-type': 'image/x-test',
      'content-length': body.length,
      ...(etag ? { etag } : {}),
      ...(lastModified ? { 'last-modified': lastModified } : {}),
      ...(partial ? { 'content-range': `bytes ${start}-${content.length - 1}/${content.length}` } : {}),
    });
    const cut = breaks[number];
    if (cut === undefined) response.end(body);
    else response.write(body.subarray(0, cut), () => setTimeout(() => response.destroy(), 20));
  };
}

describe('an address', () => {
  it.each([
    ['small', SMALL, 'form'],
    ['large', LARGE, 'blocks'],
    ['empty', Buffer.alloc(0), 'form'],
    ['of exactly one block', lcg(4 * MIB), 'blocks'],
  ] as const)('that is %s is uploaded as it is read', async (_, content, method) => {
    const { wcs } = await emulated();
    const { url, seen } = await webServer(serving(content));
    const progress: Progress[] = [];
    const result = await wcs.uploadFromUrl({
      ...WCS,
      url: `${url}/pictures/a.jpg`,
      onProgress: snapshot => progress.push(snapshot),
    });
    expect(result).toMatchObject({
      ...WCS,
      size: content.length,
      etag: etag(content),
      verified: true,
      method,
    });
    expect((await wcs.download(WCS)).data.equals(content)).toBe(true);
    expect((await wcs.stat(WCS)).mimeType).toBe('image/x-test');
    if (content.length > 0) {
      expect(progress.at(-1)).toEqual({ transferred: content.length, total: content.length, resumed: 0 });
    }
    expect(seen).toHaveLength(1);
    expect(seen[0]?.headers['accept-encoding']).toBe('identity');
  });

  it.each([
    ['small', SMALL],
    ['large', LARGE],
  ])('that is %s and tells no length is uploaded too', async (_, content) => {
    const { wcs } = await emulated();
    const { url } = await webServer((_, response) => {
      response.write(content.subarray(0, 10));
      response.end(content.subarray(10));
    });
    const result = await wcs.uploadFromUrl({ ...WCS, url });
    expect(result).toMatchObject({ size: content.length, etag: etag(content), verified: true });
  });

  it('gives the key its last segment, and the object its type unless another is given', async () => {
    const { wcs } = await emulated();
    const { url } = await webServer(serving(SMALL));
    const { key } = await wcs.uploadFromUrl({ bucket: 'photos', url: `${url}/dir/%E4%B8%AD%20b.jpg?x=y/z` });
    expect(key).toBe('中 b.jpg');
    await wcs.uploadFromUrl({ ...WCS, url, mimeType: 'text/plain' });
    expect((await wcs.stat(WCS)).mimeType).toBe('text/plain');
    await expect(wcs.uploadFromUrl({ bucket: 'photos', url })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('key'),
    });
  });

  it('can be uploaded to any key', async () => {
    const { wcs } = await emulated();
    const { url } = await webServer(serving(SMALL));
    for (const key of HOSTILE_KEYS) {
      await wcs.uploadFromUrl({ bucket: 'photos', key, url });
      expect((await wcs.download({ bucket: 'photos', key })).data.equals(SMALL)).toBe(true);
    }
  });

  it('of an object of this service works as any other', async () => {
    const { emulator, wcs } = await emulated();
    await wcs.upload({ ...WCS, source: LARGE });
    const url = emulator.downloadUrl('photos', 'k');
    expect(await wcs.uploadFromUrl({ bucket: 'backup', key: 'copy', url })).toMatchObject({
      etag: etag(LARGE),
      verified: true,
    });
  });

  it('gets its own headers and credentials, and none that are meant for the service', async () => {
    const { emulator, wcs } = await emulated();
    const { url, seen } = await webServer(serving(SMALL));
    await wcs.uploadFromUrl({
      ...WCS,
      url: url.replace('//', '//us%er:p%40ss@'),
      sourceHeaders: { 'X-Source': 'yes' },
      headers: { 'X-Service': 'yes' },
    });
    expect(seen[0]?.headers).toMatchObject({
      'x-source': 'yes',
      authorization: `Basic ${Buffer.from('us%er:p@ss').toString('base64')}`,
    });
    expect(seen[0]?.headers['x-service']).toBeUndefined();
    expect(count(emulator, '/file/upload')).toBe(1);
  });
});

describe('redirects', () => {
  it('are followed, without headers that were meant for another host', async () => {
    const { wcs } = await emulated();
    const target = await webServer(serving(LARGE, { breaks: { 1: 5 * MIB } }));
    const { url, seen } = await webServer((request, response) => {
      const location = request.url === '/a' ? '/b?x=1' : `${target.url}/c`;
      response.writeHead(request.url === '/a' ? 302 : 307, { location }).end('moved');
    });
    const result = await wcs.uploadFromUrl({
      ...WCS,
      url: `${url}/a`,
      sourceHeaders: { authorization: 'Bearer secret' },
    });
    expect(result.etag).toBe(etag(LARGE));
    // The connection broke once, and the rest was asked for from the start of the way.
    expect(seen.map(request => request.url)).toEqual(['/a', '/b?x=1', '/a', '/b?x=1']);
    expect(seen.every(request => request.headers.authorization === 'Bearer secret')).toBe(true);
    expect(target.seen.map(({ headers }) => [headers.authorization, headers.range])).toEqual([
      [undefined, undefined],
      [undefined, expect.stringMatching(/^bytes=\d+-$/)],
    ]);
  });

  it.each([
    ['too many', '/again', 'more than 3 redirects'],
    ['to no URL', 'http://', 'no URL'],
    ['to another scheme', 'ftp://host/x', 'ftp:'],
    ['with credentials', 'http://u:secret-word@host/', 'credentials'],
  ])('%s end the upload', async (_, location, words) => {
    const { emulator, wcs } = await emulated();
    const { url } = await webServer((_, response) => response.writeHead(301, { location }).end());
    const error = await wcs.uploadFromUrl({ ...WCS, url, maxRedirects: 3 }).catch(error => error);
    expect(error).toMatchObject({ code: 'SOURCE_FAILED', status: 301, retryable: false });
    expect(error.message).toContain(words);
    expect(error.message).not.toContain('secret-word');
    expect(emulator.requests).toEqual([]);
  });
});

describe('a source that breaks off', () => {
  it.each<[string, Serving, number[]]>([
    ['goes on with a range', {}, [1, 2]],
    ['is read again where only a time tells versions apart', { etag: '', lastModified: NEW_YEAR }, [1, 2]],
    ['is read again where its version is a weak one', { etag: 'W/"v1"' }, [1, 2]],
    ['is read again where it says nothing of its version', { etag: '' }, [1, 2]],
    ['is read again where it takes no ranges', { ranges: false }, [1, 2]],
    [
      'goes on as long as there is headway',
      { breaks: { 1: 5 * MIB, 2: MIB, 3: MIB, 4: MIB, 5: 10 } },
      [1, 6],
    ],
  ])('%s', async (_, how, [, requests]) => {
    const { wcs } = await emulated();
    const { url, seen } = await webServer(serving(LARGE, { breaks: { 1: 5 * MIB }, ...how }));
    const result = await wcs.uploadFromUrl({ ...WCS, url });
    expect(result).toMatchObject({ size: LARGE.length, etag: etag(LARGE), verified: true });
    expect(seen).toHaveLength(requests ?? 0);
  });

  it('over and over with next to nothing is given up', async () => {
    const { wcs } = await emulated();
    const breaks = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [index + 1, 1000]));
    const { url, seen } = await webServer(serving(lcg(50_000), { breaks }));
    await expect(wcs.uploadFromUrl({ ...WCS, url })).rejects.toMatchObject({ code: 'SOURCE_FAILED' });
    expect(seen).toHaveLength(4);
  });

  it.each<[string, Answer]>([
    [
      'by its version',
      (request, response, number) => {
        serving(LARGE, { etag: `"v${number}"`, breaks: { 1: 5 * MIB } })(request, response, number);
      },
    ],
    [
      'by its size',
      (request, response, number) => {
        serving(LARGE.subarray(0, LARGE.length - number + 1), { breaks: { 1: 5 * MIB } })(
          request,
          response,
          number,
        );
      },
    ],
  ])('and changed meanwhile (%s) is not mixed', async (_, answer) => {
    const { emulator, wcs } = await emulated();
    const { url } = await webServer(answer);
    await expect(wcs.uploadFromUrl({ ...WCS, url })).rejects.toMatchObject({ code: 'SOURCE_CHANGED' });
    expect(count(emulator, '/mkfile/')).toBe(0);
  });

  it.each([{ etag: '' }, { etag: '', lastModified: NEW_YEAR }, { etag: 'W/"v"' }])(
    'and changed meanwhile, which nothing tells (%o), is not mixed',
    async how => {
      const { emulator, wcs } = await emulated();
      const other = Buffer.from(LARGE);
      other[3] = 255 - (other[3] ?? 0);
      const { url, seen } = await webServer((request, response, number) =>
        serving(number === 1 ? LARGE : other, { ...how, breaks: { 1: 5 * MIB } })(request, response, number),
      );
      await expect(wcs.uploadFromUrl({ ...WCS, url })).rejects.toMatchObject({ code: 'SOURCE_CHANGED' });
      expect(seen).toHaveLength(2);
      expect(count(emulator, '/mkfile/')).toBe(0);
    },
  );

  it('and gives a part that nobody asked for is none', async () => {
    const { wcs } = await emulated();
    const { url } = await webServer((_, response) =>
      response.writeHead(206, { 'content-range': 'bytes 0-2/*' }).end('abc'),
    );
    await expect(wcs.uploadFromUrl({ ...WCS, url })).rejects.toMatchObject({ code: 'SOURCE_FAILED' });
  });

  it('for ever is given up, and never looks whole', async () => {
    const { emulator, wcs } = await emulated({ retry: { limit: 2, baseDelay: 1 } });
    const stuck = Object.fromEntries(
      Array.from({ length: 20 }, (_, index) => [index + 1, index ? 0 : 5 * MIB]),
    );
    const { url, seen } = await webServer(serving(LARGE, { breaks: stuck }));
    await expect(wcs.uploadFromUrl({ ...WCS, url })).rejects.toMatchObject({
      code: 'SOURCE_FAILED',
      retryable: true,
    });
    expect(seen.length).toBeLessThan(6);
    expect(count(emulator, '/mkfile/')).toBe(0);
  });

  it.each([
    ['small', SMALL],
    ['large', LARGE],
  ])('without an error, but before its announced length (%s), is a failure', async (_, content) => {
    const { emulator, wcs } = await emulated({ retry: { limit: 1, baseDelay: 1 } });
    const { url } = await webServer((_, response) => {
      response.writeHead(200, { 'content-length': content.length + 1 });
      response.write(content, () => response.socket?.end());
    });
    await expect(wcs.uploadFromUrl({ ...WCS, url })).rejects.toMatchObject({ code: 'SOURCE_FAILED' });
    expect(count(emulator, '/file/upload') + count(emulator, '/mkfile/')).toBe(0);
  });
});

describe('a source that refuses', () => {
  it.each([
    [404, false],
    [401, false],
    [503, true],
    [304, false],
  ])('with %i is told with its status', async (status, retryable) => {
    const { emulator, wcs } = await emulated();
    const { url, seen } = await webServer((_, response) => response.writeHead(status).end('<html>no'));
    await expect(wcs.uploadFromUrl({ ...WCS, url: `${url}/a` })).rejects.toMatchObject({
      code: 'SOURCE_FAILED',
      status,
      retryable,
      message: expect.stringContaining(`${url}/a`),
    });
    expect(seen).toHaveLength(retryable ? 4 : 1);
    expect(emulator.requests).toEqual([]);
  });

  it('at first and then gives is asked again', async () => {
    const { wcs } = await emulated();
    const { url } = await webServer((request, response, number) => {
      if (number < 3) response.writeHead(503, { 'retry-after': '0' }).end();
      else serving(SMALL)(request, response, number);
    });
    expect((await wcs.uploadFromUrl({ ...WCS, url })).etag).toBe(etag(SMALL));
  });

  it('to send what was asked for, but sends it compressed, is refused', async () => {
    const { wcs } = await emulated();
    const { url } = await webServer((_, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(),
    );
    await expect(wcs.uploadFromUrl({ ...WCS, url })).rejects.toMatchObject({
      code: 'SOURCE_FAILED',
      message: expect.stringContaining('gzip'),
    });
  });

  it('never shows what is secret in its address', async () => {
    const { wcs } = await emulated({ retry: { limit: 0 } });
    const { url } = await webServer((request, response) => {
      if (request.url?.startsWith('/broken')) response.destroy();
      else response.writeHead(403).end();
    });
    for (const path of ['/a', '/broken']) {
      const address = `${url.replace('//', '//user:secret-word@')}${path}?token=secret-word#secret-word`;
      const error: WcsError = await wcs.uploadFromUrl({ ...WCS, url: address }).catch(error => error);
      expect(error.code).toBe('SOURCE_FAILED');
      expect(inspect(error, { depth: 20, showHidden: true })).not.toContain('secret-word');
    }
  });
});

describe('ending an upload from an address', () => {
  it('by its signal ends both sides', async () => {
    const { wcs } = await emulated();
    let closed = () => {};
    const over = new Promise<void>(resolve => {
      closed = resolve;
    });
    const { url } = await webServer((request, response) => {
      request.socket.once('close', closed);
      response.writeHead(200, { 'content-length': LARGE.length });
      response.write(LARGE.subarray(0, 5 * MIB));
    });
    const abort = new AbortController();
    const reason = new Error('enough');
    const running = wcs.uploadFromUrl({ ...WCS, url, signal: abort.signal });
    setTimeout(() => abort.abort(reason), 100);
    await expect(running).rejects.toBe(reason);
    await over;
  });

  it('by its time limit, before the source has answered', async () => {
    const { wcs } = await emulated();
    const { url } = await webServer(() => {});
    await expect(wcs.uploadFromUrl({ ...WCS, url, timeout: 100 })).rejects.toMatchObject({
      code: 'TIMEOUT',
      message: expect.stringContaining('100 ms'),
    });
  });

  it('because the service refuses lets go of the source', async () => {
    const { emulator, wcs } = await emulated();
    emulator.faults.add({ match: { path: '/mkblk/' }, do: 'status 403' });
    let closed = () => {};
    const over = new Promise<void>(resolve => {
      closed = resolve;
    });
    const { url } = await webServer((request, response) => {
      request.socket.once('close', closed);
      response.writeHead(200, { 'content-length': LARGE.length });
      response.write(LARGE.subarray(0, 5 * MIB));
    });
    await expect(wcs.uploadFromUrl({ ...WCS, url })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await over;
  });
});

describe('wrong options of an upload from an address', () => {
  it.each<[Partial<UploadFromUrlOptions>, string]>([
    [{ url: 'nothing with a secret-word' }, 'url'],
    [{ url: 'ftp://u:secret-word@host/?secret-word' }, 'url'],
    [{ url: 'file:///etc/passwd' }, 'url'],
    [{ maxRedirects: -1 }, 'maxRedirects'],
    [{ sourceHeaders: { 'a b': 'c' } }, 'sourceHeaders'],
    [{ sourceHeaders: { a: 'secret-word\r\nc: d' } }, 'sourceHeaders'],
    [{ sourceHeaders: { Range: 'bytes=1-' } }, 'sourceHeaders'],
    [{ key: '/a' }, 'key'],
    [{ blockSize: 5 }, 'blockSize'],
  ])('%o', async (options, words) => {
    const { emulator, wcs } = await emulated();
    const { url, seen } = await webServer(serving(SMALL));
    const error = await wcs.uploadFromUrl({ ...WCS, url, ...options }).catch(error => error);
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', message: expect.stringContaining(words) });
    expect(error.message).not.toContain('secret-word');
    expect([...emulator.requests, ...seen]).toEqual([]);
  });
});
