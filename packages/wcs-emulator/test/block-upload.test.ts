import { createHash } from 'node:crypto';
import { crc32, etag } from '@curve-wcs/etag';
import { lcg } from '@curve-wcs/test-support';
import { describe, expect, test } from 'vitest';
import { startEmulator } from './support/start.js';
import { chunkAnswer } from './support/test-client.js';
import { b64u } from './support/tokens.js';

const MiB = 1 << 20;
const data = lcg(9 * MiB + 5);

describe('an upload by blocks', () => {
  test('is one object with the etag of the whole', async () => {
    const { emulator, client } = await startEmulator();
    const contexts = await client.makeBlocks(data);
    const answer = await client.makeFile(String(data.length), contexts, { policy: { scope: 'b1:big' } });
    expect(answer).toMatchObject({ status: 200 });
    expect(JSON.parse(answer.text)).toEqual({ key: 'big', hash: etag(data) });
    const download = await fetch(emulator.downloadUrl('b1', 'big'));
    expect(Buffer.from(await download.arrayBuffer()).equals(data)).toBe(true);
  });

  test('may come in chunks of any size, each answered with its checksums and a new ctx', async () => {
    const { client } = await startEmulator();
    const block = data.subarray(0, 8 * MiB);
    const cuts = [0, 1, 1000, 3 * MiB, 5 * MiB + 7, 8 * MiB];
    const contexts = new Set<string>();
    let ctx = '';
    for (const [index, start] of cuts.slice(0, -1).entries()) {
      const chunk = block.subarray(start, cuts[index + 1]);
      const answer = chunkAnswer(
        index === 0
          ? await client.makeBlock(block.length, 0, chunk)
          : await client.putChunk(ctx, start, chunk),
      );
      expect(answer).toEqual({
        ctx: expect.stringMatching(/^[\w-]+$/),
        checksum: createHash('md5').update(chunk).digest('hex'),
        crc32: crc32(chunk),
        offset: start + chunk.length,
      });
      ctx = answer.ctx;
      contexts.add(ctx);
    }
    expect(contexts.size).toBe(5);
    const last = chunkAnswer(await client.makeBlock(5, 1, data.subarray(8 * MiB, 8 * MiB + 5))).ctx;
    const answer = await client.makeFile(String(8 * MiB + 5), [ctx, last], { policy: { scope: 'b1:big' } });
    expect(JSON.parse(answer.text)).toMatchObject({ hash: etag(data.subarray(0, 8 * MiB + 5)) });
  });

  test('takes its blocks in any order and at the same time', async () => {
    const { client } = await startEmulator();
    const blocks = [0, 1, 2].map(index => data.subarray(index * 4 * MiB, (index + 1) * 4 * MiB));
    const answers = await Promise.all(
      [2, 0, 1].map(async index => {
        const block = blocks[index] ?? Buffer.alloc(0);
        return { index, ctx: chunkAnswer(await client.makeBlock(block.length, index, block)).ctx };
      }),
    );
    const contexts = answers.sort((a, b) => a.index - b.index).map(answer => answer.ctx);
    const answer = await client.makeFile(String(data.length), contexts, { policy: { scope: 'b1:big' } });
    expect(JSON.parse(answer.text)).toMatchObject({ hash: etag(data) });
  });

  test('answers the members of returnBody, whatever their values hold', async () => {
    const { client } = await startEmulator();
    const contexts = await client.makeBlocks(data.subarray(0, 10));
    const path = `10/key/${b64u('a.txt')}/x:msg/${b64u('1&2=3')}`;
    const answer = await client.makeFile(path, contexts, {
      policy: { returnBody: 'size=$(fsize)&msg=$(x:msg)&type=$(mimeType)&bucket=$(bucket)' },
      headers: { MimeType: 'x/y' },
    });
    expect(JSON.parse(answer.text)).toEqual({
      size: '10',
      msg: '1&2=3',
      type: 'x/y',
      bucket: 'b1',
      key: 'a.txt',
      hash: etag(data.subarray(0, 10)),
    });
  });

  test.each([
    ['the scope', 'b1:s', `10/key/${b64u('p')}`, { Key: b64u('h') }, 's'],
    ['else the path', 'b1', `10/key/${b64u('p')}`, { Key: b64u('h') }, 'p'],
    ['else the header', 'b1', '10/', { Key: b64u('h') }, 'h'],
  ])('is named by %s', async (_name, scope, path, headers, key) => {
    const { client } = await startEmulator();
    const contexts = await client.makeBlocks(data.subarray(0, 10));
    const answer = await client.makeFile(path, contexts, { policy: { scope }, headers });
    expect(JSON.parse(answer.text)).toMatchObject({ key });
  });

  test('can be merged again, which replaces the object or is told that it exists', async () => {
    const { emulator, client } = await startEmulator();
    const contexts = await client.makeBlocks(data);
    const merge = (key: string, overwrite: number) =>
      client.makeFile(String(data.length), contexts, { policy: { scope: `b1:${key}`, overwrite } });
    expect(await merge('a', 0)).toMatchObject({ status: 200 });
    expect(await merge('a', 0)).toMatchObject({ status: 406 });
    expect(await merge('a', 1)).toMatchObject({ status: 200 });
    expect(await merge('b', 0)).toMatchObject({ status: 200 });
    expect(await client.delete('a')).toMatchObject({ status: 200 });
    const download = await fetch(emulator.downloadUrl('b1', 'b'));
    expect(Buffer.from(await download.arrayBuffer()).equals(data)).toBe(true);
  });

  test('ignores the query that browsers add', async () => {
    const { client } = await startEmulator();
    const answer = await client.send('POST', '/mkblk/3/0?chunk=0&chunks=1', {
      body: 'abc',
      token: client.token(),
    });
    expect(answer).toMatchObject({ status: 200 });
  });
});

describe('a chunk is refused', () => {
  test('with an altered ctx', async () => {
    const { client } = await startEmulator();
    const { ctx } = chunkAnswer(await client.makeBlock(4 * MiB, 0, data.subarray(0, 10)));
    for (let at = 0; at < ctx.length; at++) {
      const altered = ctx.slice(0, at) + (ctx[at] === 'A' ? 'B' : 'A') + ctx.slice(at + 1);
      expect(await client.putChunk(altered, 10, Buffer.from('x')), `at ${at}`).toMatchObject({ status: 701 });
    }
  });

  test('with a ctx that is not the newest, also when two use the same one at once', async () => {
    const { client } = await startEmulator();
    const { ctx } = chunkAnswer(await client.makeBlock(4 * MiB, 0, data.subarray(0, 10)));
    const answers = await Promise.all([
      client.putChunk(ctx, 10, Buffer.from('x')),
      client.putChunk(ctx, 10, Buffer.from('y')),
    ]);
    expect(answers.map(answer => answer.status).sort()).toEqual([200, 701]);
  });

  test.each([
    ['at another offset', 412, 11, 1],
    ['of no bytes', 400, 10, 0],
    ['beyond the end of its block', 400, 10, 91],
  ])('%s; the right one is still taken', async (_name, status, offset, length) => {
    const { client } = await startEmulator();
    const { ctx } = chunkAnswer(await client.makeBlock(100, 0, data.subarray(0, 10)));
    expect(await client.putChunk(ctx, offset, data.subarray(10, 10 + length))).toMatchObject({ status });
    const answer = await client.putChunk(ctx, 10, data.subarray(10, 100));
    const merged = await client.makeFile('100', [chunkAnswer(answer).ctx], { policy: { scope: 'b1:a' } });
    expect(JSON.parse(merged.text)).toMatchObject({ hash: etag(data.subarray(0, 100)) });
  });

  test.each(['/mkblk/0/0', '/mkblk/-1/0', '/mkblk/x/0', '/mkblk/1073741825/0', '/mkblk/3/x', '/mkblk/2/0'])(
    'at %s',
    async target => {
      const { client } = await startEmulator();
      expect(await client.send('POST', target, { body: 'abc', token: client.token() })).toMatchObject({
        status: 400,
      });
    },
  );
});

describe('a merge is refused', () => {
  test('when a block is missing, and succeeds once it is there', async () => {
    const { client } = await startEmulator();
    const contexts = await client.makeBlocks(data);
    const merge = (list: string[]) =>
      client.makeFile(String(data.length), list, { policy: { scope: 'b1:a' } });
    expect(await merge(contexts.slice(0, 2))).toMatchObject({ status: 412 });
    expect(await merge(contexts.slice(1))).toMatchObject({ status: 412 });
    expect(await client.stat('a')).toMatchObject({ status: 404 });
    expect(await merge(contexts)).toMatchObject({ status: 200 });
  });

  test('when the blocks are in another order', async () => {
    const { client } = await startEmulator();
    const [first = '', second = '', third = ''] = await client.makeBlocks(data);
    const answer = await client.makeFile(String(data.length), [second, first, third], {
      policy: { scope: 'b1:a' },
    });
    expect(answer).toMatchObject({ status: 412 });
  });

  test('when a block is not complete', async () => {
    const { client } = await startEmulator();
    const { ctx } = chunkAnswer(await client.makeBlock(20, 0, data.subarray(0, 10)));
    expect(await client.makeFile('10', [ctx], { policy: { scope: 'b1:a' } })).toMatchObject({ status: 412 });
  });

  test('when a block before the last is no multiple of 4 MiB', async () => {
    const { client } = await startEmulator();
    const first = chunkAnswer(await client.makeBlock(10, 0, data.subarray(0, 10))).ctx;
    const second = chunkAnswer(await client.makeBlock(10, 1, data.subarray(10, 20))).ctx;
    expect(await client.makeFile('20', [first, second], { policy: { scope: 'b1:a' } })).toMatchObject({
      status: 400,
    });
  });

  test.each([
    [
      'with an altered ctx',
      701,
      '10',
      (ctx: string) => [`${ctx.slice(0, -1)}${ctx.endsWith('A') ? 'B' : 'A'}`],
      {},
    ],
    ['for another size', 412, '11', (ctx: string) => [ctx], {}],
    ['without blocks', 400, '0', () => [], {}],
    ['above the size limit', 401, '10', (ctx: string) => [ctx], { fsizeLimit: 9 }],
    ['in another bucket', 412, '10', (ctx: string) => [ctx], { scope: 'b2:a' }],
    ['without a key', 400, '10', (ctx: string) => [ctx], { scope: 'b1' }],
  ])('%s', async (_name, status, path, contextsOf, policy) => {
    const { client } = await startEmulator({ buckets: ['b1', 'b2'] });
    const { ctx } = chunkAnswer(await client.makeBlock(10, 0, data.subarray(0, 10)));
    const answer = await client.makeFile(path, contextsOf(ctx), { policy: { scope: 'b1:a', ...policy } });
    expect(answer).toMatchObject({ status });
  });
});
