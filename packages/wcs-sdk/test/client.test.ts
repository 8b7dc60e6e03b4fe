import { execFile } from 'node:child_process';
import { getEventListeners } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { Agent, type AgentOptions } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { runReadmeExamples, temporaryFolder, typescriptFlags } from '@curve-wcs/test-support';
import { startWcsEmulator } from '@curve-wcs/wcs-emulator';
import { describe, expect, it } from 'vitest';
import { readConfig, WcsClient } from '../src/index.js';
import { emulated } from './support/emulated.js';
import { rawServer } from './support/raw-server.js';

const packageFolder = fileURLToPath(new URL('..', import.meta.url));

describe('addresses', () => {
  it.each([
    ['example.com', false, 'http://example.com/bucket/list'],
    ['example.com/', true, 'https://example.com/bucket/list'],
    ['http://example.com:8080//', true, 'http://example.com:8080/bucket/list'],
    ['HTTPS://example.com', false, 'https://example.com/bucket/list'],
    ['localhost:1234', false, 'http://localhost:1234/bucket/list'],
    ['[::1]:1234', false, 'http://[::1]:1234/bucket/list'],
  ])('%s (https: %s) is asked at %s', async (managementUrl, https, expected) => {
    const { normalizeEndpoint } = await import('../src/http/endpoint.js');
    expect(`${normalizeEndpoint('managementUrl', managementUrl, https)}/bucket/list`).toBe(expected);
  });

  it.each(['', ' ', 'ftp://x', 'http://', 'http://user:pass@host', 'host?x', 'a b'])(
    '%j is refused',
    address => {
      for (const name of ['uploadUrl', 'managementUrl', 'downloadUrl']) {
        expect(() => new WcsClient({ [name]: address })).toThrow(
          expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
        );
      }
      expect(() => new WcsClient({ uploadUrl: address })).not.toThrow(/pass/);
    },
  );

  it.each([
    { accessKey: 'a:b' },
    { accessKey: 'a\n' },
    { secretKey: '' },
    { retry: { limit: -1 } },
    { timeouts: { idle: 0 } },
    { tokenLifetime: -1 },
    { userAgent: 'two\nlines' },
    { userAgent: '中' },
    { signatureAlgorithm: 'MD5' as never },
  ])('%o is refused', options => {
    expect(() => new WcsClient(options)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
  });
});

describe('connections', () => {
  it('are kept and used again, and no listener stays on a signal', async () => {
    const { emulator, wcs } = await emulated();
    const { url, connections } = await rawServer((_, response) => response.end('{"buckets":[]}'));
    await using client = new WcsClient({ accessKey: 'ak', secretKey: 'sk', managementUrl: url });
    const { signal } = new AbortController();
    for (let call = 0; call < 30; call++) await client.buckets.list({ signal });
    expect(connections()).toBe(1);
    await wcs.upload({ bucket: 'photos', key: 'k', source: new Uint8Array(6e6), formThreshold: 0, signal });
    await wcs.download({ bucket: 'photos', key: 'k', signal });
    expect(getEventListeners(signal, 'abort')).toEqual([]);
    expect(emulator.requests.every(({ status }) => status < 300)).toBe(true);
  });

  it('to nobody are reported with where they should have gone', async () => {
    const closed = createServer();
    await new Promise<void>(resolve => closed.listen(0, '127.0.0.1', resolve));
    const { port } = closed.address() as AddressInfo;
    closed.close();
    await using wcs = new WcsClient({
      accessKey: 'ak',
      secretKey: 'sk',
      managementUrl: `127.0.0.1:${port}`,
      retry: { limit: 2, baseDelay: 1 },
    });
    await expect(wcs.buckets.list()).rejects.toMatchObject({
      code: 'NETWORK',
      attempts: 3,
      message: expect.stringContaining(`127.0.0.1:${port}`),
      cause: expect.objectContaining({ code: 'ECONNREFUSED' }),
    });
  });

  it('are told of with every address that was tried', async () => {
    const lookup = (_: string, __: object, done: (error: null, addresses: object[]) => void) =>
      done(null, [
        { address: '127.0.0.1', family: 4 },
        { address: '127.0.0.2', family: 4 },
      ]);
    const http = new Agent({ lookup, autoSelectFamily: true } as AgentOptions);
    await using wcs = new WcsClient({
      accessKey: 'ak',
      secretKey: 'sk',
      managementUrl: 'two.example.com:1',
      uploadUrl: 'two.example.com:1',
      agent: { http },
      retry: { limit: 0 },
    });
    const large = { bucket: 'b', key: 'k', source: new Uint8Array(2 ** 20) };
    for (const call of [wcs.buckets.list(), wcs.upload(large)]) {
      await expect(call).rejects.toMatchObject({
        code: 'NETWORK',
        message: expect.stringMatching(/127\.0\.0\.1:1.*127\.0\.0\.2:1/),
      });
    }
  });

  it('that are all taken do not hold a call that has no time left', async () => {
    const { url } = await rawServer(() => {});
    const agent = { http: new Agent({ maxSockets: 1 }) };
    await using wcs = new WcsClient({ accessKey: 'ak', secretKey: 'sk', managementUrl: url, agent });
    const other = wcs.buckets.list().catch(error => error);
    await expect(wcs.buckets.list({ timeout: 50 })).rejects.toMatchObject({ code: 'TIMEOUT' });
    await wcs.close();
    expect(await other).toMatchObject({ code: 'CLIENT_CLOSED' });
  });

  it('wait as long as the service asks, not as long as they would', async () => {
    const { url, seen } = await rawServer((_, response, number) => {
      if (number === 1) response.writeHead(503, { 'retry-after': '0' }).end();
      else response.end('{"buckets":[]}');
    });
    const never = { baseDelay: 3600_000, maxDelay: 3600_000 };
    await using wcs = new WcsClient({ accessKey: 'ak', secretKey: 'sk', managementUrl: url, retry: never });
    await wcs.buckets.list();
    expect(seen).toHaveLength(2);
  });
});

describe('closing a client', () => {
  it('ends calls that wait for their next attempt, or for a job', async () => {
    const { url, seen } = await rawServer(({ url }, response) => {
      if (url.startsWith('/fmgr')) response.end('{"id":"1","code":1,"items":[]}');
      else response.writeHead(503, { 'retry-after': '60' }).end();
    });
    await using wcs = new WcsClient({ accessKey: 'ak', secretKey: 'sk', managementUrl: url });
    const calls = [wcs.buckets.list(), wcs.fmgr.job('1').wait({ interval: 60_000 })];
    const outcomes = Promise.allSettled(calls);
    await expect.poll(() => seen.length).toBe(2);
    await new Promise(resolve => setTimeout(resolve, 50));
    const closed = { status: 'rejected', reason: { code: 'CLIENT_CLOSED' } };
    await wcs.close();
    expect(await outcomes).toMatchObject([closed, closed]);
  });

  it('is what later calls are told of, whatever they begin with', async () => {
    const { wcs } = await emulated();
    const path = join(temporaryFolder(), 'large');
    writeFileSync(path, new Uint8Array(5e6));
    await wcs.close();
    for (const source of [path, new Uint8Array(5e6), new Uint8Array(5)]) {
      for (const formThreshold of [0, 1e7]) {
        const upload = wcs.upload({ bucket: 'photos', key: 'k', source, formThreshold });
        await expect(upload).rejects.toMatchObject({ code: 'CLIENT_CLOSED' });
      }
    }
  });
});

it('a client made from the configuration that the emulator prints works', async () => {
  await using emulator = await startWcsEmulator({ buckets: ['photos'] });
  const path = join(temporaryFolder(), '.wcscfg');
  writeFileSync(path, emulator.clientConfig);
  expect((await readConfig(path)).warnings).toEqual([]);
  await using wcs = await WcsClient.fromConfig(path);
  expect(await wcs.buckets.list()).toEqual([{ name: 'photos' }]);
});

it('accepts SM3 signatures where the service does', async () => {
  const { wcs } = await emulated({ signatureAlgorithm: 'SM3' });
  await wcs.upload({ bucket: 'photos', key: 'form', source: new Uint8Array(10) });
  await wcs.upload({ bucket: 'photos', key: 'blocks', source: new Uint8Array(10), formThreshold: 0 });
  expect((await wcs.stat({ bucket: 'photos', key: 'blocks' })).size).toBe(10);
});

it('a process ends by itself with an open client that has hashed something', async () => {
  await using emulator = await startWcsEmulator({ buckets: ['photos'] });
  const program = join(temporaryFolder(), 'program.mts');
  writeFileSync(
    program,
    `import { WcsClient } from ${JSON.stringify(new URL('../src/index.ts', import.meta.url).href)};
     const options = ${JSON.stringify({ accessKey: emulator.accessKey, secretKey: emulator.secretKey, uploadUrl: emulator.url })};
     const result = await new WcsClient(options).upload({ bucket: 'photos', key: 'k', source: new Uint8Array(1e7), formThreshold: 0 });
     console.log(result.verified);`,
  );
  const { stdout } = await promisify(execFile)(process.execPath, [...typescriptFlags(), program], {
    timeout: 30_000,
  });
  expect(stdout).toBe('true\n');
});

it('the README’s examples run', async () => {
  await using emulator = await startWcsEmulator({ buckets: ['photos', 'backup'] });
  const cwd = temporaryFolder();
  writeFileSync(join(cwd, '.wcscfg'), emulator.clientConfig);
  writeFileSync(join(cwd, 'a.jpg'), new Uint8Array(1e6));
  writeFileSync(join(cwd, 'video.mp4'), new Uint8Array(3e7));
  expect(await runReadmeExamples(packageFolder, { cwd, env: { HOME: cwd } })).toBeGreaterThan(3);
});

it('the README tells every code of an error', () => {
  const read = (path: string) => readFileSync(join(packageFolder, path), 'utf8');
  const codes = [...read('src/errors.ts').matchAll(/^ {2}\| '([A-Z_]+)'/gm)].map(([, code]) => code);
  expect(codes).toContain('NOT_FOUND');
  for (const code of codes) expect(read('README.md')).toContain(`\`${code}\``);
});
