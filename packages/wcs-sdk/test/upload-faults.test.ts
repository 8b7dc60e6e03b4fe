import { appendFileSync, createReadStream, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { inspect } from 'node:util';
import { etag } from '@curve-wcs/etag';
import { lcg, temporaryFolder } from '@curve-wcs/test-support';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { uploadToken, WcsClient, WcsError } from '../src/index.js';
import { count, emulated, optionsFor } from './support/emulated.js';
import { rawServer } from './support/raw-server.js';

const MIB = 2 ** 20;
const CONTENT = lcg(13 * MIB + 5, 9);

/** Uploads in four blocks, each of four chunks, and proves that what is stored is what was sent. */
async function uploadsRightDespite(
  ...faults: Parameters<Awaited<ReturnType<typeof emulated>>['emulator']['faults']['add']>[0][]
) {
  // More attempts than faults: by chance they may all meet the same chunk.
  const { emulator, wcs } = await emulated({ retry: { limit: 12, baseDelay: 1, maxDelay: 5 } });
  for (const fault of faults) emulator.faults.add(fault);
  const result = await wcs.upload({
    bucket: 'photos',
    key: 'k',
    source: CONTENT,
    chunkSize: MIB,
    formThreshold: 0,
  });
  expect(result).toMatchObject({ verified: true, etag: etag(CONTENT), size: CONTENT.length });
  expect((await wcs.stat({ bucket: 'photos', key: 'k' })).hash).toBe(etag(CONTENT));
  expect((await wcs.download({ bucket: 'photos', key: 'k' })).data.equals(CONTENT)).toBe(true);
  return emulator;
}

describe('a block upload recovers from', () => {
  it.each([
    ['500 twice', { match: { path: /^\/mkblk\/\d+\/1/, times: 2 }, do: 'status 500' }],
    ['408', { match: { path: '/mkblk/', nth: 2 }, do: 'status 408' }],
    ['503 with a chunk', { match: { path: '/bput/', nth: [1, 5] }, do: 'status 503' }],
    ['a reset before the answer', { match: { path: '/mkblk/', nth: [1, 3] }, do: 'reset' }],
    [
      'a reset in the middle of a body',
      { match: { path: '/bput/', nth: [2, 3] }, do: 'reset during 100000' },
    ],
    ['a truncated answer', { match: { path: '/mkblk/', nth: 2 }, do: 'truncate' }],
    ['a lost answer to mkblk', { match: { path: '/mkblk/', nth: 1 }, do: 'drop' }],
    [
      'a lost answer to bput, after which the old ctx is void',
      { match: { path: '/bput/', nth: [1, 4] }, do: 'drop' },
    ],
    ['a ctx that was corrupted on its way', { match: { path: '/mkblk/', nth: [1, 2] }, do: 'corrupt ctx' }],
    ['a crc32 that does not match', { match: { path: '/bput/', nth: 3 }, do: 'corrupt crc32' }],
    ['701 for a chunk', { match: { path: '/bput/', nth: 2 }, do: 'status 701' }],
    ['412 for a chunk', { match: { path: '/bput/', nth: 2 }, do: 'status 412' }],
    ['406 for a chunk: checksum refused', { match: { path: '/bput/', nth: 2 }, do: 'status 406' }],
    ['500 from mkfile', { match: { path: '/mkfile/', nth: 1 }, do: 'status 500' }],
    ['an answer from mkfile that is lost', { match: { path: '/mkfile/', nth: 1 }, do: 'drop' }],
  ] as const)('%s', async (_, fault) => {
    const emulator = await uploadsRightDespite(fault);
    expect(
      emulator.requests.some(request => request.status >= 300 || request.status === 0) ||
        /corrupt|truncate/.test(String(fault.do)),
    ).toBe(true);
  });

  it('everything at once', async () => {
    await uploadsRightDespite(
      { match: { path: '/mkblk/', probability: 0.3, times: 3 }, do: 'status 502' },
      { match: { path: '/bput/', probability: 0.3, times: 4 }, do: 'reset' },
      { match: { path: '/bput/', probability: 0.2, times: 2 }, do: 'drop' },
      { match: { path: '/mkfile/', nth: 1 }, do: 'reset' },
    );
  });
});

describe('a form upload recovers from', () => {
  it.each([
    ['500', { match: { nth: [1, 2] }, do: 'status 500' }],
    ['a reset in the middle', { match: { nth: 1 }, do: 'reset during 300000' }],
    ['a lost answer, where a second attempt finds the object in its way', { match: { nth: 1 }, do: 'drop' }],
    ['a truncated answer', { match: { nth: 1 }, do: 'truncate' }],
  ] as const)('%s', async (_, fault) => {
    const { emulator, wcs } = await emulated();
    emulator.faults.add({ do: fault.do, match: { ...fault.match, path: '/file/upload' } });
    const content = CONTENT.subarray(0, 6 * MIB);
    expect(await wcs.upload({ bucket: 'photos', key: 'k', source: content })).toMatchObject({
      method: 'form',
      verified: true,
      etag: etag(content),
    });
    expect((await wcs.download({ bucket: 'photos', key: 'k' })).data.equals(content)).toBe(true);
    expect(count(emulator, '/file/upload')).toBeGreaterThan(1);
  });
});

describe('an upload that cannot succeed says why', () => {
  it.each([
    ['500 for ever', 'status 500', { code: 'SERVER_ERROR', status: 500, attempts: 4, retryable: true }],
    ['a bucket that is missing', 'status 631', { code: 'BUCKET_NOT_FOUND', status: 631, retryable: false }],
    ['too large', 'status 413', { code: 'TOO_LARGE', status: 413 }],
    ['forbidden', 'status 403', { code: 'FORBIDDEN', status: 403 }],
    ['a callback that failed', 'status 579', { code: 'CALLBACK_FAILED', status: 579, stored: true }],
    ['a status nobody knows', 'status 799', { code: 'UNEXPECTED_RESPONSE', status: 799 }],
    ['resets for ever', 'reset', { code: 'NETWORK', attempts: 4, retryable: true }],
  ])('%s', async (_, action, expected) => {
    for (const formThreshold of [0, 1e6]) {
      const { emulator, wcs } = await emulated();
      emulator.faults.add({ match: { path: /^\/(file|mkblk)/ }, do: action });
      const upload = wcs.upload({
        bucket: 'photos',
        key: 'k',
        source: CONTENT.subarray(0, 5000),
        formThreshold,
      });
      await expect(upload).rejects.toBeInstanceOf(WcsError);
      await expect(upload).rejects.toMatchObject({
        ...expected,
        operation: formThreshold === 0 ? 'mkblk' : 'upload',
      });
      await expect(wcs.stat({ bucket: 'photos', key: 'k' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    }
  });

  it('an answer that comes too late', async () => {
    const { emulator, wcs } = await emulated({ timeouts: { idle: 150 }, retry: { limit: 1, baseDelay: 1 } });
    emulator.faults.add({ match: { path: '/mkblk/' }, do: 'hang' });
    await expect(
      wcs.upload({ bucket: 'photos', key: 'k', source: CONTENT, formThreshold: 0 }),
    ).rejects.toMatchObject({ code: 'TIMEOUT', retryable: true });
  });

  it('a delay beyond the time-out, once', async () => {
    const { emulator, wcs } = await emulated({ timeouts: { idle: 1000 } });
    emulator.faults.add({ match: { path: '/mkblk/', nth: 2 }, do: 'delay 30000ms' });
    expect(await wcs.upload({ bucket: 'photos', key: 'k', source: CONTENT, formThreshold: 0 })).toMatchObject(
      { verified: true },
    );
  });

  it('a full disk at the service, and nothing is stored', async () => {
    for (const formThreshold of [0, 1e8]) {
      const { emulator, wcs } = await emulated({ retry: { limit: 0 } });
      emulator.faults.add({ do: 'disk full' });
      await expect(
        wcs.upload({ bucket: 'photos', key: 'k', source: CONTENT, formThreshold }),
      ).rejects.toMatchObject({ code: 'SERVER_ERROR', status: 500 });
      emulator.faults.clear();
      await expect(wcs.stat({ bucket: 'photos', key: 'k' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
      expect(await wcs.upload({ bucket: 'photos', key: 'k', source: CONTENT, formThreshold })).toMatchObject({
        verified: true,
      });
    }
  });

  it('chunks that arrive damaged every time', async () => {
    const { emulator, wcs } = await emulated({ retry: { limit: 1, baseDelay: 1 } });
    emulator.faults.add({ match: { path: '/mkblk/' }, do: 'corrupt crc32' });
    const upload = wcs.upload({ bucket: 'photos', key: 'k', source: CONTENT, formThreshold: 0 });
    await expect(upload).rejects.toMatchObject({ code: 'CHECKSUM_MISMATCH' });
    await expect(wcs.stat({ bucket: 'photos', key: 'k' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it.each([0, '0', null, ''])('no checksum where a service gives %j for one', async crc32 => {
    const { url } = await rawServer((request, response) => {
      const offset = crc32 === 0 ? request.body.length : crc32;
      response.end(
        request.url.startsWith('/mkfile/')
          ? JSON.stringify({ key: 'k', hash: etag(CONTENT) })
          : JSON.stringify({ ctx: 'c', crc32, offset: offset === '0' ? request.body.length : offset }),
      );
    });
    await using wcs = new WcsClient({ accessKey: 'ak', secretKey: 'sk', uploadUrl: url });
    const upload = wcs.upload({ bucket: 'photos', key: 'k', source: CONTENT, formThreshold: 0 });
    await expect(upload).resolves.toMatchObject({ verified: true, hash: etag(CONTENT) });
  });

  it('a stored hash that is wrong', async () => {
    const wrong = `{"hash":"${etag('other')}"}`;
    for (const [formThreshold, path] of [
      [0, '/mkfile/'],
      [1e8, '/file/upload'],
    ] as const) {
      const { url } = await rawServer((request, response) => {
        response.end(request.url?.startsWith(path) ? wrong : '{"ctx":"c"}');
      });
      await using wcs = new WcsClient({ accessKey: 'ak', secretKey: 'sk', uploadUrl: url });
      const upload = wcs.upload({ bucket: 'photos', key: 'k', source: CONTENT, formThreshold });
      await expect(upload).rejects.toMatchObject({
        code: 'CHECKSUM_MISMATCH',
        message: expect.stringContaining(etag(CONTENT)),
      });
    }
  });

  it('an answer that comes before the whole form was sent', async () => {
    const { emulator, wcs } = await emulated();
    emulator.faults.add({ match: { path: '/file/upload' }, do: { type: 'status', status: 200, body: '{}' } });
    const upload = wcs.upload({ bucket: 'photos', key: 'k', source: CONTENT, formThreshold: 1e8 });
    await expect(upload).rejects.toMatchObject({
      code: 'UNEXPECTED_RESPONSE',
      message: expect.stringContaining('before it had the whole object'),
    });
  });

  it.each([10, MIB])('a protocol that nobody asked for, over %i bytes', async size => {
    const { url } = await rawServer((_, response) =>
      response.writeHead(101, { connection: 'upgrade', upgrade: 'other' }).end(),
    );
    await using wcs = new WcsClient({ uploadUrl: url, retry: { limit: 1, baseDelay: 1 } });
    const upload = wcs.upload({
      bucket: 'photos',
      key: 'k',
      source: CONTENT.subarray(0, size),
      token: 'a:b:c',
    });
    await expect(upload).rejects.toMatchObject({ code: 'NETWORK', attempts: 2 });
  });

  it('memory that is not there for a second block', async () => {
    const { wcs } = await emulated();
    const Shared = SharedArrayBuffer;
    let taken = 0;
    vi.stubGlobal(
      'SharedArrayBuffer',
      class extends Shared {
        constructor(size: number) {
          if (size >= MIB && ++taken > 1) throw new RangeError('no memory');
          super(size);
        }
      },
    );
    onTestFinished(() => void vi.unstubAllGlobals());
    const upload = wcs.upload({ bucket: 'photos', key: 'k', source: CONTENT, formThreshold: 0 });
    await expect(upload).rejects.toThrow('no memory');
  });

  it('a proxy that answers in HTML, keeping its words', async () => {
    const { url } = await rawServer((_, response) =>
      response.writeHead(502).end('<html><h1>Bad\r\n\u001b[31mgateway</h1></html>'),
    );
    await using wcs = new WcsClient({
      accessKey: 'ak',
      secretKey: 'sk',
      uploadUrl: url,
      managementUrl: url,
      retry: { limit: 0 },
    });
    await expect(wcs.stat({ bucket: 'photos', key: 'k' })).rejects.toMatchObject({
      code: 'SERVER_ERROR',
      status: 502,
      serverMessage: 'Bad [31mgateway',
    });
  });

  it.each(['', '[]', 'null', '{"code":200}', '"text"'])(
    '200 with the body %j is no success of a block',
    async body => {
      const { url } = await rawServer((_, response) => response.end(body));
      await using wcs = new WcsClient({
        accessKey: 'ak',
        secretKey: 'sk',
        uploadUrl: url,
        retry: { limit: 1, baseDelay: 1 },
      });
      await expect(
        wcs.upload({ bucket: 'photos', key: 'k', source: CONTENT.subarray(0, 100), formThreshold: 0 }),
      ).rejects.toMatchObject({
        code: 'UNEXPECTED_RESPONSE',
      });
    },
  );

  it('a ctx that is no path segment', async () => {
    const { url, seen } = await rawServer((_, response) =>
      response.end(JSON.stringify({ ctx: '../../delete/x?', offset: 100 })),
    );
    await using wcs = new WcsClient({
      accessKey: 'ak',
      secretKey: 'sk',
      uploadUrl: url,
      retry: { limit: 0 },
    });
    const upload = wcs.upload({
      bucket: 'photos',
      key: 'k',
      source: CONTENT.subarray(0, 200),
      formThreshold: 0,
      chunkSize: 100,
    });
    await expect(upload).rejects.toMatchObject({ code: 'UNEXPECTED_RESPONSE' });
    expect(seen).toHaveLength(1);
  });
});

describe('the source', () => {
  it.each([
    ['grew', (path: string) => appendFileSync(path, 'x')],
    ['shrank', (path: string) => truncateSync(path, 5 * MIB)],
    ['was touched', (path: string) => utimesSync(path, new Date(), new Date(1e12))],
  ])('that %s during the upload is noticed, and nothing mixed is stored', async (_, change) => {
    for (const formThreshold of [0, 1e8]) {
      const { emulator, wcs } = await emulated();
      const path = join(temporaryFolder(), 'file');
      writeFileSync(path, CONTENT);
      emulator.faults.add({ match: { path: /^\/(mkblk|file)/ }, do: 'delay 30ms' });
      let changed = false;
      const upload = wcs.upload({
        bucket: 'photos',
        key: 'k',
        source: path,
        formThreshold,
        concurrency: 1,
        onProgress: ({ transferred }) => {
          if (changed || transferred === 0) return;
          changed = true;
          change(path);
        },
      });
      await expect(upload).rejects.toMatchObject({
        code: 'SOURCE_CHANGED',
        message: expect.stringContaining(path),
      });
      expect(changed).toBe(true);
      await expect(wcs.stat({ bucket: 'photos', key: 'k' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    }
  });

  it.each([
    ['is missing', '/nonexistent/file', 'SOURCE_FAILED'],
    ['is a folder', import.meta.dirname, 'INVALID_ARGUMENT'],
  ])('that %s', async (_, source, code) => {
    const { emulator, wcs } = await emulated();
    await expect(wcs.upload({ bucket: 'photos', key: 'k', source })).rejects.toMatchObject({
      code,
      message: expect.stringContaining(source),
    });
    expect(emulator.requests).toEqual([]);
  });

  it('that fails in the middle rejects the upload with its cause', async () => {
    const { wcs } = await emulated();
    const failure = new Error('tape torn');
    for (const start of [100, 6 * MIB]) {
      const source = Readable.from(
        (async function* () {
          yield CONTENT.subarray(0, start);
          throw failure;
        })(),
      );
      await expect(wcs.upload({ bucket: 'photos', key: 'k', source })).rejects.toMatchObject({
        code: 'SOURCE_FAILED',
        cause: failure,
      });
    }
    await expect(wcs.stat({ bucket: 'photos', key: 'k' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('that is destroyed settles the upload', async () => {
    const { wcs } = await emulated();
    const source = new PassThrough();
    const upload = wcs.upload({ bucket: 'photos', key: 'k', source });
    source.write(CONTENT.subarray(0, 5 * MIB));
    setTimeout(() => source.destroy(), 20);
    await expect(upload).rejects.toMatchObject({ code: 'SOURCE_FAILED' });
  });

  it('is destroyed when the upload fails', async () => {
    const { emulator, wcs } = await emulated();
    emulator.faults.add({ match: { path: '/mkblk/' }, do: 'status 403' });
    const source = createReadStream('/dev/zero');
    await expect(wcs.upload({ bucket: 'photos', key: 'k', source })).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
    expect(source.destroyed).toBe(true);
  });
});

describe('aborting', () => {
  it.each([
    ['by form', 1e9 / 2, () => CONTENT],
    ['in blocks', 0, () => CONTENT],
    ['from a stalled stream', 0, () => new PassThrough()],
  ])('an upload %s ends it at once, with the signal’s reason', async (_, formThreshold, source) => {
    const { emulator, wcs } = await emulated();
    emulator.faults.add({ match: { path: /^\/(mkblk|file)/ }, do: 'hang' });
    const controller = new AbortController();
    const reason = new Error('changed my mind');
    const upload = wcs.upload({
      bucket: 'photos',
      key: 'k',
      source: source(),
      formThreshold,
      signal: controller.signal,
    });
    setTimeout(() => controller.abort(reason), 50);
    await expect(upload).rejects.toBe(reason);
    await expect(
      wcs.upload({ bucket: 'photos', key: 'k', source: CONTENT, signal: controller.signal }),
    ).rejects.toBe(reason);
  });

  it('does not wait for the next attempt', async () => {
    const { emulator, wcs } = await emulated({ retry: { baseDelay: 60_000, maxDelay: 60_000 } });
    emulator.faults.add({ do: 'status 500' });
    const upload = wcs.upload({
      bucket: 'photos',
      key: 'k',
      source: CONTENT,
      signal: AbortSignal.timeout(100),
    });
    await expect(upload).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  it('closing the client ends what is under way', async () => {
    const { emulator, wcs } = await emulated();
    emulator.faults.add({ do: 'hang' });
    const calls = [
      wcs.upload({ bucket: 'photos', key: 'k', source: CONTENT }),
      wcs.buckets.list(),
      wcs.listObjects('photos').pages().next(),
    ];
    setTimeout(() => void wcs.close(), 50);
    for (const call of calls) await expect(call).rejects.toMatchObject({ code: 'CLIENT_CLOSED' });
    await expect(wcs.buckets.list()).rejects.toMatchObject({ code: 'CLIENT_CLOSED' });
  });
});

it('no error or client shows a key or token, however it is printed', async () => {
  const { emulator } = await emulated();
  const secret = 'very-secret-key-0815';
  await using wcs = new WcsClient({ ...optionsFor(emulator), secretKey: secret, retry: { limit: 0 } });
  emulator.faults.add({ match: { path: '/stat', nth: 1 }, do: 'reset' });
  const token = uploadToken(
    { accessKey: 'ak', secretKey: secret },
    { scope: 'photos', deadline: Date.now() + 1e6 },
  );
  const failures = await Promise.all([
    wcs.stat({ bucket: 'photos', key: 'k' }).catch(error => error),
    wcs.buckets.list().catch(error => error),
    wcs.upload({ bucket: 'photos', key: 'k', source: CONTENT, formThreshold: 0 }).catch(error => error),
    wcs.upload({ bucket: 'photos', key: 'k', source: CONTENT.subarray(0, 10), token }).catch(error => error),
  ]);
  for (const shown of [wcs, ...failures]) {
    const text = `${inspect(shown, { depth: 20, showHidden: true })} ${JSON.stringify(shown)} ${shown.stack}`;
    expect(text).not.toContain(secret);
    expect(text).not.toContain(token.split(':')[1]);
    expect(text.toLowerCase()).not.toContain('authorization');
  }
  expect(failures.every(failure => failure instanceof WcsError)).toBe(true);
});
