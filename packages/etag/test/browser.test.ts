import { lcg } from '@curve-wcs/test-support';
import { describe, expect, it } from 'vitest';
import * as browser from '../src/browser.js';
import * as node from '../src/index.js';

const { etag, etagBlob } = browser;

describe('the browser entry', () => {
  for (const size of [0, 1, 4_194_303, 4_194_304, 4_194_305, 10_000_000]) {
    it(`computes the same etag as Node's for ${size} bytes`, async () => {
      const content = lcg(size);
      const expected = node.etag(content);
      expect(await etag(content)).toBe(expected);
      expect(await etag(Uint8Array.from(content).buffer)).toBe(expected);
      expect(await etag(new Blob([content]))).toBe(expected);
      expect(await etagBlob(new Blob([content]))).toBe(expected);
    });
  }

  it('takes strings, files, views and shared memory', async () => {
    const content = lcg(1000).subarray(100, 200);
    const shared = new Uint8Array(new SharedArrayBuffer(content.length));
    shared.set(content);
    expect(await etag('中文')).toBe(node.etag('中文'));
    expect(await etag(content)).toBe(node.etag(content));
    expect(await etag(shared)).toBe(node.etag(content));
    expect(await etagBlob(new File([content], 'name'))).toBe(node.etag(content));
  });

  it('follows block size and any concurrency', async () => {
    const content = lcg(100_001);
    for (const concurrency of [1, 2, 7, 1000]) {
      const options = { blockSize: 4096, concurrency };
      expect(await etagBlob(new Blob([content]), options)).toBe(node.etag(content, { blockSize: 4096 }));
    }
  });

  it('holds no more blocks at a time than it may', async () => {
    const blob = new Blob([lcg(100_000)]);
    let [now, most] = [0, 0];
    const slice = blob.slice.bind(blob);
    blob.slice = (start, end) => {
      most = Math.max(most, ++now);
      return slice(start, end);
    };
    const onProgress = (): void => void now--;
    await etagBlob(blob, { blockSize: 1000, concurrency: 3, onProgress });
    expect(most).toBe(3);
  });

  it('reports progress up to the total, never back', async () => {
    const seen: browser.Progress[] = [];
    const onProgress = (progress: browser.Progress): void => void seen.push(progress);
    await etagBlob(new Blob([lcg(10_000)]), { blockSize: 3000, onProgress });
    expect(seen.map(({ total }) => total)).toEqual([10_000, 10_000, 10_000, 10_000]);
    const transferred = seen.map(progress => progress.transferred);
    expect(transferred).toEqual([...transferred].sort((a, b) => a - b));
    expect(transferred.at(-1)).toBe(10_000);
  });

  it('honours an abort before and in the middle', async () => {
    const blob = new Blob([lcg(100_000)]);
    await expect(etagBlob(blob, { signal: AbortSignal.abort('before') })).rejects.toBe('before');
    const controller = new AbortController();
    const seen: browser.Progress[] = [];
    const onProgress = (progress: browser.Progress): void => {
      seen.push(progress);
      controller.abort('stop');
    };
    const options = { blockSize: 1000, concurrency: 2, signal: controller.signal, onProgress };
    await expect(etagBlob(blob, options)).rejects.toBe('stop');
    expect(seen).toHaveLength(1);
  });

  it('passes on what reading a blob or onProgress throws', async () => {
    const failure = new Error('gone');
    const blob = new Blob([lcg(10)]);
    const onProgress = (): void => {
      throw failure;
    };
    await expect(etagBlob(blob, { onProgress })).rejects.toBe(failure);
    blob.slice = () => {
      throw failure;
    };
    await expect(etagBlob(blob)).rejects.toBe(failure);
  });

  it('refuses bad arguments', async () => {
    const refused = { name: 'ChecksumError', code: 'INVALID_ARGUMENT' };
    await expect(etagBlob('text' as unknown as Blob)).rejects.toMatchObject(refused);
    await expect(etag(5 as unknown as string)).rejects.toMatchObject(refused);
    await expect(etag('', { blockSize: 0 })).rejects.toMatchObject(refused);
    await expect(etagBlob(new Blob([]), { concurrency: 0 })).rejects.toMatchObject(refused);
  });

  it("has the Node entry's CRC-64 and Base64 functions, constants and errors", () => {
    const shared = Object.keys(browser).filter(name => !name.startsWith('etag'));
    expect(shared).toHaveLength(8);
    expect(Object.keys(node)).toEqual(expect.arrayContaining(shared));
    const content = lcg(1000);
    const results = ({ BLOCK_SIZE, ...entry }: typeof browser | typeof node) => ({
      BLOCK_SIZE,
      crc: entry.crc64(content),
      decimal: entry.crc64Decimal(content),
      combined: entry.crc64Combine(1n, 2n, 3),
      pieces: new entry.Crc64().update(content).update('more').digest(),
      base64: entry.urlSafeBase64Encode('a?>中'),
      text: entry.urlSafeBase64Decode('YT8-5Lit'),
      error: new entry.ChecksumError('INVALID_ARGUMENT', 'why'),
    });
    expect(results(browser)).toEqual(results(node));
  });
});
