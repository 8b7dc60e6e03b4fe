import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { signDownloadUrl, WcsClient } from '../src/index.js';

const KEYS = { accessKey: 'ak', secretKey: 'sk' };

/** The rule alone: b64u of the hex digits of the HMAC of the URL with its end. */
function tokenOf(url: string): string {
  return `ak:${Buffer.from(createHmac('sha1', 'sk').update(url).digest('hex')).toString('base64')}`;
}

describe('a signed download URL', () => {
  const expires = new Date(1_700_000_000_999);

  it.each([
    ['http://example.com/a.txt', 'http://example.com/a.txt?e=1700000000'],
    ['https://example.com/%E4%B8%AD?op=imageInfo', 'https://example.com/%E4%B8%AD?op=imageInfo&e=1700000000'],
    [new URL('http://example.com:8080/a'), 'http://example.com:8080/a?e=1700000000'],
  ])('of %s ends in seconds, and is signed with its end', (url, withEnd) => {
    expect(signDownloadUrl(KEYS, url, { expires })).toBe(`${withEnd}&token=${tokenOf(withEnd)}`);
  });

  it('is good for an hour, or as long as it was told', () => {
    const now = Math.floor(Date.now() / 1000);
    const endOf = (url: string) => Number(new URL(url).searchParams.get('e')) - now;
    expect(Math.abs(endOf(signDownloadUrl(KEYS, 'http://a/')) - 3600)).toBeLessThan(5);
    expect(Math.abs(endOf(signDownloadUrl(KEYS, 'http://a/', { expiresIn: 60 })) - 60)).toBeLessThan(5);
  });

  it('is made of bucket and key by the client', () => {
    const wcs = new WcsClient({ ...KEYS, downloadUrl: 'https://{bucket}.example.com' });
    const withEnd = 'https://photos.example.com/%E4%B8%AD/a%20b?e=1700000000';
    expect(wcs.downloadUrl({ bucket: 'photos', key: '中/a b', expires })).toBe(
      `${withEnd}&token=${tokenOf(withEnd)}`,
    );
    expect(() => wcs.downloadUrl({ bucket: 'photos', key: '/x' })).toThrow(/key/);
    expect(() => new WcsClient(KEYS).downloadUrl({ bucket: 'b', key: 'k' })).toThrow(/downloadUrl/);
    expect(() => new WcsClient({ downloadUrl: 'a.com' }).downloadUrl({ bucket: 'b', key: 'k' })).toThrow(
      /accessKey/,
    );
  });

  it.each([
    ['/a.txt', {}, 'url'],
    ['ftp://a/b', {}, 'url'],
    ['http://a/b#c', {}, 'fragment'],
    ['http://a/b?token=secret-one', {}, 'token'],
    ['http://a/b', { expiresIn: 0 }, 'expiresIn'],
    ['http://a/b', { expires: new Date(Number.NaN) }, 'expires'],
    ['http://a/b', { expires, expiresIn: 5 }, 'expires or expiresIn'],
  ])('of %s with %o is refused', (url, options, words) => {
    expect(() => signDownloadUrl(KEYS, url, options)).toThrow(
      expect.objectContaining({
        code: 'INVALID_ARGUMENT',
        message: expect.stringContaining(words),
      }),
    );
    expect(() => signDownloadUrl(KEYS, url, options)).not.toThrow(/secret-one/);
  });
});
