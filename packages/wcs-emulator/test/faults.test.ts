import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { affine } from '@curve-wcs/test-support';
import { describe, expect, test } from 'vitest';
import { type FaultRule, WcsEmulatorError } from '../src/index.js';
import { sendRaw } from './support/raw-request.js';
import { startEmulator } from './support/start.js';
import { chunkAnswer } from './support/test-client.js';
import { b64u } from './support/tokens.js';

const MiB = 1 << 20;

describe('a fault', () => {
  test.each([500, 579, 631, 701, 999])('answers status %i instead of doing the work', async status => {
    const { emulator, client } = await startEmulator();
    emulator.faults.add({ match: { path: '/file/upload', times: 1 }, do: `status ${status}` });
    const answer = await client.upload('a', 'x');
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.text)).toEqual({ code: status, message: 'injected fault' });
    expect(await client.stat('a')).toMatchObject({ status: 404 });
    expect(await client.upload('a', 'x')).toMatchObject({ status: 200 });
  });

  test('answers with a body and headers of its own', async () => {
    const { client } = await startEmulator({
      faults: [
        { do: { type: 'status', status: 502, body: '<html>', headers: { 'Content-Type': 'text/html' } } },
      ],
    });
    const answer = await client.stat('a');
    expect({ status: answer.status, text: answer.text, type: answer.headers.get('content-type') }).toEqual({
      status: 502,
      text: '<html>',
      type: 'text/html',
    });
  });

  test('resets the connection before the work', async () => {
    const { emulator, client } = await startEmulator();
    emulator.faults.add({ match: { path: '/delete/' }, do: 'reset' });
    await client.upload('a', 'x');
    await expect(client.delete('a')).rejects.toThrow();
    expect(await client.stat('a')).toMatchObject({ status: 200 });
  });

  test('resets the connection in the middle of a request body, which leaves nothing behind', async () => {
    const { emulator, client } = await startEmulator();
    emulator.faults.add({
      match: { method: 'post', path: /^\/mkblk/ },
      do: { type: 'reset-during', bytes: MiB },
    });
    await expect(client.makeBlock(4 * MiB, 0, affine(4 * MiB))).rejects.toThrow();
    await expect.poll(() => emulator.requests.at(-1)?.message).toContain('reset by a fault');
    expect(emulator.requests.at(-1)).toMatchObject({ status: 0 });
    expect(filesIn(emulator.dataDir)).toEqual([]);
  });

  test('drops the answer after the work is done', async () => {
    const { emulator, client } = await startEmulator();
    emulator.faults.add({ match: { path: '/file/upload' }, do: ['delay 1ms', 'drop'] });
    await expect(client.upload('a', 'x')).rejects.toThrow();
    expect(await client.stat('a')).toMatchObject({ status: 200 });
  });

  test('truncates an answer that promised more', async () => {
    const { emulator, client } = await startEmulator();
    await client.upload('a', affine(1000));
    emulator.faults.add({ match: { path: '/-/b1/a' }, do: 'truncate 10' });
    const request = sendRaw(emulator.port, { method: 'GET', target: '/-/b1/a', headers: [['Host', 'x']] });
    await expect(request).rejects.toThrow('the connection ended');
    const response = await fetch(emulator.downloadUrl('b1', 'a'));
    expect(response.headers.get('content-length')).toBe('1000');
    await expect(response.arrayBuffer()).rejects.toThrow();
    expect(emulator.requests.at(-1)).toMatchObject({ bytesOut: 10 });
  });

  test.each([
    ['drop', 'the connection ended after 0 bytes'],
    ['truncate 10', 'the connection ended'],
  ])('does %s to a refusal too', async (action, message) => {
    const { emulator } = await startEmulator();
    emulator.faults.add({ do: action });
    const request = sendRaw(emulator.port, { method: 'GET', target: '/-/b1/a', headers: [['Host', 'x']] });
    await expect(request).rejects.toThrow(message);
    await expect
      .poll(() => emulator.requests.at(-1))
      .toMatchObject({ status: action === 'drop' ? 0 : 404, message: 'no such object: a' });
  });

  test('corrupts a refusal too', async () => {
    const { emulator, client } = await startEmulator();
    emulator.faults.add({ do: 'corrupt code' });
    const answer = await client.stat('a');
    expect(answer.status).toBe(404);
    expect(JSON.parse(answer.text)).toMatchObject({ code: 405 });
  });

  test('corrupts one byte of a download', async () => {
    const { emulator, client } = await startEmulator();
    const data = affine(600_000);
    await client.upload('a', data);
    emulator.faults.add({ match: { path: '/-/' }, do: 'corrupt' });
    const body = Buffer.from(await (await fetch(emulator.downloadUrl('b1', 'a'))).arrayBuffer());
    expect(body).toHaveLength(data.length);
    expect([...body].filter((byte, index) => byte !== data[index])).toHaveLength(1);
  });

  test.each(['ctx', 'crc32', 'checksum', 'offset'] as const)(
    'corrupts the %s of an answer and nothing else',
    async member => {
      const { emulator, client } = await startEmulator();
      const chunk = Buffer.from('hello');
      const { ctx, ...right } = chunkAnswer(await client.makeBlock(10, 0, chunk));
      emulator.faults.add({ do: `corrupt ${member}` });
      const answer = chunkAnswer(await client.makeBlock(10, 0, chunk));
      if (member === 'ctx') {
        expect(answer).toMatchObject(right);
        emulator.faults.clear();
        expect(await client.putChunk(answer.ctx, 5, chunk)).toMatchObject({ status: 701 });
      } else {
        expect(answer).toEqual({ ...right, ctx: expect.any(String), [member]: answer[member] });
        expect(answer[member]).not.toBe(right[member]);
        expect(typeof answer[member]).toBe(typeof right[member]);
      }
      expect(ctx).not.toBe(answer.ctx);
    },
  );

  test('hangs until the client gives up', async () => {
    const { emulator, client } = await startEmulator();
    emulator.faults.add({ match: { path: '/stat/' }, do: 'hang' });
    const controller = new AbortController();
    const hanging = fetch(`${emulator.url}/stat/x`, { signal: controller.signal });
    await expect.poll(() => emulator.requests.length).toBe(1);
    controller.abort();
    await expect(hanging).rejects.toThrow();
    expect(await client.manage('GET', '/bucket/list')).toMatchObject({ status: 200 });
  });

  test.each([
    ['an upload by form', 'disk full 1000', '/file/upload'],
    ['a block', { type: 'disk-full' } as const, '/mkblk/'],
  ])('fills the disk during %s: 500, nothing visible, nothing left', async (_name, action, path) => {
    const { emulator, client } = await startEmulator();
    emulator.faults.add({ match: { path }, do: action });
    const answers = [
      await client.upload('a', affine(3 * MiB)),
      await client.makeBlock(4 * MiB, 0, affine(3 * MiB)),
    ];
    const failed = answers[path === '/mkblk/' ? 1 : 0];
    expect(failed).toMatchObject({ status: 500 });
    expect(JSON.parse(failed?.text ?? '')).toEqual({ code: 500, message: expect.stringContaining('ENOSPC') });
    expect(filesIn(emulator.dataDir)).toHaveLength(1);
    expect(await client.stat('a')).toMatchObject({ status: path === '/mkblk/' ? 200 : 404 });
  });

  test('fills the disk during a later chunk: the block is as it was before', async () => {
    const { emulator, client } = await startEmulator();
    const { ctx } = chunkAnswer(await client.makeBlock(3 * MiB, 0, affine(MiB)));
    const remove = emulator.faults.add({ do: 'disk full 1500000' });
    expect(await client.putChunk(ctx, MiB, affine(2 * MiB))).toMatchObject({ status: 500 });
    remove();
    const whole = affine(3 * MiB);
    const { ctx: last } = chunkAnswer(await client.putChunk(ctx, MiB, whole.subarray(MiB)));
    expect(await client.makeFile(String(3 * MiB), [last], { policy: { scope: 'b1:a' } })).toMatchObject({
      status: 200,
    });
    const body = await (await fetch(emulator.downloadUrl('b1', 'a'))).arrayBuffer();
    expect(Buffer.from(body).equals(whole)).toBe(true);
  });
});

describe('a fault rule', () => {
  /** The statuses of five requests to the same address. */
  async function statuses(match: FaultRule['match'], random?: () => number): Promise<number[]> {
    const { emulator, client } = await startEmulator({ ...(random && { random }) });
    emulator.faults.add({ match: { path: '/bucket/', ...match }, do: 'status 503' });
    const seen: number[] = [];
    for (let i = 0; i < 5; i++) seen.push((await client.manage('GET', '/bucket/list')).status);
    return seen;
  }

  test.each([
    ['every time', {}, [503, 503, 503, 503, 503]],
    ['so many times', { times: 2 }, [503, 503, 200, 200, 200]],
    ['the nth time', { nth: 3 }, [200, 200, 503, 200, 200]],
    ['some times', { nth: [1, 4] }, [503, 200, 200, 503, 200]],
    ['for a method', { method: 'POST' }, [200, 200, 200, 200, 200]],
    ['for a pattern', { path: /LIST$/gi }, [503, 503, 503, 503, 503]],
    ['never, at probability 0', { probability: 0 }, [200, 200, 200, 200, 200]],
    ['always, at probability 1', { probability: 1 }, [503, 503, 503, 503, 503]],
  ])('acts %s', async (_name, match, expected) => {
    expect(await statuses(match)).toEqual(expected);
  });

  test('acts by chance', async () => {
    const numbers = [0.1, 0.6, 0.4, 0.5, 0.2];
    expect(await statuses({ probability: 0.5 }, () => numbers.shift() ?? 1)).toEqual([
      503, 200, 503, 200, 503,
    ]);
  });

  test('yields to an older one, and ends when removed or at the end of its block', async () => {
    const { emulator, client } = await startEmulator();
    const status = async () => (await client.manage('GET', '/bucket/list')).status;
    const remove = emulator.faults.add({ do: 'status 501' });
    {
      using second = emulator.faults.add({ do: 'status 502' });
      expect(await status()).toBe(501);
      remove();
      expect(await status()).toBe(502);
      expect(emulator.faults.list()).toMatchObject([{ matched: 2, fired: 1 }]);
      expect(second).toBeTypeOf('function');
    }
    expect(await status()).toBe(200);
  });

  test('redirects elsewhere, or says that it is overloaded', async () => {
    const { emulator, client } = await startEmulator();
    emulator.faults.add({
      match: { path: '/bucket', nth: 1 },
      do: `redirect ${emulator.url}/list?bucket=b1`,
    });
    emulator.faults.add({ match: { path: '/bucket', nth: 2 }, do: 'redirect 307 /elsewhere' });
    emulator.faults.add({ match: { path: '/bucket', nth: 3 }, do: 'overload' });
    const ask = async () => {
      const { status, headers } = await fetch(`${emulator.url}/bucket/list`, { redirect: 'manual' });
      return [status, headers.get('location'), headers.get('retry-after')];
    };
    expect(await ask()).toEqual([302, `${emulator.url}/list?bucket=b1`, null]);
    expect(await ask()).toEqual([307, '/elsewhere', null]);
    expect(await ask()).toEqual([503, null, '1']);
    expect(await client.manage('GET', '/bucket/list')).toMatchObject({ status: 200 });
  });

  test('meets commands of jobs, and not the requests for them', async () => {
    const { emulator, client } = await startEmulator();
    await client.upload('a', 'x');
    const copy = (key: string) => `resource/${b64u('b1:a')}/bucket/${b64u('b1')}/key/${b64u(key)}`;
    emulator.faults.add({ match: { job: 'fmgr/copy', nth: 1 }, do: 'status 500' });
    emulator.faults.add({
      match: { job: 'any', nth: 2 },
      do: ['delay 1ms', { type: 'status', status: 400, body: 'no' }],
    });
    const job = await client.run('copy', `${copy('b')};${copy('c')};${copy('d')}`);
    expect(job.items.map(({ code, error }) => [code, error])).toEqual([
      [2, 'injected fault: status 500'],
      [2, 'no'],
      [3, null],
    ]);
    const hanging = emulator.faults.add({ match: { job: 'any' }, do: 'hang' });
    const id = await client.submit('copy', copy('e'));
    await expect.poll(async () => (await client.jobStatus(id)).items[0]?.code).toBe(1);
    hanging();
    await emulator.close();
  });

  test('fills the disk while a job works', async () => {
    const { emulator, client } = await startEmulator();
    await client.upload('a', 'x');
    emulator.faults.add({ match: { job: 'fops' }, do: 'disk full 3' });
    const fops = b64u(`md5|saveas/${b64u('b1:told')}`);
    const { text } = await client.manage(
      'POST',
      '/fops',
      `bucket=${b64u('b1')}&key=${b64u('a')}&fops=${fops}`,
    );
    const job = await client.finished(JSON.parse(text).persistentId);
    expect(job.items).toMatchObject([{ code: 2, error: expect.stringContaining('ENOSPC') }]);
  });

  test.each<FaultRule>([
    { match: { outbound: 'nobody' as 'any' }, do: 'reset' },
    { match: { outbound: 'any' }, do: 'disk full' },
    { match: { job: 'any' }, do: 'reset' },
    { match: { job: 'any', method: 'POST' }, do: 'hang' },
    { match: { job: 'any', outbound: 'any' }, do: 'hang' },
    { do: 'redirect' },
    { do: 'explode' },
    { do: 'status 1000' },
    { do: { type: 'delay', ms: -1 } },
    { do: ['reset', 'nonsense'] },
    { do: 'status 101' },
    { do: { type: 'status', status: 404.5 } },
    { do: { type: 'status', status: 503, body: {} as string } },
    { do: { type: 'status', status: 503, headers: 'Retry-After: 1' as unknown as Record<string, string> } },
    { do: { type: 'status', status: 503, headers: { 'Retry After': '1' } } },
    { do: { type: 'status', status: 503, headers: { 'Retry-After': '1\n' } } },
    { do: 'redirect http://例え/' },
    { match: { method: 5 as unknown as string }, do: 'reset' },
    { match: { path: 5 as unknown as string }, do: 'reset' },
    { match: { path: { source: '^/' } as RegExp }, do: 'reset' },
    { match: { nth: 0 }, do: 'reset' },
    { match: { times: 1.5 }, do: 'reset' },
    { match: { probability: 2 }, do: 'reset' },
    { match: { url: '/x' } as FaultRule['match'] & object, do: 'reset' },
  ])('%j is refused', async rule => {
    const { emulator } = await startEmulator();
    expect(() => emulator.faults.add(rule)).toThrow(expect.objectContaining({ code: 'INVALID_FAULT' }));
    expect(() => emulator.faults.add(rule)).toThrow(WcsEmulatorError);
    expect(emulator.faults.list()).toEqual([]);
  });
});

describe('the control endpoint', () => {
  test('adds, lists and ends rules, and is no target of them', async () => {
    const { client } = await startEmulator();
    const control = (method: string, query = '', body?: unknown) =>
      client.send(method, `/-/control/faults${query}`, {
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
    const rule = { match: { path: { pattern: '^.BUCKET', flags: 'i' } }, do: 'status 503' };
    const added = JSON.parse((await control('POST', '', rule)).text);
    expect(added).toMatchObject({ rule, matched: 0, fired: 0 });
    await control('POST', '', { do: 'status 504' });
    expect(await client.manage('GET', '/bucket/list')).toMatchObject({ status: 503 });
    expect(await client.manage('GET', '/list?bucket=b1')).toMatchObject({ status: 504 });
    expect(JSON.parse((await control('GET')).text).faults).toMatchObject([
      { fired: 1 },
      { matched: 2, fired: 1 },
    ]);
    expect(await control('DELETE', `?id=${added.id}`)).toMatchObject({ status: 200 });
    expect(await control('DELETE', `?id=${added.id}`)).toMatchObject({ status: 404 });
    expect(JSON.parse((await control('DELETE')).text)).toEqual({ faults: [] });
    expect(await client.manage('GET', '/bucket/list')).toMatchObject({ status: 200 });
  });

  test.each(['no json', '{"do":"explode"}', '{"match":{"path":{"pattern":"("}},"do":"reset"}', 'null', '{}'])(
    'refuses %s',
    async body => {
      const { client } = await startEmulator();
      expect(await client.send('POST', '/-/control/faults', { body })).toMatchObject({ status: 400 });
    },
  );
});

function filesIn(dataDir: string): string[] {
  const blobs = readdirSync(join(dataDir, 'blobs'), { recursive: true, encoding: 'utf8' });
  return [...readdirSync(join(dataDir, 'tmp')), ...blobs.filter(name => name.length > 2)];
}
