import { once } from 'node:events';
import {
  chmodSync,
  createWriteStream,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { etag } from '@curve-wcs/etag';
import { lcg, temporaryFolder } from '@curve-wcs/test-support';
import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Progress, WcsClient, type WcsClientOptions } from '../src/index.js';
import { emulated, optionsFor } from './support/emulated.js';
import { rawServer } from './support/raw-server.js';

const KIB = 1024;
const CONTENT = lcg(1000 * KIB + 7, 11);
const PART = 64 * KIB;
const PARTS = Math.ceil(CONTENT.length / PART);

/** An emulator that has CONTENT as `dir/ä b.bin`, and a fresh path to download it to. */
async function stored(content: Buffer = CONTENT) {
  const { emulator, wcs } = await emulated();
  const object = { bucket: 'photos', key: 'dir/ä b.bin' };
  await wcs.upload({ ...object, source: content });
  const to = join(temporaryFolder(), 'back.bin');
  const gets = () => emulator.requests.filter(({ method }) => method === 'GET').length;
  return { emulator, wcs, object, to, gets };
}

describe('a download gives the stored bytes', () => {
  it.each([0, 1, PART - 1, PART, PART + 1, CONTENT.length])(
    '%i of them, to a file, a stream, a web stream and memory',
    async size => {
      const content = CONTENT.subarray(0, size);
      const { wcs, object, to } = await stored(content);
      const expected = {
        size,
        etag: etag(content),
        mimeType: 'application/octet-stream',
        verified: true,
        resumed: 0,
      };
      expect(await wcs.download({ ...object, to, partSize: PART })).toMatchObject(expected);
      expect(readFileSync(to).equals(content)).toBe(true);
      const { data, ...result } = await wcs.download(object);
      expect(result).toMatchObject(expected);
      expect(data.equals(content)).toBe(true);
      const stream = new PassThrough();
      const collected = buffer(stream);
      expect(await wcs.download({ ...object, to: stream })).toMatchObject(expected);
      expect((await collected).equals(content)).toBe(true);
      const chunks: Uint8Array[] = [];
      expect(
        await wcs.download({
          ...object,
          to: new WritableStream({ write: chunk => void chunks.push(chunk) }),
        }),
      ).toMatchObject(expected);
      expect(Buffer.concat(chunks).equals(content)).toBe(true);
      expect((await buffer(wcs.downloadStream(object))).equals(content)).toBe(true);
    },
  );

  it('in parallel parts', async () => {
    const { wcs, object, to, gets } = await stored();
    const seen: Progress[] = [];
    await wcs.download({
      ...object,
      to,
      partSize: PART,
      concurrency: 3,
      onProgress: progress => seen.push(progress),
    });
    expect(readFileSync(to).equals(CONTENT)).toBe(true);
    expect(gets()).toBe(PARTS);
    expect(seen.at(-1)).toEqual({ transferred: CONTENT.length, total: CONTENT.length, resumed: 0 });
  });

  it('by URL, without keys', async () => {
    const { emulator, object } = await stored();
    await using wcs = new WcsClient();
    const url = emulator.downloadUrl(object.bucket, object.key);
    expect((await wcs.download({ url })).data.equals(CONTENT)).toBe(true);
    expect((await wcs.download({ url: new URL(url) })).verified).toBe(true);
    const typed = decodeURIComponent(emulator.downloadUrl(object.bucket, 'a b/名 字.txt'));
    expect(typed).toContain('a b/名 字.txt');
    await using owner = new WcsClient(optionsFor(emulator));
    await owner.upload({ bucket: object.bucket, key: 'a b/名 字.txt', source: Buffer.from('typed') });
    expect((await wcs.download({ url: typed })).data.toString()).toBe('typed');
    await expect(wcs.download(object)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('downloadUrl'),
    });
  });

  property.prop([fc.nat(CONTENT.length - 1), fc.option(fc.nat(CONTENT.length + 100), { nil: undefined })], {
    numRuns: 20,
  })('any range of them', async (start, length) => {
    const { wcs, object, to } = await stored();
    const range = length === undefined ? { start } : { start, end: start + length };
    const expected = CONTENT.subarray(start, length === undefined ? undefined : start + length + 1);
    expect((await wcs.download({ ...object, ...range })).data.equals(expected)).toBe(true);
    expect(await wcs.download({ ...object, ...range, to })).toMatchObject({
      size: expected.length,
      verified: false,
    });
    expect(readFileSync(to).equals(expected)).toBe(true);
  });

  it('from a service that knows no ranges', async () => {
    const { url, seen } = await rawServer((_, response) => response.end(CONTENT));
    await using wcs = new WcsClient();
    const to = join(temporaryFolder(), 'f');
    expect(await wcs.download({ url, to, partSize: PART })).toMatchObject({
      size: CONTENT.length,
      verified: false,
    });
    expect(readFileSync(to).equals(CONTENT)).toBe(true);
    expect((await wcs.download({ url, start: 5, end: 8 })).data.equals(CONTENT.subarray(5, 9))).toBe(true);
    expect(seen).toHaveLength(2);
  });

  it('from a service that does not tell the size', async () => {
    const { url } = await rawServer((_, response) => {
      response.write(CONTENT.subarray(0, 500));
      response.end(CONTENT.subarray(500));
    });
    await using wcs = new WcsClient();
    const to = join(temporaryFolder(), 'f');
    expect(await wcs.download({ url, to })).toMatchObject({ size: CONTENT.length });
    expect(readFileSync(to).equals(CONTENT)).toBe(true);
  });
});

describe('a download recovers from', () => {
  it.each([
    ['500 twice', { match: { method: 'GET', nth: [1, 2] }, do: 'status 500' }],
    ['503 in the middle', { match: { method: 'GET', nth: 4 }, do: 'status 503' }],
    ['resets', { match: { method: 'GET', nth: [1, 3] }, do: 'reset' }],
    ['bodies that end early', { match: { method: 'GET', nth: [1, 2, 5] }, do: 'truncate' }],
    ['answers that never come', { match: { method: 'GET', nth: 2 }, do: 'hang' }],
  ] as const)('%s', async (_, fault) => {
    const { emulator, object, to } = await stored();
    emulator.faults.add(fault);
    await using wcs = new WcsClient({ ...optionsFor(emulator), timeouts: { idle: 3000 } });
    await wcs.download({ ...object, to, partSize: PART });
    expect(readFileSync(to).equals(CONTENT)).toBe(true);
    emulator.faults.clear();
    emulator.faults.add(fault);
    expect((await wcs.download(object)).data.equals(CONTENT)).toBe(true);
  });

  it('more broken connections than it has attempts, as long as each brings it further', async () => {
    const { emulator, wcs, object, to } = await stored();
    const broken = { match: { method: 'GET', times: 20 }, do: { type: 'truncate', bytes: 40_000 } } as const;
    emulator.faults.add(broken);
    expect((await wcs.download(object)).data.equals(CONTENT)).toBe(true);
    emulator.faults.clear();
    emulator.faults.add(broken);
    // A single part.
    await wcs.download({ ...object, to, partSize: CONTENT.length });
    expect(readFileSync(to).equals(CONTENT)).toBe(true);
  });
});

describe('a download that fails leaves no file that looks whole', () => {
  it.each([
    ['the object is missing', 'status 404', { code: 'NOT_FOUND', status: 404 }],
    ['the service fails for ever', 'status 500', { code: 'SERVER_ERROR', attempts: 4 }],
    ['it is forbidden', 'status 403', { code: 'FORBIDDEN' }],
    ['the connection breaks for ever', 'reset', { code: 'NETWORK' }],
    ['each answer brings next to nothing', { type: 'truncate', bytes: 1000 }, { code: 'NETWORK' }],
  ] as const)('%s', async (_, action, expected) => {
    const { emulator, wcs, object, to } = await stored();
    emulator.faults.add({ match: { method: 'GET' }, do: action });
    writeFileSync(to, 'what was there before');
    await expect(wcs.download({ ...object, to, partSize: PART })).rejects.toMatchObject(expected);
    await expect(wcs.download({ ...object, to, resume: true })).rejects.toMatchObject(expected);
    await expect(wcs.download(object)).rejects.toMatchObject(expected);
    expect(readFileSync(to, 'utf8')).toBe('what was there before');
    expect(readdirSync(join(to, '..'))).toEqual([basename(to)]);
  });

  it('the content is not what its etag says', async () => {
    const { emulator, wcs, object, to } = await stored();
    emulator.faults.add({ match: { method: 'GET' }, do: 'corrupt' });
    const failure = { code: 'CHECKSUM_MISMATCH', message: expect.stringContaining(etag(CONTENT)) };
    await expect(wcs.download({ ...object, to, resume: true })).rejects.toMatchObject(failure);
    await expect(wcs.download(object)).rejects.toMatchObject(failure);
    expect(readdirSync(join(to, '..'))).toEqual([]);
    // Whoever does not want to know is told that nothing was verified.
    expect(await wcs.download({ ...object, to, verify: false })).toMatchObject({ verified: false });
  });

  it('the content is not what the caller expects', async () => {
    const { wcs, object, to } = await stored();
    await expect(wcs.download({ ...object, to, etag: etag('other') })).rejects.toMatchObject({
      code: 'CHECKSUM_MISMATCH',
    });
    await expect(wcs.download({ ...object, to, etag: 'short' })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
    expect(existsSync(to)).toBe(false);
  });

  it('the object changes between two parts', async () => {
    const { emulator, wcs, object, to } = await stored();
    emulator.faults.add({ match: { method: 'GET', nth: [2, 3, 4] }, do: 'delay 300ms' });
    const download = wcs.download({ ...object, to, partSize: PART, concurrency: 2 });
    const settled = expect(download).rejects.toMatchObject({ code: 'OBJECT_CHANGED' });
    await new Promise(resolve => setTimeout(resolve, 100));
    await wcs.upload({ ...object, source: lcg(CONTENT.length, 99), overwrite: true });
    await settled;
    expect(readdirSync(join(to, '..'))).toEqual([]);
  });

  it('the disk is full', async () => {
    const { wcs, object } = await stored();
    await expect(wcs.download({ ...object, to: '/dev/full/x' })).rejects.toMatchObject({
      code: 'TARGET_FAILED',
    });
    await expect(wcs.download({ ...object, to: createWriteStream('/dev/full') })).rejects.toMatchObject({
      code: 'TARGET_FAILED',
      cause: expect.objectContaining({ code: 'ENOSPC' }),
    });
  });

  it('the target is a folder, or in a folder that is missing', async () => {
    const { wcs, object, to } = await stored();
    mkdirSync(to);
    await expect(wcs.download({ ...object, to })).rejects.toMatchObject({
      code: 'TARGET_FAILED',
      message: expect.stringContaining('folder'),
    });
    const deep = join(to, 'a', 'b', 'c.bin');
    await expect(wcs.download({ ...object, to: deep })).rejects.toMatchObject({ code: 'TARGET_FAILED' });
    await wcs.download({ ...object, to: deep, makeFolders: true });
    expect(readFileSync(deep).equals(CONTENT)).toBe(true);
  });

  it.each([
    ['small', CONTENT.subarray(0, 1000)],
    ['large', CONTENT],
  ])('a file that exists keeps its mode when a %s one takes its place', async (_, content) => {
    const { wcs, object, to } = await stored(content);
    for (const resume of [false, true]) {
      for (const mode of [0o600, 0o640, 0o755, 0o666]) {
        writeFileSync(to, 'before');
        chmodSync(to, mode);
        await wcs.download({ ...object, to, resume, partSize: PART });
        expect(statSync(to).mode & 0o7777).toBe(mode);
        expect(readFileSync(to).equals(content)).toBe(true);
      }
    }
  });

  it.each([
    ['small', CONTENT.subarray(0, 1000)],
    ['large', CONTENT],
  ])('the target is a device, which a %s file must not take the place of', async (_, content) => {
    const { wcs, object, to } = await stored(content);
    symlinkSync('/dev/null', to);
    await expect(wcs.download({ ...object, to })).rejects.toMatchObject({
      code: 'TARGET_FAILED',
      message: expect.stringContaining('device'),
    });
    expect(readlinkSync(to)).toBe('/dev/null');
    expect(readdirSync(join(to, '..'))).toEqual([basename(to)]);
  });

  it('the target stream fails', async () => {
    const { wcs, object } = await stored();
    const failure = new Error('no more tape');
    const broken = new Writable({ write: (_chunk, _encoding, done) => done(failure) });
    await expect(wcs.download({ ...object, to: broken })).rejects.toMatchObject({
      code: 'TARGET_FAILED',
      cause: failure,
    });
  });

  it('it is aborted, wherever it goes', async () => {
    const { emulator, wcs, object, to } = await stored();
    emulator.faults.add({ match: { method: 'GET' }, do: 'hang' });
    const reason = new Error('enough');
    for (const target of [{ to }, { to: new PassThrough() }, {}]) {
      const controller = new AbortController();
      const download = wcs.download({ ...object, ...target, signal: controller.signal } as never);
      setTimeout(() => controller.abort(reason), 30);
      await expect(download).rejects.toBe(reason);
    }
    expect(readdirSync(join(to, '..'))).toEqual([]);
  });

  it('through a symbolic link it replaces the link, and never writes elsewhere', async () => {
    const { wcs, object, to } = await stored();
    const elsewhere = join(temporaryFolder(), 'elsewhere');
    writeFileSync(elsewhere, 'untouched');
    symlinkSync(elsewhere, to);
    await wcs.download({ ...object, to });
    expect(readFileSync(elsewhere, 'utf8')).toBe('untouched');
    expect(readFileSync(to).equals(CONTENT)).toBe(true);
  });
});

describe('a download that ends early leaves no request behind', () => {
  /** A server whose answers never end, a client, and a promise that all of the answers were given up. */
  async function endless(headersOf: (number: number) => Record<string, string>, options?: WcsClientOptions) {
    const answers: Promise<unknown>[] = [];
    const { url } = await rawServer((_, response, number) => {
      answers.push(once(response, 'close'));
      const headers = headersOf(number);
      response.writeHead('content-range' in headers ? 206 : 200, headers).write(CONTENT.subarray(0, 1000));
      if ('x-break' in headers) setTimeout(() => response.destroy(), 20);
    });
    const wcs = new WcsClient({ retry: { limit: 1, baseDelay: 1 }, ...options });
    onTestFinished(() => wcs.close());
    return { url, wcs, givenUp: async () => expect(await Promise.all(answers)).not.toEqual([]) };
  }
  const long = { 'content-length': '1000000' };

  it('when its stream is destroyed', async () => {
    const { url, wcs, givenUp } = await endless(() => long);
    const stream = wcs.downloadStream({ url });
    await once(stream, 'data');
    stream.destroy();
    await once(stream, 'close');
    await givenUp();
  });

  it('when what it is written to goes away', async () => {
    const { url, wcs, givenUp } = await endless(() => long);
    const to = new Writable({ write: (_chunk, _encoding, done) => done() });
    const download = wcs.download({ url, to });
    setTimeout(() => to.destroy(), 50);
    await expect(download).rejects.toMatchObject({ code: 'TARGET_FAILED' });
    await givenUp();
  });

  it('when the web stream that it is written to fails', async () => {
    const { url, wcs, givenUp } = await endless(() => long);
    const cause = new Error('no more tape');
    const to = new WritableStream({ write: () => Promise.reject(cause) });
    await expect(wcs.download({ url, to })).rejects.toMatchObject({ code: 'TARGET_FAILED', cause });
    await givenUp();
  });

  it.each([
    ['another range comes', { start: 3 }, () => ({ ...long, 'content-range': 'bytes 5-1000004/2000000' })],
    ['it does not fit into memory', {}, () => ({ 'content-length': '5000000000000' })],
    [
      'the object changes',
      {},
      (n: number) => ({ ...long, etag: `"${n}"`, ...(n === 1 && { 'x-break': '1' }) }),
    ],
  ])('when %s', async (_, range, headersOf) => {
    const { url, wcs, givenUp } = await endless(headersOf as never);
    const error = await wcs.download({ url, ...range }).catch(error => error);
    expect(['UNEXPECTED_RESPONSE', 'TARGET_FAILED', 'OBJECT_CHANGED']).toContain(error.code);
    await givenUp();
  });

  it('when the function that hears of its answers fails', async () => {
    const cause = new Error('no log to write to');
    const onAnswer = () => {
      throw cause;
    };
    const { url, wcs, givenUp } = await endless(() => long, { onAnswer });
    await expect(wcs.download({ url })).rejects.toBe(cause);
    await givenUp();
  });
});

it('parts of an object take one connection', async () => {
  const { url, connections } = await rawServer(({ headers }, response) => {
    const [, start, end] = /(\d+)-(\d+)/.exec(String(headers['range'])) ?? [];
    const part = CONTENT.subarray(Number(start), Number(end) + 1);
    response.writeHead(206, { 'content-range': `bytes ${start}-${end}/${CONTENT.length}` }).end(part);
  });
  await using wcs = new WcsClient();
  for (const start of [0, 500, 1000]) {
    const { data } = await wcs.download({ url, start, end: start + 99 });
    expect(data.equals(CONTENT.subarray(start, start + 100))).toBe(true);
  }
  expect(connections()).toBe(1);
});

describe('a small object', () => {
  const SMALL = CONTENT.subarray(0, 16 * KIB);

  it('takes one request, and leaves nothing beside the file', async () => {
    const { wcs, object, to, gets } = await stored(SMALL);
    const progress: Progress[] = [];
    await wcs.download({ ...object, to, onProgress: snapshot => progress.push(snapshot) });
    expect(gets()).toBe(1);
    expect(progress).toEqual([{ transferred: SMALL.length, total: SMALL.length, resumed: 0 }]);
    await wcs.download(object);
    expect(gets()).toBe(2);
    expect(readdirSync(join(to, '..'))).toEqual([basename(to)]);
  });

  it.each(['truncate', 'reset', 'status 500'] as const)('is asked for again after %s', async fault => {
    const { emulator, wcs, object, to, gets } = await stored(SMALL);
    emulator.faults.add({ match: { method: 'GET', nth: [1, 2] }, do: fault });
    await wcs.download({ ...object, to });
    expect(readFileSync(to).equals(SMALL)).toBe(true);
    expect(gets()).toBe(3);
    emulator.faults.clear();
    emulator.faults.add({ match: { method: 'GET', nth: [1, 2] }, do: fault });
    expect((await wcs.download(object)).data.equals(SMALL)).toBe(true);
    expect(gets()).toBe(6);
  });

  it('that breaks off for ever, or is not what it should be, leaves no file', async () => {
    const { emulator, wcs, object, to } = await stored(SMALL);
    for (const [fault, code] of [
      ['truncate', 'NETWORK'],
      ['corrupt', 'CHECKSUM_MISMATCH'],
    ] as const) {
      emulator.faults.add({ match: { method: 'GET' }, do: fault });
      await expect(wcs.download({ ...object, to })).rejects.toMatchObject({ code });
      await expect(wcs.download(object)).rejects.toMatchObject({ code });
      emulator.faults.clear();
    }
    expect(readdirSync(join(to, '..'))).toEqual([]);
  });

  it('is not written over a folder, and makes folders when it is told to', async () => {
    const { wcs, object, to } = await stored(SMALL);
    mkdirSync(to);
    await expect(wcs.download({ ...object, to })).rejects.toMatchObject({
      code: 'TARGET_FAILED',
      message: expect.stringContaining('folder'),
    });
    expect(readdirSync(join(to, '..'))).toEqual([basename(to)]);
    const deep = join(to, 'a', 'b', 'c.bin');
    await expect(wcs.download({ ...object, to: deep })).rejects.toMatchObject({ code: 'TARGET_FAILED' });
    await wcs.download({ ...object, to: deep, makeFolders: true });
    expect(readFileSync(deep).equals(SMALL)).toBe(true);
  });
});

it.each([
  ['a link', symlinkSync],
  ['another name of a file', linkSync],
] as const)(
  '%s in the place of the part file leads nothing elsewhere, and is left alone',
  async (_, link) => {
    const { wcs, object, to } = await stored();
    const elsewhere = join(temporaryFolder(), 'elsewhere');
    writeFileSync(elsewhere, 'mine');
    const part = join(to, '..', '.back.bin.wcs-part');
    link(elsewhere, part);
    await wcs.download({ ...object, to, resume: true, partSize: PART });
    expect(readFileSync(elsewhere, 'utf8')).toBe('mine');
    expect(readFileSync(to).equals(CONTENT)).toBe(true);
    expect(readFileSync(part, 'utf8')).toBe('mine');
  },
);

it('an object of a single part leaves no parts, and none of an earlier version', async () => {
  const { wcs, object, to } = await stored();
  writeFileSync(join(to, '..', '.back.bin.wcs-part'), 'parts of an earlier version');
  await wcs.download({ ...object, to, resume: true });
  expect(readFileSync(to).equals(CONTENT)).toBe(true);
  expect(readdirSync(join(to, '..'))).toEqual([basename(to)]);
});

it('a name as long as the file system allows can be downloaded to', async () => {
  const { wcs, object, to } = await stored();
  const long = join(to, '..', '名'.repeat(85));
  for (const resume of [true, false]) await wcs.download({ ...object, to: long, resume });
  expect(readdirSync(join(to, '..'))).toEqual([basename(long)]);
});

describe('a resumed download', () => {
  /** A download of which only the first parts have arrived. */
  async function interrupted() {
    const { emulator, wcs, object, to, gets } = await stored();
    const download = { ...object, to, resume: true, partSize: PART, concurrency: 1 };
    const fault = emulator.faults.add({ match: { method: 'GET', nth: [6, 7, 8, 9] }, do: 'status 500' });
    await expect(wcs.download(download)).rejects.toMatchObject({ code: 'SERVER_ERROR' });
    fault();
    const before = gets();
    return { emulator, wcs, object, to, download, gets: () => gets() - before };
  }

  it('fetches only what is missing', async () => {
    const { wcs, to, download, gets } = await interrupted();
    expect(existsSync(to)).toBe(false);
    const result = await wcs.download({ ...download, concurrency: 4 });
    expect(result).toMatchObject({ verified: true, resumed: 5 * PART });
    // One more, whose head tells that the object is still the same.
    expect(gets()).toBe(PARTS - 5 + 1);
    expect(readFileSync(to).equals(CONTENT)).toBe(true);
    expect(readdirSync(join(to, '..'))).toEqual([basename(to)]);
  });

  it('keeps what it has when not even the first request succeeds', async () => {
    const { emulator, wcs, download } = await interrupted();
    emulator.faults.add({ do: 'reset' });
    await expect(wcs.download(download)).rejects.toMatchObject({ code: 'NETWORK' });
    emulator.faults.clear();
    expect(await wcs.download(download)).toMatchObject({ verified: true, resumed: 5 * PART });
  });

  it('starts anew when the object is another', async () => {
    const { wcs, object, to, download } = await interrupted();
    const other = lcg(CONTENT.length - 5, 77);
    await wcs.upload({ ...object, source: other, overwrite: true });
    expect(await wcs.download(download)).toMatchObject({ verified: true, resumed: 0 });
    expect(readFileSync(to).equals(other)).toBe(true);
  });

  it('does not share its parts with another at the same time', async () => {
    const { wcs, object, to } = await stored();
    const download = { ...object, to, resume: true, partSize: PART };
    const results = await Promise.all([1, 2, 3].map(() => wcs.download(download)));
    expect(results).toMatchObject(Array(3).fill({ verified: true }));
    expect(readFileSync(to).equals(CONTENT)).toBe(true);
    expect(readdirSync(join(to, '..'))).toEqual([basename(to)]);
  });

  it('says so when its part file was taken away meanwhile', async () => {
    const { wcs, object, to } = await stored();
    const download = { ...object, to, resume: true, partSize: PART, concurrency: 1 };
    const onProgress = ({ transferred }: Progress) => {
      const [part] = readdirSync(join(to, '..')).filter(name => name.endsWith('.wcs-part'));
      if (transferred > 3 * PART && part !== undefined) renameSync(join(to, '..', part), to);
    };
    await expect(wcs.download({ ...download, onProgress })).rejects.toMatchObject({
      code: 'TARGET_FAILED',
      message: expect.stringContaining(basename(to)),
    });
  });

  it('notices that what it kept was damaged, and keeps nothing of it', async () => {
    const { wcs, to, download } = await interrupted();
    const part = join(to, '..', `.${basename(to)}.wcs-part`);
    const damaged = readFileSync(part);
    damaged[5] = 255 - (damaged[5] ?? 0);
    writeFileSync(part, damaged);
    await expect(wcs.download(download)).rejects.toMatchObject({ code: 'CHECKSUM_MISMATCH' });
    expect(readdirSync(join(to, '..'))).toEqual([]);
    expect(await wcs.download(download)).toMatchObject({ verified: true });
  });
});

it.each([
  [{ url: 'ftp://example.com/x' }, 'url'],
  [{ url: 'nonsense' }, 'url'],
  [{ bucket: 'photos', key: 'k', start: -1 }, 'start'],
  [{ bucket: 'photos', key: 'k', start: 5, end: 4 }, 'end'],
  [{ bucket: 'photos', key: 'k', concurrency: 0 }, 'concurrency'],
  [{ bucket: 'photos', key: 'k', partSize: 1 }, 'partSize'],
])('%o is refused before any I/O', async (options, words) => {
  const { emulator, wcs } = await emulated();
  await expect(wcs.download(options as never)).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: expect.stringContaining(words),
  });
  expect(emulator.requests).toEqual([]);
});
