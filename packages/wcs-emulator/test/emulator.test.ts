import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { affine, temporaryFolder } from '@curve-wcs/test-support';
import { describe, expect, test } from 'vitest';
import { type RequestRecord, startWcsEmulator, type WcsEmulatorOptions } from '../src/index.js';
import { LevelMetadataStore } from '../src/storage/level-metadata-store.js';
import { sendRaw } from './support/raw-request.js';
import { startEmulator } from './support/start.js';
import { b64u, uploadToken } from './support/tokens.js';

describe('an emulator', () => {
  test('says how to reach it', async () => {
    const { emulator } = await startEmulator({ accessKey: 'ak', secretKey: 'sk' });
    expect(emulator.url).toBe(`http://127.0.0.1:${emulator.port}`);
    expect(emulator.clientConfig).toBe(
      `[default]\naccess_key = ak\nsecret_key = sk\nput_url = ${emulator.url}\nmgr_url = ${emulator.url}\nget_url = ${emulator.url}/-/{bucket}\n`,
    );
    expect(emulator.downloadUrl('b1', 'a b/中')).toBe(`${emulator.url}/-/b1/a%20b/%E4%B8%AD`);
  });

  test('removes a folder that it made itself, and only such a one', async () => {
    const first = await startWcsEmulator();
    expect(existsSync(first.dataDir)).toBe(true);
    await first.close();
    expect(existsSync(first.dataDir)).toBe(false);
    const dataDir = temporaryFolder();
    const second = await startWcsEmulator({ dataDir });
    await second.close();
    expect(existsSync(join(dataDir, 'metadata'))).toBe(true);
  });

  test('closes once, at the end of its block too, and ends what is under way', async () => {
    const { emulator } = await startEmulator({ faults: [{ match: { path: '/list' }, do: 'hang' }] });
    const { emulator: delayed } = await startEmulator({ faults: [{ do: 'delay 100s' }] });
    const hanging = [fetch(`${emulator.url}/list`), fetch(delayed.url)].map(answer =>
      expect(answer).rejects.toThrow(),
    );
    await expect.poll(() => emulator.requests.length + delayed.requests.length).toBe(2);
    await Promise.all([emulator.close(), emulator.close(), delayed[Symbol.asyncDispose]()]);
    await Promise.all(hanging);
    await expect(fetch(emulator.url)).rejects.toThrow();
  });

  test('tells of every request, without secrets', async () => {
    const heard: RequestRecord[] = [];
    const { emulator, client } = await startEmulator({
      clock: () => 7,
      onRequest: record => heard.push(record),
    });
    await client.upload('a', 'hello');
    await client.stat('b');
    await fetch(`${emulator.downloadUrl('b1', 'a')}?e=1&token=ak:sign`);
    const entry = b64u('b1:b');
    expect(emulator.requests).toEqual([
      {
        time: 7,
        method: 'POST',
        path: '/file/upload',
        status: 200,
        reqId: expect.any(String),
        bytesIn: expect.any(Number),
        bytesOut: 44,
      },
      expect.objectContaining({
        method: 'GET',
        path: `/stat/${entry}`,
        status: 404,
        message: 'no such object: b',
      }),
      expect.objectContaining({ path: '/-/b1/a?e=1&token=…', status: 200 }),
    ]);
    await expect.poll(() => heard).toHaveLength(3);
    expect(heard).toEqual(emulator.requests);
  });

  test('keeps objects, blocks and buckets over a restart', async () => {
    const dataDir = temporaryFolder();
    const data = affine((4 << 20) + 10);
    const before = await startEmulator({ dataDir });
    await before.client.upload('a', 'kept');
    const contexts = await before.client.makeBlocks(data);
    await before.emulator.close();

    const { emulator, client } = await startEmulator({ dataDir, buckets: ['b2'] });
    expect(await (await fetch(emulator.downloadUrl('b1', 'a'))).text()).toBe('kept');
    expect(
      await client.makeFile(String(data.length), contexts, { policy: { scope: 'b1:big' } }),
    ).toMatchObject({ status: 200 });
    expect(JSON.parse((await client.manage('GET', '/bucket/list')).text).buckets).toEqual([
      { name: 'b1' },
      { name: 'b2' },
    ]);
  });

  test('forgets at the start what nobody needs any longer', async () => {
    const dataDir = temporaryFolder();
    let now = 0;
    const before = await startEmulator({ dataDir, clock: () => now });
    await before.client.upload('short', 'x', { fields: { deadline: '1' } });
    const contexts = await before.client.makeBlocks(affine(10));
    await before.emulator.close();
    mkdirSync(join(dataDir, 'blobs', 'ff'), { recursive: true });
    const strays = [join(dataDir, 'tmp', 'half'), join(dataDir, 'blobs', 'ff', `ff${'0'.repeat(30)}`)];
    for (const stray of strays) writeFileSync(stray, 'x');

    now = 31 * 86_400_000;
    const { client } = await startEmulator({ dataDir, clock: () => now });
    expect(strays.filter(stray => existsSync(stray))).toEqual([]);
    expect(await client.makeFile('10', contexts, { policy: { scope: 'b1:a' } })).toMatchObject({
      status: 412,
    });
    now = 0;
    expect(await client.stat('short')).toMatchObject({ status: 404 });
  });

  test('leaves nothing of an upload whose client goes away', async () => {
    const { emulator } = await startEmulator();
    const upload = request(`${emulator.url}/mkblk/4194304/0`, {
      method: 'POST',
      headers: { Authorization: uploadToken(emulator, { scope: 'b1' }) },
    });
    upload.on('error', () => {});
    upload.write(affine(1 << 20));
    await expect.poll(() => emulator.requests[0]?.bytesIn).toBe(1 << 20);
    upload.destroy();
    await expect.poll(() => emulator.requests[0]?.message).toMatch(/abort/);
    expect(readdirSync(join(emulator.dataDir, 'tmp'))).toEqual([]);
    expect(readdirSync(join(emulator.dataDir, 'blobs'))).toEqual([]);
  });

  test('waits for the body of a client that waits for it', async () => {
    const { emulator, client } = await startEmulator();
    const socket = connect(emulator.port, '127.0.0.1');
    const head = `POST /mkblk/5/0 HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\nAuthorization: ${client.token()}\r\n\r\n`;
    socket.write(head);
    let received = '';
    for await (const chunk of socket) {
      received += String(chunk);
      if (received.endsWith('HTTP/1.1 100 Continue\r\n\r\n')) socket.write('hello');
      if (received.includes('"offset":5}')) break;
    }
    expect(received).toContain('HTTP/1.1 200 OK');
  });

  test.each(['close', 'keep-alive'])(
    'tells why to a client that reads only after it has sent all (Connection: %s)',
    async connection => {
      const { emulator } = await startEmulator();
      const body = affine(32 << 20);
      const socket = connect(emulator.port, '127.0.0.1').pause();
      await new Promise<void>((resolve, reject) => {
        socket.on('error', reject);
        socket.write(`POST /mkblk/${body.length}/0 HTTP/1.1\r\nHost: x\r\nConnection: ${connection}\r\n`);
        socket.write(`Content-Length: ${body.length}\r\n\r\n`);
        socket.write(body, () => resolve());
      });
      let received = '';
      for await (const chunk of socket) {
        received += String(chunk);
        if (received.endsWith('}')) break;
      }
      expect(received).toMatch(/^HTTP\/1\.1 401 .*no upload token/s);
      expect(emulator.requests[0]).toMatchObject({ bytesIn: 0 });
    },
  );

  test('answers what is not HTTP', async () => {
    const { emulator } = await startEmulator();
    const socket = connect(emulator.port, '127.0.0.1');
    socket.write('POST /mkfile/1/ HTTP/1.1\r\nHost: x\r\nMimeType text/plain\r\n\r\n');
    let received = '';
    for await (const chunk of socket) received += String(chunk);
    expect(received).toMatch(/^HTTP\/1\.1 400 .*X-Reqid: \w+.*"code":400/s);
  });

  test('says of headers that are too long that they are', async () => {
    const { emulator } = await startEmulator();
    const headers = [['Key', 'x'.repeat(300 * 1024)]] as const;
    const refusal = await sendRaw(emulator.port, { method: 'GET', target: '/list', headers });
    expect(refusal.status).toBe(431);
    expect(JSON.parse(refusal.body.toString())).toMatchObject({ code: 431 });
  });

  test('puts nothing into an answer that is under way when what follows is not HTTP', async () => {
    const { emulator, client } = await startEmulator();
    const data = Buffer.alloc(32 << 20, 'a');
    await client.upload('a', data);
    const socket = connect(emulator.port, '127.0.0.1').on('error', () => {});
    socket.write('GET /-/b1/a HTTP/1.1\r\nHost: x\r\n\r\n');
    await once(socket, 'readable');
    socket.write('no request\r\n\r\n');
    await expect.poll(() => emulator.requests.at(-1)?.message).toBeDefined();
    let received = '';
    socket.on('data', bytes => {
      received += bytes.toString('latin1');
    });
    await once(socket, 'close');
    const body = received.slice(received.indexOf('\r\n\r\n') + 4);
    expect(body).toMatch(/^a*$/);
    expect(body.length).toBeLessThan(data.length);
  });
});

describe('an emulator does not start', () => {
  test.each<[string, WcsEmulatorOptions]>([
    ['a misspelt option', { bucket: ['b1'] } as WcsEmulatorOptions],
    ['no port', { port: -1 }],
    ['half a port', { port: 1.5 }],
    ['an empty folder name', { dataDir: '' }],
    ['an empty host', { host: '' }],
    ['a bucket name with capitals', { buckets: ['Photos'] }],
    ['the name of the control endpoint', { buckets: ['control'] }],
    ['a colon in the access key', { accessKey: 'a:b' }],
    ['an empty secret key', { secretKey: '' }],
    ['no credentials', { credentials: [] }],
    [
      'both ways of giving credentials',
      { accessKey: 'a', credentials: [{ accessKey: 'b', secretKey: 'c' }] },
    ],
    [
      'two accounts of one name',
      {
        credentials: [
          { accessKey: 'b', secretKey: 'c' },
          { accessKey: 'b', secretKey: 'd' },
        ],
      },
    ],
    ['another durability', { durability: 'none' as 'fast' }],
    ['a URL in the place of a host', { outboundHosts: ['http://a.test'] }],
    ['a path in the place of an origin', { corsOrigins: ['https://a.test/'] }],
    ['an origin that is none', { corsOrigins: ['a.test'] }],
    ['a negative time', { outboundTimeout: -1 }],
    ['a pause that is no number', { notificationRetryDelays: [Number.NaN] }],
    ['no clock', { clock: 5 as unknown as () => number }],
  ])('with %s, and touches nothing', async (_name, options) => {
    const dataDir = join(temporaryFolder(), 'data');
    await expect(startWcsEmulator({ dataDir, ...options })).rejects.toMatchObject({
      name: 'WcsEmulatorError',
      code: 'INVALID_OPTION',
    });
    expect(existsSync(dataDir)).toBe(false);
  });

  test('with a fault that makes no sense', async () => {
    await expect(startWcsEmulator({ faults: [{ do: 'explode' }] })).rejects.toMatchObject({
      code: 'INVALID_FAULT',
    });
  });

  test('in a folder that another one uses', async () => {
    const { emulator } = await startEmulator({ dataDir: temporaryFolder() });
    await expect(startWcsEmulator({ dataDir: emulator.dataDir })).rejects.toMatchObject({
      code: 'DATA_DIR_LOCKED',
    });
  });

  test('in a folder that is a file', async () => {
    const file = join(temporaryFolder(), 'file');
    writeFileSync(file, '');
    await expect(startWcsEmulator({ dataDir: file })).rejects.toMatchObject({ code: 'DATA_DIR_UNUSABLE' });
  });

  test('in a folder that a newer version wrote', async () => {
    const dataDir = temporaryFolder();
    const metadata = await LevelMetadataStore.open(join(dataDir, 'metadata'), 'fast');
    await metadata.putSetting('layout', '2');
    await metadata.close();
    await expect(startWcsEmulator({ dataDir })).rejects.toMatchObject({ code: 'DATA_DIR_TOO_NEW' });
  });

  test('at a port that is taken, and leaves the folder usable', async () => {
    const other = createServer();
    await new Promise<void>(resolve => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    const dataDir = temporaryFolder();
    await expect(startWcsEmulator({ dataDir, port })).rejects.toMatchObject({ code: 'ADDRESS_IN_USE' });
    other.close();
    await (await startWcsEmulator({ dataDir })).close();
  });
});
