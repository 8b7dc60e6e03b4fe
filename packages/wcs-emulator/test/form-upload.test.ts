import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { etag } from '@curve-wcs/etag';
import { lcg } from '@curve-wcs/test-support';
import { describe, expect, test } from 'vitest';
import { sendRaw } from './support/raw-request.js';
import { startEmulator } from './support/start.js';
import { decoded } from './support/test-client.js';
import { b64u, uploadToken } from './support/tokens.js';

describe('an upload by form', () => {
  test('stores the content and answers its hash, base64-encoded', async () => {
    const { emulator, client } = await startEmulator();
    const data = lcg(9_000_001);
    const answer = await client.upload('dir/a.bin', data);
    expect(answer.status).toBe(200);
    expect(decoded(answer)).toBe(`hash=${etag(data)}`);
    const download = await fetch(emulator.downloadUrl('b1', 'dir/a.bin'));
    expect(Buffer.from(await download.arrayBuffer()).equals(data)).toBe(true);
  });

  test('stores nothing at all as an empty object', async () => {
    const { client } = await startEmulator();
    expect(decoded(await client.upload('empty', ''))).toBe('hash=Fto5o-5ea0sNMlW_75VgGJCv2AcJ');
    expect(JSON.parse((await client.stat('empty')).text)).toMatchObject({ fsize: '0' });
  });

  test('answers the policy’s template with every variable filled in', async () => {
    const { emulator, client } = await startEmulator({ clock: () => 1000 });
    const template =
      'b=$(bucket)&k=$(key)&f=$(fname)&h=$(hash)&s=$(fsize)&m=$(mimeType)&u=$(url)&i=$(ip)&c=$(costTime)&p=$(persistentId)&x=$(x:who)&none=$(x:none)';
    const answer = await client.upload('a b.txt', 'hello', {
      policy: { returnBody: template },
      fields: { 'x:who': '你好' },
    });
    const url = b64u(emulator.downloadUrl('b1', 'a b.txt'));
    expect(decoded(answer)).toBe(
      `b=b1&k=a b.txt&f=local name.bin&h=${etag(Buffer.from('hello'))}&s=5&m=text/plain&u=${url}&i=127.0.0.1&c=0&p=&x=你好&none=`,
    );
  });

  test.each([
    ['the scope’s key beats the form’s', { scope: 'b1:scope' }, { key: 'form' }, 'scope'],
    ['the form’s key fills an open scope', { scope: 'b1' }, { key: 'form/中 +%2F' }, 'form/中 +%2F'],
    [
      'a saveKey names what nobody named',
      { scope: 'b1', saveKey: 'saved/$(fsize)/$(fname)' },
      {},
      'saved/5/local name.bin',
    ],
  ])('%s', async (_name, policy, fields: Record<string, string>, key) => {
    const { client } = await startEmulator();
    expect(await client.upload('', 'hello', { policy, fields })).toMatchObject({ status: 200 });
    expect((await client.list()).items.map(item => item.key)).toEqual([key]);
  });

  test.each([
    ['the form’s mimeType', 'a.txt', { mimeType: 'x/y' }, 'x/y'],
    ['else what the extension means', 'a.jpg', {}, 'image/jpeg'],
    ['else the type of the part', 'noextension', {}, 'application/octet-stream'],
  ])('the stored type is %s', async (_name, key, fields: Record<string, string>, type) => {
    const { client } = await startEmulator();
    await client.upload(key, 'x', { fields });
    expect(JSON.parse((await client.stat(key)).text)).toMatchObject({ mimeType: type });
  });

  test('replaces an object only where the policy says so', async () => {
    const { emulator, client } = await startEmulator();
    await client.upload('a', 'first');
    expect(await client.upload('a', 'second')).toMatchObject({ status: 406 });
    expect(await client.upload('a', 'third', { policy: { overwrite: '1' } })).toMatchObject({ status: 200 });
    expect(await (await fetch(emulator.downloadUrl('b1', 'a'))).text()).toBe('third');
    expect(blobsIn(emulator.dataDir)).toHaveLength(1);
  });

  test('of one key at the same time succeeds once', async () => {
    const { client } = await startEmulator();
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, i) => client.upload('same', `content ${i}`)),
    );
    expect(answers.map(answer => answer.status).sort()).toEqual([200, ...Array<number>(9).fill(406)]);
  });

  test('keeps an object for the days that are asked for', async () => {
    let now = 1_700_000_000_000;
    const { emulator, client } = await startEmulator({ clock: () => now });
    await client.upload('short', 'x', { fields: { deadline: '2' } });
    await client.upload('long', 'x', { fields: { deadline: '-1' } });
    const end = 1_700_000_000_000 + 2 * 86_400_000;
    expect(JSON.parse((await client.stat('short')).text)).toMatchObject({ expirationDate: String(end) });
    expect(JSON.parse((await client.stat('long')).text)).toMatchObject({ expirationDate: '' });
    now = end;
    expect(await client.stat('short')).toMatchObject({ status: 404 });
    expect((await client.list()).items.map(item => item.key)).toEqual(['long']);
    expect((await fetch(emulator.downloadUrl('b1', 'short'))).status).toBe(404);
    expect(await client.delete('short')).toMatchObject({ status: 404 });
    expect(await client.upload('short', 'again')).toMatchObject({ status: 200 });
  });
});

describe('a form is refused', () => {
  test.each([
    ['without a token', 401, {}],
    [
      'with an unknown access key',
      401,
      { token: uploadToken({ accessKey: 'who', secretKey: 'x' }, { scope: 'b1:a' }) },
    ],
    ['with garbage for a token', 401, { token: 'a:b:c:d' }],
  ])('%s', async (_name, status, fields: Record<string, string>) => {
    const { emulator, client } = await startEmulator();
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.set(name, value);
    form.set('file', new Blob(['x']), 'x');
    expect(await client.send('POST', '/file/upload', { body: form })).toMatchObject({ status });
    expect(filesIn(emulator.dataDir)).toEqual([]);
  });

  test.each([
    ['after the deadline', 401, { deadline: 999 }],
    ['at a size above the limit', 401, { fsizeLimit: 4 }],
    ['for a bucket that does not exist', 631, { scope: 'nowhere:a' }],
    ['without a scope', 401, { scope: '' }],
    ['without any key', 400, { scope: 'b1' }],
    ['with a deadline that is no number', 401, { deadline: 'soon' }],
  ])('%s', async (_name, status, policy) => {
    const { emulator, client } = await startEmulator({ clock: () => 1000 });
    const answer = await client.upload('a', 'hello', { policy });
    expect(answer).toMatchObject({ status });
    expect(JSON.parse(answer.text)).toEqual({ code: status, message: expect.any(String) });
    expect(filesIn(emulator.dataDir)).toEqual([]);
  });

  test.each(['/a', 'a/', 'a/../b', '../a', 'a/./b', '..', 'x'.repeat(1001), '中'.repeat(334)])(
    'with the key %s',
    async key => {
      const { client } = await startEmulator();
      expect(await client.upload('', 'x', { policy: { scope: 'b1' }, fields: { key } })).toMatchObject({
        status: 400,
      });
    },
  );

  test.each(['text/plain; charset=中', 'text/plain\r\nX-Other: 1', 'text/\0'])(
    'with the type %j, which no download could carry',
    async mimeType => {
      const { client } = await startEmulator();
      expect(await client.upload('a', 'x', { fields: { mimeType } })).toMatchObject({ status: 400 });
      expect(await client.append('b', 0, 'x', { fields: { mimeType } })).toMatchObject({ status: 400 });
    },
  );

  test('with a key that is no text', async () => {
    const { client } = await startEmulator();
    expect(await client.upload('a\ud800', 'x')).toMatchObject({ status: 400 });
    expect((await client.list()).items).toEqual([]);
  });

  test.each([1e300, -1e16])('with the last modified time %d', async lastModifiedTime => {
    const { client } = await startEmulator();
    expect(await client.upload('a', 'x', { policy: { lastModifiedTime } })).toMatchObject({ status: 401 });
  });

  test('with a part that has no name', async () => {
    const { emulator, client } = await startEmulator();
    const part = (disposition: string, content: string) =>
      `--B\r\nContent-Disposition: form-data${disposition}\r\n\r\n${content}\r\n`;
    const body = [
      part('; name="token"', client.token({ scope: 'b1:a' })),
      part('', 'x'),
      part('; name="file"; filename="a"', 'x'),
      '--B--\r\n',
    ].join('');
    const answer = await fetch(`${emulator.url}/file/upload`, {
      method: 'POST',
      headers: { 'Content-Type': 'multipart/form-data; boundary=B' },
      body,
    });
    expect([answer.status, await answer.json()]).toEqual([
      400,
      { code: 400, message: expect.stringContaining('name') },
    ]);
  });

  test('with more fields than are read', async () => {
    const { client } = await startEmulator();
    const fields = Object.fromEntries(Array.from({ length: 1100 }, (_, i) => [`x:${i}`, 'y']));
    expect(await client.upload('a', 'x', { fields })).toMatchObject({ status: 413 });
  });

  test('by an account for the bucket of another', async () => {
    const { client } = await startEmulator({
      credentials: [
        { accessKey: 'one', secretKey: 's1', buckets: ['b1'] },
        { accessKey: 'two', secretKey: 's2', buckets: ['b2'] },
      ],
      buckets: [],
    });
    expect(await client.upload('a', 'x')).toMatchObject({ status: 200 });
    expect(await client.upload('a', 'x', { policy: { scope: 'b2:a' } })).toMatchObject({ status: 403 });
  });

  test.each([
    ['no multipart body', 'text/plain', 'hello'],
    ['no boundary', 'multipart/form-data', 'hello'],
    [
      'no end',
      'multipart/form-data; boundary=B',
      '--B\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\nhalf',
    ],
    [
      'no file',
      'multipart/form-data; boundary=B',
      '--B\r\nContent-Disposition: form-data; name="x"\r\n\r\nhalf\r\n--B--\r\n',
    ],
  ])('with %s', async (_name, type, text) => {
    const { emulator } = await startEmulator();
    const headers = [
      ['Host', 'x'],
      ['Content-Type', type],
      ['Content-Length', String(text.length)],
    ] as const;
    const answer = await sendRaw(emulator.port, {
      method: 'POST',
      target: '/file/upload',
      headers,
      body: Buffer.from(text),
    });
    expect(answer.status).toBe(400);
    expect(filesIn(emulator.dataDir)).toEqual([]);
  });
});

function blobsIn(dataDir: string): string[] {
  return readdirSync(join(dataDir, 'blobs'), { recursive: true, encoding: 'utf8' }).filter(
    name => name.length > 2,
  );
}

function filesIn(dataDir: string): string[] {
  return [...readdirSync(join(dataDir, 'tmp')), ...blobsIn(dataDir)];
}
