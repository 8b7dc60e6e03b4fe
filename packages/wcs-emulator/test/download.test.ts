import { affine, lcg } from '@curve-wcs/test-support';
import { fc, test as property } from '@fast-check/vitest';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startWcsEmulator, type WcsEmulator } from '../src/index.js';
import { sendRaw } from './support/raw-request.js';
import { startEmulator } from './support/start.js';
import { TestClient } from './support/test-client.js';

const MiB = 1 << 20;
const putTime = Date.parse('2023-11-14T22:13:20Z') + 345;

describe('a download', () => {
  /** An object of one blob, and one of three blocks. */
  const small = lcg(1000);
  const blocks = lcg(8 * MiB + 3);
  let emulator: WcsEmulator;
  let client: TestClient;
  let etag = '';

  beforeAll(async () => {
    emulator = await startWcsEmulator({ buckets: ['b1'], durability: 'fast', clock: () => putTime });
    client = new TestClient(emulator);
    await client.upload('small.txt', small);
    const contexts = await client.makeBlocks(blocks);
    await client.makeFile(String(blocks.length), contexts, { policy: { scope: 'b1:blocks' } });
    etag = (await get('small.txt')).headers.get('etag') ?? '';
  });
  afterAll(() => emulator.close());

  async function get(key: string, headers: Record<string, string> = {}, method = 'GET') {
    const response = await fetch(emulator.downloadUrl('b1', key), { method, headers });
    return {
      status: response.status,
      headers: response.headers,
      body: Buffer.from(await response.arrayBuffer()),
    };
  }

  test('carries type, validators and length', async () => {
    const { status, headers, body } = await get('small.txt');
    expect(status).toBe(200);
    expect(body.equals(small)).toBe(true);
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-type': 'text/plain',
      'content-length': '1000',
      'accept-ranges': 'bytes',
      'last-modified': 'Tue, 14 Nov 2023 22:13:20 GMT',
      etag: `"${JSON.parse((await client.stat('small.txt')).text).hash}"`,
      'x-reqid': expect.stringMatching(/./),
    });
  });

  test('by HEAD has the same headers and no body', async () => {
    const { status, headers, body } = await get('small.txt', {}, 'HEAD');
    expect({
      status,
      length: headers.get('content-length'),
      etag: headers.get('etag'),
      bytes: body.length,
    }).toEqual({
      status: 200,
      length: '1000',
      etag,
      bytes: 0,
    });
  });

  property.prop([fc.nat(blocks.length + 10), fc.nat(blocks.length + 10)], { numRuns: 60 })(
    'of a range is that slice, across blocks too',
    async (a, b) => {
      const [first, last] = a <= b ? [a, b] : [b, a];
      const { status, headers, body } = await get('blocks', { Range: `bytes=${first}-${last}` });
      if (first >= blocks.length) {
        expect(status).toBe(416);
        expect(headers.get('content-range')).toBe(`bytes */${blocks.length}`);
        return;
      }
      const end = Math.min(last, blocks.length - 1);
      expect(status).toBe(206);
      expect(headers.get('content-range')).toBe(`bytes ${first}-${end}/${blocks.length}`);
      expect(body.equals(blocks.subarray(first, end + 1))).toBe(true);
    },
  );

  test.each([
    ['bytes=990-', 206, small.subarray(990)],
    ['bytes=-10', 206, small.subarray(990)],
    ['bytes=-2000', 206, small],
    ['bytes=0-0', 206, small.subarray(0, 1)],
    ['bytes=0-1,5-6', 200, small],
    ['bytes=5-4', 200, small],
    ['bytes=x-y', 200, small],
    ['lines=0-1', 200, small],
  ])('with Range: %s is answered %i', async (Range, status, expected) => {
    const answer = await get('small.txt', { Range });
    expect(answer.status).toBe(status);
    expect(answer.body.equals(expected)).toBe(true);
  });

  test('with a Range of nothing but blanks holds up nobody', { timeout: 20_000 }, async () => {
    const answer = await get('small.txt', { Range: `bytes=${' '.repeat(250_000)}x` });
    expect(answer.status).toBe(200);
  });

  test.each(['bytes=1000-', 'bytes=-0'])('with Range: %s is answered 416', async Range => {
    expect((await get('small.txt', { Range })).status).toBe(416);
  });

  test.each([
    ['If-None-Match', () => etag, 304],
    ['If-None-Match', () => `"x", W/${etag}`, 304],
    ['If-None-Match', () => '*', 304],
    ['If-None-Match', () => '"x"', 200],
    ['If-Match', () => `"x", ${etag}`, 200],
    ['If-Match', () => '*', 200],
    ['If-Match', () => '"x"', 412],
    ['If-Match', () => `W/${etag}`, 412],
    ['If-Modified-Since', () => 'Tue, 14 Nov 2023 22:13:20 GMT', 304],
    ['If-Modified-Since', () => 'Tue, 14 Nov 2023 22:13:19 GMT', 200],
    ['If-Modified-Since', () => 'no date', 200],
    ['If-Unmodified-Since', () => 'Tue, 14 Nov 2023 22:13:20 GMT', 200],
    ['If-Unmodified-Since', () => 'Tue, 14 Nov 2023 22:13:19 GMT', 412],
  ])('with %s, case %#, is answered', async (name, value, status) => {
    const answer = await get('small.txt', { [name]: value() });
    expect(answer.status).toBe(status);
    if (status === 304)
      expect({ body: answer.body.length, etag: answer.headers.get('etag') }).toEqual({ body: 0, etag });
  });

  test.each([
    [() => etag, 206],
    [() => '"x"', 200],
    [() => 'Tue, 14 Nov 2023 22:13:20 GMT', 206],
    [() => 'Tue, 14 Nov 2023 22:13:21 GMT', 200],
  ])('of a range with If-Range, case %#, is partial only if nothing changed', async (value, status) => {
    expect((await get('small.txt', { Range: 'bytes=0-1', 'If-Range': value() })).status).toBe(status);
  });

  test('comes also from the bucket’s own host, where any path is a key', async () => {
    await client.upload('stat/bucket/list', 'reserved word');
    const headers = [['Host', `b1.localhost:${emulator.port}`]] as const;
    const answer = await sendRaw(emulator.port, { method: 'GET', target: '/stat/bucket/list', headers });
    expect({ status: answer.status, body: answer.body.toString() }).toEqual({
      status: 200,
      body: 'reserved word',
    });
  });

  test.each([
    ['of a missing object', '/-/b1/none', 404],
    ['from a missing bucket', '/-/b9/none', 631],
    ['of no key', '/-/b1/', 400],
    ['of broken percent-encoding', '/-/b1/%zz', 400],
    ['out of the folder', '/-/b1/../../etc/passwd', 400],
    ['out of the folder, encoded', '/-/b1/%2e%2e%2fmetadata', 400],
    ['of a processed image', '/-/b1/small.txt?op=imageInfo', 400],
  ])('%s is refused', async (_name, target, status) => {
    const answer = await sendRaw(emulator.port, { method: 'GET', target, headers: [['Host', 'x']] });
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.body.toString())).toMatchObject({ code: status });
  });

  test('with another method is refused', async () => {
    expect((await get('small.txt', {}, 'PUT')).status).toBe(405);
  });
});

test.each([
  [
    'of several blocks',
    async (client: TestClient, data: Buffer) => {
      await client.makeFile(String(data.length), await client.makeBlocks(data), {
        policy: { scope: 'b1:a' },
      });
    },
  ],
  [
    'of one file',
    async (client: TestClient, data: Buffer) => {
      await client.upload('a', data);
    },
  ],
])('an object %s that is deleted while it is read is read to its end', async (_name, store) => {
  const { emulator, client } = await startEmulator();
  const data = affine(24 * MiB);
  await store(client, data);
  const response = await fetch(emulator.downloadUrl('b1', 'a'));
  expect(await client.delete('a')).toMatchObject({ status: 200 });
  expect(Buffer.from(await response.arrayBuffer()).equals(data)).toBe(true);
});

test.each([
  'space and + plus',
  'per%cent%2Fslash%00',
  'ünï/中文/😀.txt',
  '..dots/..a/b..',
  'q?a=b&c#frag;\'"<>\\|`^{}[]',
  'a//b',
  'stat/x',
  '__proto__',
  '12345',
  'line\nbreak\ttab\u0000nul',
  'x'.repeat(1000),
])('the key %j is stored, described, listed, read and deleted', async key => {
  const { emulator, client } = await startEmulator();
  expect(await client.upload('', key, { policy: { scope: `b1:${key}` } })).toMatchObject({ status: 200 });
  expect(JSON.parse((await client.stat(key)).text)).toMatchObject({ name: key });
  expect((await client.list()).items.map(item => item.key)).toEqual([key]);
  expect(await (await fetch(emulator.downloadUrl('b1', key))).text()).toBe(key);
  expect(await client.delete(key)).toMatchObject({ status: 200 });
  expect(await client.stat(key)).toMatchObject({ status: 404 });
});
