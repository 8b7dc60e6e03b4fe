import { type AddressInfo, createServer } from 'node:net';
import { inspect } from 'node:util';
import { lcg, selfSignedCertificate } from '@curve-wcs/test-support';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { environmentProxy } from '../src/http/environment-proxy.js';
import { WcsClient, type WcsClientOptions } from '../src/index.js';
import { emulated, optionsFor } from './support/emulated.js';
import { proxyServer, secureServer } from './support/proxy-server.js';

const SECRET = 'user:p%40ss-word';
const BUCKETS = '{"buckets":[{"name":"photos"}]}';
const QUICK = { retry: { limit: 1, baseDelay: 1 } };

function secureClient(managementUrl: string, options: WcsClientOptions) {
  const keys = { accessKey: 'ak', secretKey: 'sk' };
  const wcs = new WcsClient({ ...keys, ...QUICK, verifyTls: false, managementUrl, ...options });
  onTestFinished(() => wcs.close());
  return wcs;
}

/** Starts a server for the running test that takes connections and says nothing. */
async function silentServer(): Promise<string> {
  const server = createServer(socket => socket.on('error', () => {}).resume());
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('a proxy', () => {
  it.each([
    ['http', undefined],
    ['https', selfSignedCertificate()],
  ])('spoken to over %s forwards uploads and downloads of all sizes', async (_, tls) => {
    const { emulator } = await emulated();
    const proxy = await proxyServer({ credentials: SECRET.replace('%40', '@'), ...(tls ? { tls } : {}) });
    const address = proxy.url.replace('p@ss', 'p%40ss');
    await using wcs = new WcsClient({ ...optionsFor(emulator), proxy: address, verifyTls: false });
    for (const size of [10, 5 * 2 ** 20]) {
      const content = lcg(size);
      await wcs.upload({ bucket: 'photos', key: `中 ${size}`, source: content, formThreshold: 1000 });
      const { data } = await wcs.download({ bucket: 'photos', key: `中 ${size}` });
      expect(data.equals(content)).toBe(true);
    }
    expect(proxy.asked.length).toBe(emulator.requests.length);
    expect(proxy.asked.every(({ target }) => target.startsWith(`${emulator.url}/`))).toBe(true);
    expect(proxy.asked.at(-1)?.target).toBe(`${emulator.url}/-/photos/%E4%B8%AD%205242880`);
  });

  it.each([
    ['http', undefined],
    ['https', selfSignedCertificate()],
  ])('spoken to over %s opens tunnels to https addresses, once for several requests', async (_, tls) => {
    const target = await secureServer(selfSignedCertificate(), BUCKETS);
    const proxy = await proxyServer({ credentials: SECRET, ...(tls ? { tls } : {}) });
    const wcs = secureClient(target, { proxy: new URL(proxy.url.replace('%40', '%2540')) });
    for (let call = 0; call < 3; call++) expect(await wcs.buckets.list()).toEqual([{ name: 'photos' }]);
    expect(proxy.asked.map(({ method, target }) => `${method} ${target}`)).toEqual([
      `CONNECT ${new URL(target).host}`,
    ]);
  });

  it('that wants other credentials is named without those that were given', async () => {
    const { emulator } = await emulated();
    const target = await secureServer(selfSignedCertificate(), BUCKETS);
    const proxy = await proxyServer({ credentials: 'other:word' });
    const address = `http://me:very-secret@${proxy.host}`;
    for (const wcs of [
      secureClient(target, { proxy: address }),
      secureClient(emulator.url, { proxy: address }),
    ]) {
      const error = await wcs.buckets.list().catch(error => error);
      expect(error).toMatchObject({ code: 'NETWORK', status: 407, retryable: false });
      expect(error.message).toContain('proxy');
      const shown = `${inspect(error, { depth: 20, showHidden: true })} ${inspect(wcs, { depth: 20 })}`;
      expect(shown).not.toContain('very-secret');
      expect(shown).not.toContain(Buffer.from('me:very-secret').toString('base64'));
    }
  });

  it('that is not there, or goes away, is a connection that fails', async () => {
    const closed = createServer(socket => socket.destroy());
    await new Promise<void>(resolve => closed.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void closed.close());
    const { port } = closed.address() as AddressInfo;
    const wcs = secureClient('https://localhost:9', { proxy: `http://127.0.0.1:${port}` });
    await expect(wcs.buckets.list()).rejects.toMatchObject({ code: 'NETWORK', attempts: 2 });
  });

  it('that never opens its tunnel is given up on, and does not outlive the client', async () => {
    const proxy = `http://${await silentServer()}`;
    const timeouts = { connect: 100 };
    const wcs = secureClient('https://localhost:9', { proxy, timeouts, retry: { limit: 0 } });
    await expect(wcs.buckets.list()).rejects.toMatchObject({ code: 'TIMEOUT' });
    const other = secureClient('https://localhost:9', { proxy });
    const call = other.buckets.list();
    setTimeout(() => void other.close(), 50);
    await expect(call).rejects.toMatchObject({ code: 'CLIENT_CLOSED' });
  });

  it.each([
    ['http', { idle: 100 }],
    ['https', { connect: 100 }],
  ])('spoken to over %s that answers nothing is given up on', async (scheme, timeouts) => {
    const proxy = `${scheme}://${await silentServer()}`;
    const wcs = secureClient('http://localhost:9', { proxy, timeouts, retry: { limit: 0 } });
    await expect(wcs.buckets.list()).rejects.toMatchObject({ code: 'TIMEOUT' });
  });

  it('that opens no tunnel does not hold a call that has no time left', async () => {
    const proxy = `http://${await silentServer()}`;
    const wcs = secureClient('https://localhost:9', { proxy, timeouts: { connect: 2 ** 30 } });
    await expect(wcs.buckets.list({ timeout: 50 })).rejects.toMatchObject({ code: 'TIMEOUT' });
  });

  it('takes credentials with a percent sign of their own', async () => {
    const { emulator } = await emulated();
    const proxy = await proxyServer({ credentials: 'user:100%' });
    const wcs = new WcsClient({ ...optionsFor(emulator), proxy: `http://user:100%@${proxy.host}` });
    onTestFinished(() => wcs.close());
    expect(await wcs.buckets.list()).toHaveLength(2);
  });

  it.each<[WcsClientOptions, string]>([
    [{ proxy: 'socks5://user:very-secret@host' }, 'agent'],
    [{ proxy: 'very-secret' }, 'proxy'],
    [{ proxy: 'http://' }, 'proxy'],
    [{ proxy: 'http://a', agent: {} }, 'one of'],
    [{ proxyFromEnvironment: true, agent: {} }, 'one of'],
  ])('%o is refused without being shown', (options, words) => {
    expect(() => new WcsClient(options)).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.stringContaining(words) }),
    );
    expect(() => new WcsClient(options)).not.toThrow(/very-secret/);
  });
});

describe('the environment', () => {
  const HTTP = { HTTP_PROXY: 'http://one:1', HTTPS_PROXY: 'http://two:2' };
  it.each<[string, Record<string, string>, string | undefined]>([
    ['http://a.example.com/', HTTP, 'http://one:1'],
    ['https://a.example.com/', HTTP, 'http://two:2'],
    ['http://a.example.com/', { ...HTTP, http_proxy: 'three:3' }, 'http://three:3'],
    ['https://a.example.com/', { ALL_PROXY: 'http://all:4' }, 'http://all:4'],
    ['http://a.example.com/', { HTTPS_PROXY: 'http://two:2' }, undefined],
    ['http://a.example.com/', { ...HTTP, NO_PROXY: 'example.com' }, undefined],
    ['http://A.EXAMPLE.com/', { ...HTTP, no_proxy: 'x, .Example.com' }, undefined],
    ['http://a.example.com/', { ...HTTP, NO_PROXY: '*.example.com' }, undefined],
    ['http://example.com/', { ...HTTP, NO_PROXY: '.example.com' }, undefined],
    ['http://a.example.com/', { ...HTTP, NO_PROXY: '*' }, undefined],
    ['http://notexample.com/', { ...HTTP, NO_PROXY: 'example.com' }, 'http://one:1'],
    ['http://example.com.evil/', { ...HTTP, NO_PROXY: 'example.com' }, 'http://one:1'],
    ['http://example.com:8080/', { ...HTTP, NO_PROXY: 'example.com:8080' }, undefined],
    ['http://example.com/', { ...HTTP, NO_PROXY: 'example.com:8080' }, 'http://one:1'],
    ['http://[::1]:5/', { ...HTTP, NO_PROXY: '::1' }, undefined],
    ['http://[::1]:5/', { ...HTTP, NO_PROXY: '[::1]:5' }, undefined],
    ['http://[::1]:5/', { ...HTTP, NO_PROXY: '[::1]:6' }, 'http://one:1'],
    ['http://127.0.0.1:5/', { ...HTTP, NO_PROXY: '127.0.0.1' }, undefined],
    ['http://a/', { ...HTTP, NO_PROXY: '' }, 'http://one:1'],
    ['http://a/', { HTTP_PROXY: '' }, undefined],
  ])('for %s with %j gives %s', (url, env, proxy) => {
    for (const name of ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'NO_PROXY']) {
      vi.stubEnv(name.toLowerCase(), env[name.toLowerCase()] ?? '');
      vi.stubEnv(name, env[name] ?? '');
    }
    onTestFinished(() => void vi.unstubAllEnvs());
    expect(environmentProxy(url)).toBe(proxy);
  });

  it('is looked at only when asked to be, and by address', async () => {
    const { emulator } = await emulated();
    const proxy = await proxyServer();
    vi.stubEnv('HTTP_PROXY', proxy.url);
    vi.stubEnv('NO_PROXY', '');
    onTestFinished(() => void vi.unstubAllEnvs());
    const buckets = async (options: WcsClientOptions) => {
      await using wcs = new WcsClient({ ...optionsFor(emulator), ...options });
      return await wcs.buckets.list();
    };
    await buckets({});
    expect(proxy.asked).toEqual([]);
    await buckets({ proxyFromEnvironment: true });
    expect(proxy.asked).toHaveLength(1);
    vi.stubEnv('NO_PROXY', '127.0.0.1');
    await buckets({ proxyFromEnvironment: true });
    expect(proxy.asked).toHaveLength(1);
    vi.stubEnv('NO_PROXY', '');
    vi.stubEnv('HTTP_PROXY', 'socks5://me:very-secret@host');
    await expect(buckets({ proxyFromEnvironment: true })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.not.stringContaining('very-secret'),
    });
  });
});
