import { createHmac } from 'node:crypto';
import { type AddressInfo, createServer } from 'node:net';
import { crc64, etag } from '@curve-wcs/etag';
import { affine } from '@curve-wcs/test-support';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type Received, startReceiver } from './support/receiver.js';
import { startEmulator } from './support/start.js';
import { decoded, TestClient } from './support/test-client.js';
import { b64u } from './support/tokens.js';

const json = (value: unknown) => ({ body: JSON.stringify(value) });

/** The Authorization of a callback, straight from section 1.6. */
function expectedAuthorization(accessKey: string, secretKey: string, url: string, body: string): string {
  const hex = createHmac('sha1', secretKey)
    .update(`${url}\n${b64u(body)}`)
    .digest('hex');
  return `${accessKey}:${b64u(hex)}`;
}

describe('a callback', () => {
  test('tells the application of an upload by form, signed, and the client what it answers', async () => {
    const { emulator, client } = await startEmulator({ clock: () => 1000 });
    const receiver = await startReceiver(() => json({ accepted: '好', by: 7 }));
    const callbackUrl = `${receiver.url}/uploaded?from=wcs&x=1`;
    const answer = await client.upload('dir/a b.txt', 'hello', {
      policy: {
        callbackUrl,
        callbackBody:
          'b=$(bucket)&k=$(key)&f=$(fname)&h=$(hash)&s=$(fsize)&m=$(mimeType)&u=$(url)&i=$(ip)&c=$(costTime)&p=$(persistentId)&who=$(x:who)&const=1',
      },
      fields: { 'x:who': '你 & me=+%' },
    });
    expect(answer).toMatchObject({ status: 200, text: '{"accepted":"好","by":7}' });
    expect(answer.headers.get('content-type')).toBe('application/json');

    expect(receiver.received).toHaveLength(1);
    const [request] = receiver.received as [Received];
    expect(request).toMatchObject({ method: 'POST', target: '/uploaded?from=wcs&x=1' });
    expect(request.headers['content-type']).toBe('application/x-www-form-urlencoded');
    const body = request.body.toString();
    expect(request.headers.authorization).toBe(
      expectedAuthorization(emulator.accessKey, emulator.secretKey, callbackUrl, body),
    );
    expect([...new URLSearchParams(body)]).toEqual([
      ['b', 'b1'],
      ['k', 'dir/a b.txt'],
      ['f', 'local name.bin'],
      ['h', etag(Buffer.from('hello'))],
      ['s', '5'],
      ['m', 'text/plain'],
      ['u', b64u(emulator.downloadUrl('b1', 'dir/a b.txt'))],
      ['i', '127.0.0.1'],
      ['c', '0'],
      ['p', ''],
      ['who', '你 & me=+%'],
      ['const', '1'],
    ]);
  });

  test('tells of a file made of blocks', async () => {
    const { emulator, client } = await startEmulator();
    const receiver = await startReceiver(() => json([1, 2]));
    const data = affine((4 << 20) + 7);
    const contexts = await client.makeBlocks(data);
    const path = `${data.length}/key/${b64u('big')}/x:tag/${b64u('a&b')}`;
    const answer = await client.makeFile(path, contexts, {
      policy: {
        callbackUrl: receiver.url,
        callbackBody: '$(key)=$(fsize)&t=$(x:tag)',
        returnBody: 'unused=1',
      },
      headers: { MimeType: 'x/y' },
    });
    expect(answer).toMatchObject({ status: 200, text: '[1,2]' });
    const [request] = receiver.received as [Received];
    expect(request.body.toString()).toBe(`big=${data.length}&t=a%26b`);
    expect(request.headers.authorization).toBe(
      expectedAuthorization(emulator.accessKey, emulator.secretKey, receiver.url, request.body.toString()),
    );
  });

  test('tells of a piece that was appended', async () => {
    const { client } = await startEmulator();
    const receiver = await startReceiver(() => json({ noted: true }));
    const policy = { callbackUrl: receiver.url, callbackBody: 'k=$(key)&s=$(fsize)' };
    for (const position of [0, 5]) {
      const form = new FormData();
      form.set('token', client.token({ scope: 'b1:log', ...policy }));
      form.set('file', new Blob(['hello']), 'x');
      const answer = await client.send('POST', `/append/${position}`, { body: form });
      expect(answer).toMatchObject({ status: 200, text: '{"noted":true}' });
      expect(answer.headers.get('x-wcs-next-append-position')).toBe(String(position + 5));
    }
    expect(receiver.received.map(({ body }) => body.toString())).toEqual(['k=log&s=5', 'k=log&s=10']);
  });

  test('is signed by the account of the token', async () => {
    const { emulator, client } = await startEmulator({
      credentials: [
        { accessKey: 'first', secretKey: 's1' },
        { accessKey: 'second', secretKey: 's2' },
      ],
    });
    const receiver = await startReceiver(() => json({}));
    const second = new TestClient({ url: emulator.url, accessKey: 'second', secretKey: 's2' });
    await second.upload('a', 'x', { policy: { callbackUrl: receiver.url } });
    await client.upload('b', 'x', { policy: { callbackUrl: receiver.url } });
    expect(receiver.received.map(request => request.headers.authorization)).toEqual([
      expectedAuthorization('second', 's2', receiver.url, ''),
      expectedAuthorization('first', 's1', receiver.url, ''),
    ]);
  });

  test.each([
    ['answers an error', () => ({ status: 500, body: 'broken' }), /it answered 500: broken/],
    ['answers another success', () => ({ status: 204 }), /it answered 204/],
    ['redirects', () => ({ status: 302, headers: { Location: '/' } }), /it answered 302/],
    ['answers no JSON', () => ({ body: '<html>' }), /its answer is not JSON/],
    ['answers nothing', () => ({ body: '' }), /its answer is not JSON/],
    ['takes too long', () => 'hang' as const, /did not answer within/],
    ['answers without end', () => ({ body: `"${'x'.repeat(2 << 20)}"` }), /more than/],
  ])('that %s leaves the object and answers 579', async (_name, answer, message) => {
    const { emulator, client } = await startEmulator({ outboundTimeout: 300 });
    const receiver = await startReceiver(answer);
    const upload = await client.upload('a', 'kept', { policy: { callbackUrl: receiver.url } });
    expect(upload.status).toBe(579);
    expect(JSON.parse(upload.text)).toEqual({ code: 579, message: expect.stringMatching(message) });
    expect(receiver.received).toHaveLength(1);
    expect(await (await fetch(emulator.downloadUrl('b1', 'a'))).text()).toBe('kept');

    const contexts = await client.makeBlocks(Buffer.from('kept too'));
    const file = await client.makeFile('8', contexts, {
      policy: { scope: 'b1:b', callbackUrl: receiver.url },
    });
    expect(file.status).toBe(579);
    expect(await (await fetch(emulator.downloadUrl('b1', 'b'))).text()).toBe('kept too');
  });

  test('answers 579 where the other server changes the protocol', async () => {
    const { client } = await startEmulator();
    const server = createServer(socket => {
      socket.on('error', () => {});
      socket.once('data', () => {
        socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: other\r\n\r\n');
      });
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      server.close();
    });
    const callbackUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    expect(await client.upload('a', 'x', { policy: { callbackUrl } })).toMatchObject({ status: 579 });
  });

  test.each([
    ['nobody listens', 'http://127.0.0.1:1/'],
    ['it is another machine', 'http://192.0.2.1/'],
    ['its name is another machine', 'https://callback.example.com/'],
  ])('answers 579 where %s', async (_name, callbackUrl) => {
    const { client } = await startEmulator();
    expect(await client.upload('a', 'x', { policy: { callbackUrl } })).toMatchObject({ status: 579 });
    expect(await client.stat('a')).toMatchObject({ status: 200 });
  });

  test.each(['status 500', 'reset', 'drop', 'truncate 1', 'reset during 2'])(
    'answers 579 when it meets the fault %s, once',
    async action => {
      const { client } = await startEmulator({
        faults: [{ match: { outbound: 'callback', times: 1 }, do: action }],
      });
      const receiver = await startReceiver(() => json({ fine: true }));
      const policy = { callbackUrl: receiver.url, callbackBody: 'k=$(key)', overwrite: 1 };
      expect(await client.upload('a', 'x', { policy })).toMatchObject({ status: 579 });
      expect(await client.upload('a', 'x', { policy })).toMatchObject({ status: 200 });
    },
  );

  test('is not made for an upload that is refused', async () => {
    const { client } = await startEmulator();
    const receiver = await startReceiver(() => json({}));
    await client.upload('a', 'x');
    expect(await client.upload('a', 'x', { policy: { callbackUrl: receiver.url } })).toMatchObject({
      status: 406,
    });
    expect(receiver.received).toEqual([]);
  });

  test('ends when the emulator closes', async () => {
    const { emulator, client } = await startEmulator();
    const receiver = await startReceiver(() => 'hang');
    const upload = client.upload('a', 'x', { policy: { callbackUrl: receiver.url } }).catch(() => 'ended');
    await expect.poll(() => receiver.received).toHaveLength(1);
    await emulator.close();
    await upload;
  });
});

describe('a template', () => {
  test.each([
    ['an unknown variable is empty', 'a=$(nope)&b=$()&c=$(x:)', 'a=&b=&c='],
    ['an unfinished one is text', 'a=$(key&b=$key', 'a=$(key&b=$key'],
    ['names of inherited members mean nothing', 'a=$(constructor)$(__proto__)', 'a='],
    ['a value is not substituted again', 'v=$(x:nested)', 'v=$(key)'],
    ['no replacement pattern is special', 'v=$(x:dollar)', 'v=$&$1$$'],
  ])('%s', async (_name, template, text) => {
    const { client } = await startEmulator();
    const receiver = await startReceiver(() => json({}));
    const fields = { 'x:nested': '$(key)', 'x:dollar': '$&$1$$' };
    expect(decoded(await client.upload('a', 'x', { policy: { returnBody: template }, fields }))).toBe(text);
    await client.upload('b', 'x', {
      policy: { callbackUrl: receiver.url, callbackBody: template },
      fields,
    });
    const [request] = receiver.received as [Received];
    expect(decodeURIComponent(request.body.toString())).toBe(text);
  });

  test('an ampersand in a value makes no further member in JSON', async () => {
    const { client } = await startEmulator();
    const contexts = await client.makeBlocks(Buffer.from('x'));
    const value = b64u('1&hash=forged&key=forged');
    const answer = await client.makeFile(`1/x:v/${value}`, contexts, {
      policy: { scope: 'b1:a', returnBody: 'v=$(x:v)&__proto__=$(x:v)' },
    });
    expect(JSON.parse(answer.text)).toMatchObject({
      v: '1&hash=forged&key=forged',
      key: 'a',
      hash: etag(Buffer.from('x')),
    });
  });
});

describe('a returnUrl', () => {
  test.each([
    ['', '/done', '/done?upload_ret='],
    ['with a query', '/done?a=b', '/done?a=b&upload_ret='],
    ['with a fragment', '/done#top', '/done?upload_ret='],
  ])('%s gets the result of an upload', async (_name, path, start) => {
    const { emulator, client } = await startEmulator();
    const receiver = await startReceiver();
    const form = new FormData();
    const policy = { scope: 'b1:k', returnUrl: receiver.url + path, returnBody: 'k=$(key)&s=$(fsize)' };
    form.set('token', client.token(policy));
    form.set('file', new Blob(['hello']), 'x');
    const response = await fetch(`${emulator.url}/file/upload`, {
      method: 'POST',
      body: form,
      redirect: 'manual',
    });
    expect(response.status).toBe(303);
    const location = response.headers.get('location') ?? '';
    expect(location.startsWith(receiver.url + start)).toBe(true);
    const result = new URL(location).searchParams.get('upload_ret') ?? '';
    expect(Buffer.from(result, 'base64url').toString()).toBe('k=k&s=5');
  });

  test('is where a browser ends up', async () => {
    const { client } = await startEmulator();
    const receiver = await startReceiver(() => ({ body: 'thank you' }));
    const answer = await client.upload('a', 'x', { policy: { returnUrl: `${receiver.url}/done` } });
    expect(answer).toMatchObject({ status: 200, text: 'thank you' });
    expect(receiver.received).toMatchObject([
      { method: 'GET', target: `/done?upload_ret=${b64u(`hash=${etag(Buffer.from('x'))}`)}` },
    ]);
  });

  test('gets why an upload was refused', async () => {
    const { client } = await startEmulator();
    const receiver = await startReceiver();
    await client.upload('a', 'x');
    await client.upload('a', 'x', { policy: { returnUrl: receiver.url } });
    await client.upload('b', 'too large', { policy: { returnUrl: receiver.url, fsizeLimit: 1 } });
    const queries = receiver.received.map(({ target }) =>
      Object.fromEntries(new URL(target, 'http://x').searchParams),
    );
    expect(queries).toEqual([
      { code: '406', message: 'the object exists: a' },
      { code: '401', message: expect.stringContaining('the token allows 1') },
    ]);
  });

  test('means nothing without a good token, beside a callback, and to files made of blocks', async () => {
    const { client } = await startEmulator();
    const receiver = await startReceiver(() => json({ called: true }));
    const policy = { returnUrl: receiver.url };
    expect(await client.upload('a', 'x', { policy: { ...policy, deadline: 1 } })).toMatchObject({
      status: 401,
    });
    const both = await client.upload('a', 'x', { policy: { ...policy, callbackUrl: receiver.url } });
    expect(both).toMatchObject({ status: 200, text: '{"called":true}' });
    const contexts = await client.makeBlocks(Buffer.from('x'));
    const file = await client.makeFile('1', contexts, { policy: { scope: 'b1:b', ...policy } });
    expect(JSON.parse(file.text)).toMatchObject({ key: 'b' });
    expect(receiver.received.map(({ method }) => method)).toEqual(['POST']);
  });
});

describe('a policy', () => {
  test.each([
    ['returnUrl', 'javascript:alert(1)'],
    ['returnUrl', '//example.com/'],
    ['callbackUrl', 'nonsense'],
    ['callbackUrl', 'file:///etc/passwd'],
    ['persistentNotifyUrl', 'http://'],
    ['detectNotifyURL', 'http://[/'],
  ])('whose %s is %s is refused, and nothing is stored', async (name, url) => {
    const { client } = await startEmulator();
    const answer = await client.upload('a', 'x', { policy: { [name]: url } });
    expect(answer).toMatchObject({ status: 400 });
    expect(JSON.parse(answer.text).message).toContain(name);
    expect(await client.stat('a')).toMatchObject({ status: 404 });
  });

  test('with a line break in its returnUrl sends no header of its own', async () => {
    const { client } = await startEmulator();
    const receiver = await startReceiver();
    await client.upload('a', 'x', { policy: { returnUrl: `${receiver.url}/\r\nX-Injected: 1` } });
    expect(receiver.received[0]?.target).toMatch(/^\/X-Injected:%201\?upload_ret=/);
  });

  test('asks for a CRC-64, which is told in a header', async () => {
    const { client } = await startEmulator();
    const data = affine((4 << 20) + 1);
    const policy = { hashAlgorithm: 'crc64ecma' };
    const form = await client.upload('a', data, { policy });
    expect(form.headers.get('x-wcs-hash-crc64ecma')).toBe(String(crc64(data)));
    const contexts = await client.makeBlocks(data);
    const file = await client.makeFile(String(data.length), contexts, {
      policy: { scope: 'b1:b', ...policy },
    });
    expect(file.headers.get('x-wcs-hash-crc64ecma')).toBe(String(crc64(data)));
    expect((await client.upload('c', data)).headers.has('x-wcs-hash-crc64ecma')).toBe(false);
  });

  test.each([1_600_000_000_123, '1600000000123'])(
    'says when a file was modified: %j',
    async lastModifiedTime => {
      const { emulator, client } = await startEmulator({ clock: () => 1_700_000_000_000 });
      await client.upload('a', 'x', { policy: { lastModifiedTime } });
      const contexts = await client.makeBlocks(Buffer.from('x'));
      await client.makeFile('1', contexts, { policy: { scope: 'b1:b', lastModifiedTime } });
      for (const key of ['a', 'b']) {
        const { headers } = await fetch(emulator.downloadUrl('b1', key));
        expect(headers.get('last-modified')).toBe('Sun, 13 Sep 2020 12:26:40 GMT');
        expect(JSON.parse((await client.stat(key)).text)).toMatchObject({ putTime: '1700000000000' });
      }
    },
  );

  test('may ask for an instant upload, which changes nothing', async () => {
    const { client } = await startEmulator();
    expect(await client.upload('a', 'x', { policy: { instant: 1 } })).toMatchObject({ status: 200 });
  });
});
