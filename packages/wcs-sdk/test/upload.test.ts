import { createReadStream, openAsBlob, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { etag } from '@curve-wcs/etag';
import { lcg, temporaryFolder } from '@curve-wcs/test-support';
import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { type Progress, type UploadSource, uploadToken, WcsClient } from '../src/index.js';
import { count, emulated, optionsFor } from './support/emulated.js';
import { HOSTILE_KEYS, WRONG_KEYS } from './support/keys.js';

const MIB = 2 ** 20;
const SMALL = lcg(1000);
const LARGE = lcg(9 * MIB + 1, 3);

const sources: [
  name: string,
  make: (content: Buffer, folder: string) => UploadSource | Promise<UploadSource>,
][] = [
  ['a path', (content, folder) => file(content, folder)],
  ['a file: URL', (content, folder) => pathToFileURL(file(content, folder))],
  ['a Buffer', content => content],
  ['an ArrayBuffer', content => new Uint8Array(content).buffer],
  ['a Blob', content => new Blob([new Uint8Array(content)])],
  ['a Blob of a file', (content, folder) => openAsBlob(file(content, folder))],
  ['a Node stream', (content, folder) => createReadStream(file(content, folder))],
  ['a Node stream of odd chunks', content => Readable.from(odd(content))],
  ['a web stream', content => new Blob([new Uint8Array(content)]).stream()],
  ['an async iterable', content => odd(content)],
  ['an iterable', content => [content.subarray(0, 7), content.subarray(7)]],
];

function file(content: Buffer, folder: string): string {
  const path = join(folder, 'content.bin');
  writeFileSync(path, content);
  return path;
}

async function* odd(content: Buffer): AsyncGenerator<Buffer> {
  for (let start = 0, size = 1; start < content.length; start += size, size = (size * 7) % 1_000_003) {
    yield content.subarray(start, start + size);
  }
}

describe.each(sources)('uploading %s', (_, make) => {
  it.each([
    ['small', SMALL, 'form'],
    ['large', LARGE, 'blocks'],
  ] as const)('that is %s stores its bytes', async (_size, content, method) => {
    const { emulator, wcs } = await emulated();
    const source = await make(content, temporaryFolder());
    const result = await wcs.upload({ bucket: 'photos', key: 'dir/a.bin', source, formThreshold: 2000 });
    expect(result).toMatchObject({
      key: 'dir/a.bin',
      size: content.length,
      etag: etag(content),
      hash: etag(content),
      verified: true,
      method,
    });
    const stored = Buffer.from(
      await (await fetch(emulator.downloadUrl('photos', 'dir/a.bin'))).arrayBuffer(),
    );
    expect(stored.equals(content)).toBe(true);
  });
});

describe('how an upload is sent', () => {
  it.each([0, 1, 4 * MIB - 1, 4 * MIB, 4 * MIB + 1, 8 * MIB])(
    '%i bytes in blocks, by path and by stream',
    async size => {
      const { emulator, wcs } = await emulated();
      const content = lcg(size);
      const blocks = size === 0 ? 0 : Math.ceil(size / (4 * MIB));
      const path = file(content, temporaryFolder());
      for (const [key, source] of [
        ['path', path],
        ['stream', createReadStream(path)],
      ] as const) {
        const before = count(emulator, '/mkblk/');
        const result = await wcs.upload({ bucket: 'photos', key, source, formThreshold: 0 });
        expect(result).toMatchObject({
          size,
          etag: etag(content),
          verified: true,
          method: size === 0 ? 'form' : 'blocks',
        });
        expect(count(emulator, '/mkblk/') - before).toBe(blocks);
      }
    },
  );

  it('takes the name of the file for the key where none is given', async () => {
    const { wcs } = await emulated();
    expect(await wcs.upload({ bucket: 'photos', source: file(SMALL, temporaryFolder()) })).toMatchObject({
      key: 'content.bin',
    });
    await expect(wcs.upload({ bucket: 'photos', source: SMALL })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('key'),
    });
  });

  it('cuts blocks into chunks, also where chunks do not divide 4 MiB', async () => {
    const { emulator, wcs } = await emulated();
    for (const [key, source] of [
      ['bytes', LARGE],
      ['stream', odd(LARGE)],
    ] as const) {
      const result = await wcs.upload({
        bucket: 'photos',
        key,
        source,
        blockSize: 8 * MIB,
        chunkSize: 3 * MIB + 5,
        formThreshold: 0,
      });
      expect(result).toMatchObject({ etag: etag(LARGE), verified: true });
    }
    expect(count(emulator, '/bput/')).toBeGreaterThan(3);
  });

  it('carries type, variables and policy to the service, and gives back what returnBody asks for', async () => {
    const { wcs } = await emulated();
    for (const formThreshold of [2 * LARGE.length, 0]) {
      const key = `typed-${formThreshold}`;
      const result = await wcs.upload({
        bucket: 'photos',
        key,
        source: LARGE,
        formThreshold,
        mimeType: 'image/x-test',
        variables: { who: '李雷', 名: 'Han', 'a b 100%': 'c', '?#;:+': 'd' },
        policy: {
          returnBody: 'size=$(fsize)&who=$(x:who)&key=$(key)&name=$(x:名)&odd=$(x:a b 100%)$(x:?#;:+)',
        },
      });
      expect(result.answer).toMatchObject({ size: String(LARGE.length), who: '李雷', key });
      expect(result.answer).toMatchObject({ name: 'Han', odd: 'cd' });
      // The answer has no hash, so the client asked for it.
      expect(result).toMatchObject({ hash: etag(LARGE), verified: true });
      expect((await wcs.stat({ bucket: 'photos', key })).mimeType).toBe('image/x-test');
    }
  });

  it('replaces an existing object only with overwrite', async () => {
    const { wcs } = await emulated();
    for (const formThreshold of [0, 1e6]) {
      const key = `k${formThreshold}`;
      const upload = (source: Buffer, overwrite?: boolean) =>
        wcs.upload({
          bucket: 'photos',
          key,
          source,
          formThreshold,
          ...(overwrite === undefined ? {} : { overwrite }),
        });
      await upload(SMALL);
      await expect(upload(LARGE.subarray(0, 5000))).rejects.toMatchObject({
        code: 'OBJECT_EXISTS',
        status: 406,
        serverCode: 406,
        retryable: false,
      });
      expect((await wcs.stat({ bucket: 'photos', key })).hash).toBe(etag(SMALL));
      await upload(LARGE.subarray(0, 5000), true);
      expect((await wcs.stat({ bucket: 'photos', key })).hash).toBe(etag(LARGE.subarray(0, 5000)));
    }
  });

  it('works with a token from elsewhere and no keys, for a whole bucket too', async () => {
    const { emulator } = await emulated();
    const asked: unknown[] = [];
    await using keyless = new WcsClient({ uploadUrl: emulator.url });
    const token = (scope: string) => uploadToken(emulator, { scope, deadline: Date.now() + 60_000 });
    for (const formThreshold of [0, 1e6]) {
      const key = `by-token-${formThreshold}`;
      const provider = async (request: unknown) => {
        asked.push(request);
        return token('photos');
      };
      expect(
        await keyless.upload({ bucket: 'photos', key, source: SMALL, formThreshold, token: provider }),
      ).toMatchObject({ key, verified: true });
    }
    expect(asked).toEqual([
      { bucket: 'photos', key: 'by-token-0' },
      { bucket: 'photos', key: 'by-token-1000000' },
    ]);
    await expect(keyless.upload({ bucket: 'photos', key: 'x', source: SMALL })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
  });

  it('asks a token provider again when its token has expired', async () => {
    const { emulator, wcs } = await emulated();
    for (const formThreshold of [0, 1e9 / 2]) {
      const tokens = [Date.now() - 1000, Date.now() + 60_000].map(deadline =>
        uploadToken(emulator, { scope: `photos:late-${formThreshold}`, deadline }),
      );
      const options = {
        bucket: 'photos',
        key: `late-${formThreshold}`,
        source: LARGE,
        formThreshold,
        concurrency: 4,
      };
      await expect(wcs.upload({ ...options, token: tokens[0] ?? '' })).rejects.toMatchObject({
        code: 'UNAUTHORIZED',
        status: 401,
      });
      let asked = 0;
      const result = await wcs.upload({ ...options, token: () => tokens[Math.min(asked++, 1)] ?? '' });
      expect(result.verified).toBe(true);
      expect(asked).toBe(2);
    }
  });

  it('does not send everything again because the keys are wrong', async () => {
    const { emulator } = await emulated();
    await using wrong = new WcsClient({ ...optionsFor(emulator), secretKey: 'not-the-secret' });
    await expect(wrong.upload({ bucket: 'photos', key: 'x', source: SMALL })).rejects.toMatchObject({
      code: 'UNAUTHORIZED',
      retryable: false,
    });
    expect(count(emulator, '/file/upload')).toBe(1);
  });
});

describe('progress', () => {
  it.each([
    ['form', 1e8],
    ['blocks', 0],
  ])('of an upload by %s grows to the whole size', async (_, formThreshold) => {
    const { emulator, wcs } = await emulated();
    emulator.faults.add({ match: { path: /^\/(mkblk|file)/, nth: 1 }, do: 'status 500' });
    const seen: Progress[] = [];
    await wcs.upload({
      bucket: 'photos',
      key: 'p',
      source: LARGE,
      formThreshold,
      onProgress: progress => seen.push(progress),
    });
    const transferred = seen.map(progress => progress.transferred);
    expect(transferred).toEqual([...transferred].sort((a, b) => a - b));
    expect(seen.at(-1)).toEqual({ transferred: LARGE.length, total: LARGE.length, resumed: 0 });
  });
});

describe('keys', () => {
  it.each(HOSTILE_KEYS)('%j survives the round trip by form and in blocks', async key => {
    const { wcs } = await emulated();
    for (const formThreshold of [0, 1e6]) {
      expect(
        await wcs.upload({ bucket: 'photos', key, source: SMALL, formThreshold, overwrite: true }),
      ).toMatchObject({ key });
      expect((await wcs.stat({ bucket: 'photos', key })).size).toBe(SMALL.length);
      expect((await wcs.download({ bucket: 'photos', key })).data.equals(SMALL)).toBe(true);
    }
    const listed: string[] = [];
    for await (const object of wcs.listObjects('photos')) listed.push(object.key);
    expect(listed).toEqual([key]);
    await wcs.delete({ bucket: 'photos', key });
    await expect(wcs.stat({ bucket: 'photos', key })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it.each(WRONG_KEYS)('%j is refused before any I/O', async key => {
    const { emulator, wcs } = await emulated();
    for (const call of [
      () => wcs.upload({ bucket: 'photos', key, source: SMALL }),
      () => wcs.stat({ bucket: 'photos', key }),
      () => wcs.delete({ bucket: 'photos', key }),
      () => wcs.download({ bucket: 'photos', key }),
    ]) {
      await expect(call()).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
        message: expect.stringContaining('key'),
      });
    }
    expect(emulator.requests).toEqual([]);
  });
});

describe('wrong options', () => {
  it.each([
    [{ bucket: '' }, 'bucket'],
    [{ bucket: 'a:b' }, 'bucket'],
    [{ blockSize: 0 }, 'blockSize'],
    [{ blockSize: 5 * MIB }, 'multiple of 4 MiB'],
    [{ chunkSize: 8 * MIB }, 'chunkSize'],
    [{ concurrency: 0 }, 'concurrency'],
    [{ concurrency: 1.5 }, 'concurrency'],
    [{ formThreshold: -1 }, 'formThreshold'],
    [{ variables: { 'a/b': 'c' } }, 'variable'],
    [{ variables: { 'a)b': 'c' } }, 'variable'],
    [{ variables: { 'a"b': 'c' } }, 'variable'],
    [{ variables: { '': 'c' } }, 'variable'],
    [{ variables: { 'a\nb': 'c' } }, 'variable'],
    [{ variables: { a: 'b&c' } }, 'variables.a'],
    [{ keepDays: -2 }, 'keepDays'],
    [{ mimeType: 'a\r\nb: c' }, 'mimeType'],
    [{ source: 5 as never }, 'source'],
    [{ token: '' }, 'token'],
    [{ token: 'ak:signature:policy\n' }, 'token'],
    [{ token: 'ak:signature:policy\n', formThreshold: 0 }, 'token'],
    [{ source: new URL('ftp://example.com/x') }, 'source'],
    [{ uploadId: '../x', resume: true, source: import.meta.filename, formThreshold: 0 }, 'uploadId'],
  ])('%o', async (options, words) => {
    const { emulator, wcs } = await emulated();
    const upload = wcs.upload({ bucket: 'photos', key: 'k', source: SMALL, ...options });
    await expect(upload).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining(words),
    });
    expect(emulator.requests).toEqual([]);
  });
});

property.prop(
  [
    fc.integer({ min: 0, max: 3 * MIB }),
    fc.integer({ min: 100_000, max: 4 * MIB }),
    fc.integer({ min: 1, max: 5 }),
  ],
  { numRuns: 15 },
)('any size, chunk size and concurrency stores the same bytes', async (beyond, chunkSize, concurrency) => {
  const { emulator, wcs } = await emulated();
  const content = LARGE.subarray(0, 4 * MIB + beyond);
  await wcs.upload({ bucket: 'photos', key: 'k', source: content, chunkSize, concurrency, formThreshold: 0 });
  const path = join(temporaryFolder(), 'back');
  await wcs.download({ bucket: 'photos', key: 'k', to: path, partSize: 64 * 1024 + chunkSize, concurrency });
  expect(readFileSync(path).equals(content)).toBe(true);
  expect(emulator.requests.every(request => request.status < 300)).toBe(true);
});
