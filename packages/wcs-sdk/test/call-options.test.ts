import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { type CallOptions, WcsClient } from '../src/index.js';
import { callsOf, everyCall } from './support/every-call.js';
import { rawServer, type SeenRequest } from './support/raw-server.js';

/** A client for a server that answers by hand. */
async function clientOf(answer: Parameters<typeof rawServer>[0]) {
  const { url, seen } = await rawServer(answer);
  const wcs = new WcsClient({
    accessKey: 'ak',
    secretKey: 'sk',
    uploadUrl: url,
    managementUrl: url,
    downloadUrl: url,
    retry: { limit: 2, baseDelay: 1, maxDelay: 1 },
  });
  return { wcs, seen };
}

it('are tested on every call of the client', () => {
  expect(Object.keys(everyCall)).toEqual(expect.arrayContaining(callsOf(new WcsClient())));
});

describe.each(Object.entries(everyCall))('%s', (_, call) => {
  it('ends at its time limit', async () => {
    const { wcs } = await clientOf(() => {});
    await using _client = wcs;
    const { signal } = new AbortController();
    await expect(call(wcs, { timeout: 100, signal })).rejects.toMatchObject({
      code: 'TIMEOUT',
      retryable: true,
      message: expect.stringContaining('100 ms'),
    });
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('ends with the reason of its signal', async () => {
    const { wcs } = await clientOf(() => {});
    await using _client = wcs;
    const reason = new Error('enough');
    const abort = new AbortController();
    const running = call(wcs, { timeout: 60_000, signal: abort.signal });
    setTimeout(() => abort.abort(reason), 30);
    await expect(running).rejects.toBe(reason);
    await expect(call(wcs, { signal: abort.signal })).rejects.toBe(reason);
  });

  it('shares a signal with many others without a warning', async () => {
    const { wcs, seen } = await clientOf(() => {});
    await using _client = wcs;
    const warnings: Error[] = [];
    const warn = (warning: Error) => warnings.push(warning);
    process.on('warning', warn);
    const abort = new AbortController();
    const calls = Array.from({ length: 30 }, () => call(wcs, { signal: abort.signal }));
    const ended = Promise.allSettled(calls);
    await expect.poll(() => seen.length).toBeGreaterThanOrEqual(30);
    abort.abort();
    await ended;
    process.off('warning', warn);
    expect(warnings).toEqual([]);
  });

  it('is repeated as it says, not as the client does', async () => {
    const { wcs, seen } = await clientOf((_, response) => response.writeHead(503).end());
    await using _client = wcs;
    const attempts = async (options: CallOptions) => {
      const before = seen.length;
      await expect(call(wcs, options)).rejects.toMatchObject({ code: 'SERVER_ERROR' });
      return seen.length - before;
    };
    expect(await attempts({})).toBe(3);
    expect(await attempts({ retry: { limit: 0 } })).toBe(1);
    expect(await attempts({ retry: { limit: 5 } })).toBe(6);
  });

  it('sends its headers, in no other call', async () => {
    const { wcs, seen } = await clientOf((_, response) => response.writeHead(403).end());
    await using _client = wcs;
    await expect(call(wcs, { headers: { 'X-Trace': 'a b', Referer: 'http://x/' } })).rejects.toThrow();
    await expect(call(wcs, {})).rejects.toThrow();
    const headersOf = (request: SeenRequest | undefined) => [
      request?.headers['x-trace'],
      request?.headers['referer'],
    ];
    expect(seen.map(headersOf)).toEqual([
      ['a b', 'http://x/'],
      [undefined, undefined],
    ]);
  });

  it.each<[CallOptions, string]>([
    [{ timeout: 0 }, 'timeout'],
    [{ timeout: Number.POSITIVE_INFINITY }, 'timeout'],
    [{ retry: { limit: -1 } }, 'retry.limit'],
    [{ retry: { baseDelay: 0.5 } }, 'retry.baseDelay'],
    [{ headers: { 'Content-Length': '1' } }, 'headers'],
    [{ headers: { 'a b': '1' } }, 'name of a header'],
    [{ headers: { a: 'b\r\nc: d' } }, 'headers.a'],
    [{ signal: {} as AbortSignal }, 'signal'],
  ])('refuses %o before any I/O', async (options, words) => {
    const { wcs, seen } = await clientOf((_, response) => response.end());
    await using _client = wcs;
    await expect((async () => call(wcs, options))()).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining(words),
    });
    expect(seen).toEqual([]);
  });
});
