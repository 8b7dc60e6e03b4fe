import { createReadStream, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import { lcg, temporaryFolder } from '@curve-wcs/test-support';
import { describe, expect, it } from 'vitest';
import { type AppendOptions, type Progress, uploadToken, WcsClient, type WcsError } from '../src/index.js';
import { count, emulated, optionsFor } from './support/emulated.js';
import { HOSTILE_KEYS, WRONG_KEYS } from './support/keys.js';

const MIB = 2 ** 20;
const LOG = { bucket: 'photos', key: 'log' };

/** An emulator, and what is in it of the object that is appended to. */
async function appending(options: Parameters<typeof emulated>[0] = {}) {
  const { emulator, wcs } = await emulated(options);
  const content = async (key = 'log') => (await wcs.download({ bucket: 'photos', key })).data;
  return { emulator, wcs, content };
}

describe('appending', () => {
  it('makes the object, and goes on at its end', async () => {
    const { emulator, wcs, content } = await appending();
    const first = await wcs.append({
      ...LOG,
      source: Buffer.from('one\n'),
      position: 0,
      mimeType: 'text/x-log',
    });
    expect(first).toMatchObject({ ...LOG, position: 0, nextPosition: 4, size: 4, verified: true });
    const second = await wcs.append({ ...LOG, source: Buffer.from('two\n'), position: first.nextPosition });
    expect(second).toMatchObject({ position: 4, nextPosition: 8, size: 4, verified: false });
    expect((await content()).toString()).toBe('one\ntwo\n');
    expect(await wcs.stat(LOG)).toMatchObject({ size: 8, appendPosition: 8, mimeType: 'text/x-log' });
    expect(emulator.requests.map(({ path }) => path).slice(0, 2)).toEqual(['/append/0', '/append/4']);
  });

  it('finds the end by itself', async () => {
    const { wcs, content } = await appending();
    for (const text of ['a', 'bc', 'def']) await wcs.append({ ...LOG, source: Buffer.from(text) });
    expect((await content()).toString()).toBe('abcdef');
  });

  it.each<[string, (bytes: Buffer, path: string) => AppendOptions['source']]>([
    ['bytes', bytes => bytes],
    ['a file', (_, path) => path],
    ['a Blob', bytes => new Blob([new Uint8Array(bytes)])],
    ['a stream', (_, path) => createReadStream(path)],
    ['a stream of odd chunks', bytes => Readable.from([bytes.subarray(0, 5), bytes.subarray(5)])],
  ])('takes %s, in pieces where it is large', async (_, make) => {
    const { emulator, wcs, content } = await appending();
    const bytes = lcg(2 * MIB + 5);
    const path = join(temporaryFolder(), 'content');
    writeFileSync(path, bytes);
    await wcs.append({ ...LOG, source: Buffer.from('head') });
    const seen: Progress[] = [];
    const result = await wcs.append({
      ...LOG,
      source: make(bytes, path),
      pieceSize: MIB,
      onProgress: progress => seen.push(progress),
    });
    expect(result).toMatchObject({ position: 4, nextPosition: 4 + bytes.length, size: bytes.length });
    expect((await content()).equals(Buffer.concat([Buffer.from('head'), bytes]))).toBe(true);
    expect(count(emulator, '/append/')).toBe(4);
    expect(seen.at(-1)?.transferred).toBe(bytes.length);
  });

  it('nothing makes an empty object', async () => {
    const { wcs, content } = await appending();
    expect(await wcs.append({ ...LOG, source: Buffer.alloc(0) })).toMatchObject({ size: 0, nextPosition: 0 });
    expect(await wcs.append({ ...LOG, source: Readable.from([]) })).toMatchObject({ size: 0 });
    expect(await content()).toEqual(Buffer.alloc(0));
  });

  it('carries all members of the form, and answers what the policy asks for', async () => {
    const { wcs } = await appending();
    const { answer } = await wcs.append({
      ...LOG,
      source: Buffer.from('x'),
      variables: { who: '李雷' },
      keepDays: 3,
      description: 'local name',
      trafficLimit: 819_200,
      policy: { returnBody: { who: '$(x:who)', size: '$(fsize)' } },
    });
    expect(answer).toEqual({ who: '李雷', size: '1' });
    expect((await wcs.stat(LOG)).expirationDate).toBeDefined();
  });

  it.each(HOSTILE_KEYS)('takes the key %j', async key => {
    const { wcs, content } = await appending();
    for (const text of ['a', 'b']) await wcs.append({ bucket: 'photos', key, source: Buffer.from(text) });
    expect((await content(key)).toString()).toBe('ab');
  });
});

describe('a wrong position', () => {
  it('is told with the right one, and nothing is stored', async () => {
    const { wcs, content } = await appending();
    await wcs.append({ ...LOG, source: Buffer.from('12345') });
    for (const position of [0, 4, 6]) {
      await expect(wcs.append({ ...LOG, source: Buffer.from('x'), position })).rejects.toMatchObject({
        code: 'APPEND_CONFLICT',
        nextPosition: 5,
        retryable: false,
      });
    }
    await expect(
      wcs.append({ bucket: 'photos', key: 'none', source: Buffer.from('x'), position: 7 }),
    ).rejects.toMatchObject({ code: 'APPEND_CONFLICT', nextPosition: 0 });
    expect((await content()).toString()).toBe('12345');
  });

  it('is any position of an object that was uploaded', async () => {
    const { wcs, content } = await appending();
    await wcs.upload({ ...LOG, source: Buffer.from('whole') });
    for (const position of [undefined, 0, 5]) {
      const error = await wcs
        .append({ ...LOG, source: Buffer.from('x'), ...(position === undefined ? {} : { position }) })
        .catch(error => error);
      expect(error).toMatchObject({ code: 'APPEND_CONFLICT' });
      expect(error.nextPosition).toBeUndefined();
    }
    expect((await content()).toString()).toBe('whole');
  });

  it('is the service’s refusal to a client that may not ask', async () => {
    const { emulator, wcs } = await appending();
    await wcs.append({ ...LOG, source: Buffer.from('12345') });
    await using keyless = new WcsClient({ uploadUrl: emulator.url });
    const token = uploadToken(emulator, { scope: 'photos:log', deadline: Date.now() + 60_000, overwrite: 1 });
    await expect(
      keyless.append({ ...LOG, source: Buffer.from('x'), position: 2, token }),
    ).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    expect(await keyless.append({ ...LOG, source: Buffer.from('x'), position: 5, token })).toMatchObject({
      nextPosition: 6,
    });
    await expect(keyless.append({ ...LOG, source: Buffer.from('x'), token })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('without a position'),
    });
  });
});

describe('an append survives', () => {
  it.each([
    ['a reset before the answer', 'reset', { nth: [1, 3] }],
    ['a reset in the middle', 'reset during 20', { nth: [1, 3] }],
    ['503', 'status 503', { nth: [1, 2, 4] }],
    ['an answer that is lost', 'drop', { nth: [1, 3] }],
    ['an answer that is cut off', 'truncate', { nth: [1, 3] }],
  ] as const)('%s, and is there once', async (_, action, { nth }) => {
    const { emulator, wcs, content } = await appending({ retry: { limit: 5, baseDelay: 1, maxDelay: 5 } });
    emulator.faults.add({ match: { path: '/append/', nth: [...nth] }, do: action });
    for (const text of ['first ', 'second ', 'third'])
      await wcs.append({ ...LOG, source: Buffer.from(text) });
    expect((await content()).toString()).toBe('first second third');
  });

  it('a service that hangs', async () => {
    const { emulator, wcs, content } = await appending({ timeouts: { idle: 300 } });
    emulator.faults.add({ match: { path: '/append/', nth: 1 }, do: 'hang' });
    await wcs.append({ ...LOG, source: Buffer.from('x') });
    expect((await content()).toString()).toBe('x');
  });

  it('a token that expires between its pieces', async () => {
    const { emulator, wcs, content } = await appending();
    emulator.faults.add({ match: { path: '/append/', nth: 2 }, do: 'status 401' });
    let asked = 0;
    const token = () => {
      asked++;
      const deadline = Date.now() + 60_000 + asked;
      return uploadToken(emulator, { scope: 'photos:log', deadline, overwrite: 1 });
    };
    const bytes = lcg(1000);
    await wcs.append({ ...LOG, source: bytes, pieceSize: 400, token });
    expect((await content()).equals(bytes)).toBe(true);
    expect(asked).toBe(4);
  });

  it('but says so when it cannot know whether it is there', async () => {
    const { emulator } = await appending();
    await using keyless = new WcsClient({ uploadUrl: emulator.url, retry: { baseDelay: 1 } });
    const token = uploadToken(emulator, { scope: 'photos:log', deadline: Date.now() + 60_000 });
    emulator.faults.add({ match: { path: '/append/', nth: 1 }, do: 'drop' });
    await expect(
      keyless.append({ ...LOG, source: Buffer.from('x'), position: 0, token }),
    ).rejects.toMatchObject({
      code: 'APPEND_CONFLICT',
      message: expect.stringContaining('may have appended already'),
    });
  });

  it('a stream that fails before its turn', async () => {
    const { wcs, content } = await appending();
    const log = wcs.appender(LOG);
    const failed = { code: 'SOURCE_FAILED', cause: { code: 'ENOENT' } };
    const [first, ...others] = await Promise.allSettled([
      log.append(Buffer.from('one')),
      log.append(createReadStream('/nowhere/at/all')),
      wcs.append({ ...LOG, source: createReadStream('/nowhere/at/all') }),
    ]);
    expect(first.status).toBe('fulfilled');
    expect(others).toMatchObject([{ reason: failed }, { reason: failed }]);
    expect((await content()).toString()).toBe('one');
  });

  it('no callback that fails, though what was appended is there', async () => {
    const { wcs, content } = await appending();
    const policy = { callbackUrl: 'http://127.0.0.1:1/', callbackBody: 'k=$(key)' };
    await expect(wcs.append({ ...LOG, source: Buffer.from('x'), policy })).rejects.toMatchObject({
      code: 'CALLBACK_FAILED',
      stored: true,
    });
    expect((await content()).toString()).toBe('x');
  });
});

describe('appends at the same time', () => {
  it('at the same position: one is stored, the others are told', async () => {
    const { wcs, content } = await appending();
    const results = await Promise.allSettled(
      ['a', 'b', 'c', 'd'].map(text => wcs.append({ ...LOG, source: Buffer.from(text), position: 0 })),
    );
    const stored = results.filter(({ status }) => status === 'fulfilled');
    expect(stored).toHaveLength(1);
    for (const result of results) {
      if (result.status === 'rejected') {
        expect(result.reason).toMatchObject({ code: 'APPEND_CONFLICT', nextPosition: 1 });
      }
    }
    expect((await content()).length).toBe(1);
  });

  it('at the end: all are there, each whole and once', async () => {
    const { wcs, content } = await appending({ retry: { limit: 50, baseDelay: 1, maxDelay: 2 } });
    const lines = Array.from({ length: 12 }, (_, index) => `line ${String(index).padStart(2, '0')}\n`);
    const results = await Promise.all(lines.map(line => wcs.append({ ...LOG, source: Buffer.from(line) })));
    const text = (await content()).toString();
    expect(text.split('\n').filter(Boolean).sort()).toEqual(lines.map(line => line.trim()));
    for (const [index, { position }] of results.entries()) {
      expect(text.slice(position, position + 8)).toBe(lines[index]);
    }
  });
});

describe('an appender', () => {
  it('appends in the order of the calls, asking for the end once', async () => {
    const { emulator, wcs, content } = await appending();
    const log = wcs.appender(LOG);
    expect(log.position).toBeUndefined();
    await Promise.all(['a', 'b', 'c'].map(text => log.append(Buffer.from(text))));
    expect(log.position).toBe(3);
    expect((await content()).toString()).toBe('abc');
    expect(count(emulator, '/stat/')).toBe(1);
  });

  it('finds the end again after a failure', async () => {
    const { emulator, wcs, content } = await appending({ retry: { limit: 0 } });
    const log = wcs.appender({ ...LOG, position: 0 });
    await log.append(Buffer.from('a'));
    emulator.faults.add({ match: { path: '/append/', nth: 1 }, do: 'drop' });
    await expect(log.append(Buffer.from('b'))).rejects.toMatchObject({ code: 'NETWORK' });
    await wcs.append({ ...LOG, source: Buffer.from('c') });
    await log.append(Buffer.from('d'));
    expect((await content()).toString()).toBe('abcd');
  });

  it('is a stream, too', async () => {
    const { emulator, wcs, content } = await appending();
    const bytes = lcg(1000);
    const chunks = Array.from({ length: 100 }, (_, index) => bytes.subarray(index * 10, index * 10 + 10));
    await pipeline(Readable.from(chunks), wcs.appender(LOG).createWriteStream({ batchSize: 300 }));
    expect((await content()).equals(bytes)).toBe(true);
    expect(count(emulator, '/append/')).toBe(4);
    const failing = wcs.appender({ ...LOG, position: 1 }).createWriteStream();
    await expect(pipeline(Readable.from([Buffer.from('x')]), failing)).rejects.toMatchObject({
      code: 'APPEND_CONFLICT',
    });
  });

  it('is a stream that has taken what was written when it says so', async () => {
    const { wcs, content } = await appending();
    const stream = wcs.appender(LOG).createWriteStream({ batchSize: 6 });
    const memory = Buffer.alloc(4);
    for (const text of ['aaaa', 'bbbb', 'cccc']) {
      memory.write(text);
      await new Promise<void>(resolve => stream.write(memory, () => resolve()));
    }
    memory.write('dddd');
    await finished(stream.end());
    expect((await content()).toString()).toBe('aaaabbbbcccc');
  });
});

describe('wrong options of an append', () => {
  it.each<[Partial<AppendOptions>, string]>([
    [{ bucket: 'a:b' }, 'bucket'],
    [{ position: -1 }, 'position'],
    [{ position: 1.5 }, 'position'],
    [{ pieceSize: 0 }, 'pieceSize'],
    [{ pieceSize: 2 ** 31 + 1 }, 'pieceSize'],
    [{ keepDays: -2 }, 'keepDays'],
    [{ variables: { a: 'b&c' } }, 'variables.a'],
    [{ policy: { returnBody: '$(nothing)' } }, 'returnBody'],
    [{ description: 5 as never }, 'description'],
    [{ source: 5 as never }, 'source'],
    [{ source: '/nowhere/at/all' }, 'nowhere'],
  ])('%o', async (options, words) => {
    const { emulator, wcs } = await appending();
    const error: WcsError = await wcs
      .append({ ...LOG, source: Buffer.from('x'), ...options })
      .catch(error => error);
    expect(['INVALID_ARGUMENT', 'SOURCE_FAILED']).toContain(error.code);
    expect(error.message).toContain(words);
    expect(emulator.requests).toEqual([]);
  });

  it.each(WRONG_KEYS)('the key %j', async key => {
    const { emulator, wcs } = await appending();
    await expect(wcs.append({ bucket: 'photos', key, source: Buffer.from('x') })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
    expect(() => wcs.appender({ bucket: 'photos', key })).toThrow(/key/);
    expect(emulator.requests).toEqual([]);
  });
});

it('an append from a stalled stream ends with its signal', async () => {
  const { emulator } = await appending();
  await using wcs = new WcsClient(optionsFor(emulator));
  const abort = new AbortController();
  const source = new PassThrough();
  const reason = new Error('enough');
  const running = wcs.append({ ...LOG, source, signal: abort.signal });
  setTimeout(() => abort.abort(reason), 30);
  await expect(running).rejects.toBe(reason);
  expect(source.destroyed).toBe(true);
});
