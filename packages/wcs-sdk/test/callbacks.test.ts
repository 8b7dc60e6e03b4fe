import { createHmac } from 'node:crypto';
import { createServer, request as httpRequest, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { urlSafeBase64Encode } from '@curve-wcs/etag';
import { startWcsEmulator } from '@curve-wcs/wcs-emulator';
import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  type CallbackHandlerOptions,
  createCallbackHandler,
  createNotificationHandler,
  managementToken,
  type NotificationHandlerOptions,
  parseNotification,
  type RequestHandler,
  type UploadCallback,
  verifyCallback,
} from '../src/index.js';
import { emulated } from './support/emulated.js';

const circle: { self?: object } = {};
circle.self = circle;

const KEYS = { accessKey: 'ak', secretKey: 'sk' };

/** Starts an application for the running test. */
async function application(handler: RequestHandler): Promise<string> {
  const server = createServer(handler);
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** The signature by the rule alone, with none of our functions. */
function signed(url: string, body: string, { accessKey, secretKey } = KEYS): string {
  const encoded = Buffer.from(body).toString('base64').replaceAll('+', '-').replaceAll('/', '_');
  const hex = createHmac('sha1', secretKey).update(`${url}\n${encoded}`).digest('hex');
  return `${accessKey}:${Buffer.from(hex).toString('base64')}`;
}

describe('verifying a callback', () => {
  const url = 'https://app.example.com/cb?a=1&b=中';
  const body = 'key=%E4%B8%AD&size=12';
  const good = signed(url, body);

  it('accepts what the service signs', () => {
    expect(verifyCallback(KEYS, { authorization: good, url, body })).toBe(true);
    expect(verifyCallback(KEYS, { authorization: good, url, body: Buffer.from(body) })).toBe(true);
  });

  it.each([
    ['another body', { body: `${body}0` }],
    ['another URL', { url: url.slice(0, -1) }],
    ['no header', { authorization: undefined }],
    ['an empty header', { authorization: '' }],
    ['another key', { authorization: signed(url, body, { accessKey: 'ak', secretKey: 'other' }) }],
    ['another account', { authorization: signed(url, body, { accessKey: 'AK', secretKey: 'sk' }) }],
    ['a cut signature', { authorization: good.slice(0, -1) }],
    ['a longer signature', { authorization: `${good}=` }],
    ['other characters of the same length', { authorization: '中'.repeat(good.length) }],
  ])('refuses %s', (_, change) => {
    expect(verifyCallback(KEYS, { authorization: good, url, body, ...change })).toBe(false);
  });

  it('refuses to work without keys', () => {
    for (const keys of [
      { accessKey: '', secretKey: 'sk' },
      { accessKey: 'ak', secretKey: '' },
    ]) {
      expect(() => verifyCallback(keys, { authorization: good, url, body })).toThrow(
        expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
      );
    }
  });

  property.prop([
    fc.string({ unit: 'binary' }),
    fc.string({ unit: 'binary' }),
    fc.string({ unit: 'binary' }),
  ])('takes any header, URL and body without failing', (authorization, url, body) => {
    expect(verifyCallback(KEYS, { authorization, url, body })).toBe(false);
    const rule = signed(url, body);
    expect(verifyCallback(KEYS, { authorization: rule, url, body })).toBe(true);
  });
});

describe('a callback handler', () => {
  /** An emulator, and an application that it calls back. */
  async function calledBack(options: Partial<CallbackHandlerOptions> = {}) {
    const { emulator, wcs } = await emulated();
    const seen: UploadCallback[] = [];
    const errors: unknown[] = [];
    const url = await application((request, response) => handler(request, response));
    const handler = createCallbackHandler({
      ...emulator,
      url,
      onCallback(callback) {
        seen.push(callback);
        return { accepted: callback.fields['key'] };
      },
      onError: error => errors.push(error),
      ...options,
    });
    const upload = (policy: object, key = '中 文&=+%.txt') =>
      wcs.upload({
        bucket: 'photos',
        key,
        source: Buffer.from('content'),
        variables: { who: '李雷 = +100%' },
        policy,
      });
    return { emulator, wcs, url, upload, seen, errors };
  }
  const callbackBody = { key: '$(key)', size: '$(fsize)', who: '$(x:who)' };

  it.each([
    ['by form', 1e6],
    ['in blocks', 0],
  ])('gets the members of an upload %s, and its answer reaches the uploader', async (_, formThreshold) => {
    const { wcs, url, seen } = await calledBack();
    const key = '中 文&=+%.txt';
    const result = await wcs.upload({
      bucket: 'photos',
      key,
      source: Buffer.from('content'),
      formThreshold,
      variables: { who: '李雷 = +100%' },
      policy: { callbackUrl: url, callbackBody },
    });
    expect(result.answer).toEqual({ accepted: key });
    expect(result.verified).toBe(true);
    expect({ ...seen[0]?.fields }).toEqual({ key, size: '7', who: '李雷 = +100%' });
    expect(seen[0]?.body).toContain('size=7');
  });

  it('knows its public URL behind a proxy, with the query of each upload', async () => {
    const behind = await calledBack({ url: 'http://public.example.com/app/cb' });
    const seen: string[] = [];
    // A proxy that takes a part of the path away.
    const proxy = await application((request, response) => {
      seen.push(String(request.url));
      const path = String(request.url).replace('/app', '');
      const { hostname, port } = new URL(behind.url);
      const onward = httpRequest(
        { hostname, port, path, method: 'POST', headers: request.headers },
        answer => {
          response.writeHead(answer.statusCode ?? 0);
          answer.pipe(response);
        },
      );
      request.pipe(onward);
    });
    const body = 'key=a';
    const post = (query: string, signedQuery = query) =>
      fetch(`${proxy}/app/cb${query}`, {
        method: 'POST',
        body,
        headers: {
          authorization: signed(`http://public.example.com/app/cb${signedQuery}`, body, behind.emulator),
        },
      });
    expect((await post('?user=1')).status).toBe(200);
    expect((await post('')).status).toBe(200);
    expect((await post('?user=1', '?user=2')).status).toBe(401);
    expect(behind.seen.map(({ url }) => url)).toEqual([
      'http://public.example.com/app/cb?user=1',
      'http://public.example.com/app/cb',
    ]);
    expect(seen).toHaveLength(3);
  });

  it('takes a URL by function, and one with a query to the letter', async () => {
    const urlOf = (request: IncomingMessage) => `http://${request.headers['x-forwarded-host']}${request.url}`;
    for (const [url, sent, signedUrl] of [
      [urlOf, '/x?y', 'http://outside/x?y'],
      ['http://outside/x?fixed', '/x?other', 'http://outside/x?fixed'],
    ] as const) {
      const address = await application(createCallbackHandler({ ...KEYS, url, onCallback: () => undefined }));
      const response = await fetch(`${address}${sent}`, {
        method: 'POST',
        body: 'a=b',
        headers: { authorization: signed(signedUrl, 'a=b'), 'x-forwarded-host': 'outside' },
      });
      expect([response.status, await response.json()]).toEqual([200, {}]);
    }
  });

  it('that fails makes the upload fail although the object is stored', async () => {
    const failure = new Error('database gone');
    const { wcs, url, upload, errors } = await calledBack({
      onCallback: () => Promise.reject(failure),
    });
    const error = await upload({ callbackUrl: url, callbackBody }).catch(error => error);
    expect(error).toMatchObject({ code: 'CALLBACK_FAILED', status: 579, stored: true, retryable: false });
    expect(error.message).not.toContain('database');
    expect(errors).toEqual([failure]);
    expect((await wcs.stat({ bucket: 'photos', key: '中 文&=+%.txt' })).size).toBe(7);
  });

  it.each([
    ['a number that JSON does not have', () => ({ id: 5n }), /BigInt/],
    ['something that refers to itself', () => circle, /circular/],
    ['a function', () => () => {}, /JSON/],
  ])('that answers %s is told so, and the uploader that it failed', async (_, onCallback, words) => {
    const { url, upload, errors } = await calledBack({ onCallback });
    await expect(upload({ callbackUrl: url, callbackBody })).rejects.toMatchObject({
      code: 'CALLBACK_FAILED',
    });
    expect(String(errors[0])).toMatch(words);
  });

  it('refuses what does not come from the service', async () => {
    const { url, seen, upload } = await calledBack({ secretKey: 'another' });
    await expect(upload({ callbackUrl: url, callbackBody })).rejects.toMatchObject({
      code: 'CALLBACK_FAILED',
    });
    const response = await fetch(url, { method: 'POST', body: 'key=x' });
    expect([response.status, await response.json()]).toEqual([
      401,
      { code: 401, message: 'the signature is wrong' },
    ]);
    expect(seen).toEqual([]);
  });

  it('limits what it reads, and takes only POST', async () => {
    const { url, seen } = await calledBack({ maxBodySize: 100 });
    const large = await fetch(url, { method: 'POST', body: 'x'.repeat(101) });
    expect(large.status).toBe(413);
    const chunked = new Blob(['x'.repeat(1e6)]).stream();
    expect((await fetch(url, { method: 'POST', body: chunked, duplex: 'half' } as RequestInit)).status).toBe(
      413,
    );
    const got = await fetch(url);
    expect([got.status, got.headers.get('allow')]).toEqual([405, 'POST']);
    expect(seen).toEqual([]);
  });

  it('survives a caller that goes away', async () => {
    const { url, seen } = await calledBack();
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nhalf');
    await new Promise(resolve => setTimeout(resolve, 30));
    socket.destroy();
    expect((await fetch(url, { method: 'POST', body: 'x' })).status).toBe(401);
    expect(seen).toEqual([]);
  });

  it.each<[Record<string, unknown>, string]>([
    [{ secretKey: '' }, 'secretKey'],
    [{ url: '/uploaded' }, 'url'],
    [{ onCallback: undefined }, 'onCallback'],
    [{ maxBodySize: 0 }, 'maxBodySize'],
    [{ onError: 5 }, 'onError'],
  ])('with %o is refused', (change, words) => {
    const options = { ...KEYS, url: 'http://a/', onCallback: () => {}, ...change } as never;
    expect(() => createCallbackHandler(options)).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.stringContaining(words) }),
    );
  });
});

describe('a notification', () => {
  const document = { id: '100a', code: 3, items: [{ cmd: 'copy', code: 3, key: '中' }], desc: 'done' };
  const encoded = urlSafeBase64Encode(JSON.stringify(document));

  it.each([
    ['as it is sent', encoded],
    ['as bytes', Buffer.from(encoded)],
    ['with white space around', `\n${encoded} \r\n`],
    ['as plain JSON', JSON.stringify(document)],
  ])('is read %s', (_, body) => {
    expect(parseNotification(body)).toEqual({
      id: '100a',
      code: 3,
      items: [{ command: 'copy', state: 'succeeded', code: 3, key: '中', raw: document.items[0] }],
      raw: document,
    });
  });

  it.each(['', 'x', '{', '!!!', urlSafeBase64Encode('[]'), urlSafeBase64Encode('text'), '5'])(
    '%j is none',
    body => {
      expect(() => parseNotification(body)).toThrow(expect.objectContaining({ code: 'BAD_REQUEST' }));
    },
  );

  property.prop([fc.uint8Array()])('never fails in another way', bytes => {
    try {
      parseNotification(bytes);
    } catch (error) {
      expect(error).toMatchObject({ code: 'BAD_REQUEST' });
    }
  });

  async function notified(options: Partial<NotificationHandlerOptions> = {}) {
    const seen: unknown[] = [];
    const onNotification = (notification: unknown) => void seen.push(notification);
    const url = await application(createNotificationHandler({ onNotification, ...options }));
    return { url, seen };
  }

  it('of a job reaches the handler', async () => {
    await using emulator = await startWcsEmulator({ buckets: ['photos'], durability: 'fast' });
    let arrived: (notification: unknown) => void = () => {};
    const arrival = new Promise<unknown>(resolve => {
      arrived = resolve;
    });
    const { url } = await notified({ onNotification: notification => arrived(notification) });
    const entry = (text: string) => urlSafeBase64Encode(text);
    const body = `fops=bucket/${entry('photos')}/key/${entry('missing')}&notifyURL=${entry(url)}`;
    const response = await fetch(`${emulator.url}/fmgr/delete`, {
      method: 'POST',
      body,
      headers: { authorization: managementToken(emulator, '/fmgr/delete', body) },
    });
    const { persistentId } = (await response.json()) as { persistentId: string };
    expect(await arrival).toMatchObject({ id: persistentId, items: [{ code: expect.any(Number) }] });
  });

  it('that is none, too large or not authorized is refused', async () => {
    const { url, seen } = await notified({
      maxBodySize: 1000,
      authorize: request => request.url === '/secret',
    });
    const post = async (path: string, body: string) =>
      (await fetch(`${url}${path}`, { method: 'POST', body })).status;
    expect(await post('/secret', encoded)).toBe(200);
    expect(await post('/other', encoded)).toBe(401);
    expect(await post('/secret', 'nothing')).toBe(400);
    expect(await post('/secret', 'x'.repeat(1001))).toBe(413);
    expect(seen).toHaveLength(1);
  });

  it('that the application cannot take is answered so that it comes again', async () => {
    const { url } = await notified({
      onNotification: () => {
        throw new Error('not now');
      },
    });
    const response = await fetch(url, { method: 'POST', body: encoded });
    expect([response.status, await response.text()]).toEqual([500, expect.not.stringContaining('not now')]);
  });

  it('handler without a function is refused', () => {
    expect(() => createNotificationHandler({} as never)).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
    );
  });
});
