import { describe, expect, test } from 'vitest';
import { startEmulator } from './support/start.js';
import { TestClient } from './support/test-client.js';
import { b64u, managementToken, signed, uploadToken } from './support/tokens.js';

describe('stat', () => {
  test('describes an object with strings for numbers', async () => {
    const { client } = await startEmulator({ clock: () => 1_700_000_000_000 });
    await client.upload('a.txt', 'hello');
    const answer = await client.stat('a.txt');
    expect(answer.headers.get('x-reqid')).toMatch(/./);
    expect(JSON.parse(answer.text)).toEqual({
      name: 'a.txt',
      fsize: '5',
      hash: 'Fqr0xh3cxeii2r7eDztILNmuqUNN',
      mimeType: 'text/plain',
      putTime: '1700000000000',
      expirationDate: '',
      storageClass: 'Standard',
      result: 'true',
      code: '200',
      message: 'OK',
    });
  });

  test.each([
    ['no object', b64u('b1:none'), 404],
    ['no bucket', b64u('b9:a'), 631],
    ['no key', b64u('b1:'), 400],
    ['no colon', b64u('b1'), 400],
    ['no Base64', '!!!', 400],
    ['no UTF-8', '_w==', 400],
  ])('of %s is refused', async (_name, entry, status) => {
    const { client } = await startEmulator();
    const answer = await client.manage('GET', `/stat/${entry}`);
    expect(answer).toMatchObject({ status });
    expect(JSON.parse(answer.text)).toEqual({ code: status, message: expect.any(String) });
  });
});

describe('delete', () => {
  test('removes an object once', async () => {
    const { client } = await startEmulator();
    await client.upload('a', 'x');
    const answer = await client.delete('a');
    expect(JSON.parse(answer.text)).toEqual({ code: 200, message: 'OK' });
    expect(await client.stat('a')).toMatchObject({ status: 404 });
    expect(await client.delete('a')).toMatchObject({ status: 404 });
  });
});

describe('buckets', () => {
  test('are listed for their owner only', async () => {
    const { emulator } = await startEmulator({
      buckets: ['shared'],
      credentials: [
        { accessKey: 'all', secretKey: 's1' },
        { accessKey: 'one', secretKey: 's2', buckets: ['mine'] },
      ],
    });
    const names = async (accessKey: string, secretKey: string) => {
      const client = new TestClient({ url: emulator.url, accessKey, secretKey });
      return JSON.parse((await client.manage('GET', '/bucket/list')).text);
    };
    expect(await names('all', 's1')).toEqual({
      code: '200',
      message: 'OK',
      buckets: [{ name: 'mine' }, { name: 'shared' }],
    });
    expect(await names('one', 's2')).toMatchObject({ buckets: [{ name: 'mine' }] });
    const stranger = new TestClient({ url: emulator.url, accessKey: 'one', secretKey: 's2' }, 'shared');
    expect(await stranger.stat('a')).toMatchObject({ status: 403 });
  });
});

describe('a signature', () => {
  test.each([
    ['over the target as sent', '/list?bucket=b1&marker=a%7Cb%20%E4%B8%AD', 200],
    ['over the decoded target', '/list?bucket=b1&marker=a|b 中', 200],
    ['over another target', '/list?bucket=b1&marker=a', 401],
  ])('%s is judged', async (_name, text, status) => {
    const { emulator, client } = await startEmulator();
    const token = managementToken(emulator, text);
    const target = '/list?bucket=b1&marker=a%7Cb%20%E4%B8%AD';
    expect(await client.send('GET', target, { token })).toMatchObject({ status });
  });

  test('covers the body', async () => {
    const { emulator, client } = await startEmulator();
    await client.upload('a', 'x');
    const target = `/delete/${b64u('b1:a')}`;
    expect(
      await client.send('POST', target, { token: managementToken(emulator, target), body: 'x' }),
    ).toMatchObject({ status: 401 });
    expect(
      await client.send('POST', target, { token: managementToken(emulator, target, 'x'), body: 'x' }),
    ).toMatchObject({ status: 200 });
  });

  test('may be by SM3 when the request says so', async () => {
    const { emulator, client } = await startEmulator();
    const headers = { 'encryption-type': 'SM3' };
    const token = signed(emulator, '/bucket/list\n', 'sm3');
    expect(await client.send('GET', '/bucket/list', { token, headers })).toMatchObject({ status: 200 });
    expect(await client.send('GET', '/bucket/list', { token })).toMatchObject({ status: 401 });
    const upload = uploadToken(emulator, { scope: 'b1' }, 'sm3');
    expect(
      await client.send('POST', '/mkblk/1/0', { token: `UpToken ${upload}`, body: 'x', headers }),
    ).toMatchObject({ status: 200 });
    const unknown = await client.send('GET', '/bucket/list', {
      token,
      headers: { 'encryption-type': 'MD5' },
    });
    expect(unknown).toMatchObject({ status: 400 });
  });

  test.each(['', 'nonsense', 'a:b:c', 'who:sign'])('%j is none', async token => {
    const { client } = await startEmulator();
    expect(await client.send('GET', '/bucket/list', { token })).toMatchObject({ status: 401 });
  });
});

describe('a path', () => {
  test.each([
    ['POST', '/fmgr/explode', 404],
    ['GET', '/', 404],
    ['GET', '/file/upload', 405],
    ['POST', '/list', 405],
  ])('%s %s is refused', async (method, target, status) => {
    const { client } = await startEmulator();
    const answer = await client.manage(method, target);
    expect(answer).toMatchObject({ status });
    expect(JSON.parse(answer.text).message).toContain(target);
  });
});
