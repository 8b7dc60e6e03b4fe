import { describe, expect, it } from 'vitest';
import { type BrowserUploadOptions, policyOf, WcsClient } from '../src/index.js';
import { emulated } from './support/emulated.js';
import { HOSTILE_KEYS } from './support/keys.js';

/** What a page does with what it was given. */
async function fromPage(
  { url, fields }: { url: string; fields: Record<string, string> },
  content: Uint8Array,
) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append('file', new Blob([new Uint8Array(content)]), 'local name.txt');
  return fetch(url, { method: 'POST', body: form });
}

describe('a token for a page', () => {
  it('lets it upload to its one key, up to its size, once', async () => {
    const { wcs } = await emulated();
    const upload = wcs.browserUpload({ bucket: 'photos', key: '中/a b.txt', maxSize: 10 });
    expect((await fromPage(upload, Buffer.from('eleven bytes'))).ok).toBe(false);
    expect((await fromPage(upload, Buffer.from('ten bytes'))).ok).toBe(true);
    expect((await fromPage(upload, Buffer.from('again'))).status).toBe(406);
    expect((await wcs.download({ bucket: 'photos', key: '中/a b.txt' })).data.toString()).toBe('ten bytes');
  });

  it.each(HOSTILE_KEYS)('takes the key %j', async key => {
    const { wcs } = await emulated();
    expect(
      (await fromPage(wcs.browserUpload({ bucket: 'photos', key, maxSize: 9 }), Buffer.from('x'))).ok,
    ).toBe(true);
    expect((await wcs.stat({ bucket: 'photos', key })).size).toBe(1);
  });

  it('can leave the key to a template', async () => {
    const { wcs } = await emulated();
    const upload = wcs.browserUpload({
      bucket: 'photos',
      saveKey: 'in/$(fname)',
      maxSize: 1000,
      overwrite: true,
      returnBody: { key: '$(key)' },
    });
    expect(await (await fromPage(upload, Buffer.from('x'))).text()).toBe(
      Buffer.from('key=in/local name.txt').toString('base64url').padEnd(28, '='),
    );
  });

  it('lives ten minutes, or as long as it was told', () => {
    const wcs = new WcsClient({ accessKey: 'ak', secretKey: 'sk', uploadUrl: 'up.example.com' });
    for (const [expiresIn, seconds] of [
      [undefined, 600],
      [5, 5],
    ] as const) {
      const { expires, url, fields } = wcs.browserUpload({
        bucket: 'b',
        key: 'k',
        maxSize: 1,
        ...(expiresIn ? { expiresIn } : {}),
      });
      expect(url).toBe('http://up.example.com/file/upload');
      const policy = policyOf(fields['token'] ?? '');
      expect(policy).toEqual({ scope: 'b:k', deadline: expires.getTime(), fsizeLimit: 1 });
      expect(Math.abs(expires.getTime() - Date.now() - seconds * 1000)).toBeLessThan(5000);
    }
  });

  it.each<[Partial<BrowserUploadOptions>, string]>([
    [{ key: undefined as never }, 'key or saveKey'],
    [{ maxSize: undefined as never }, 'maxSize'],
    [{ maxSize: 0 }, 'maxSize'],
    [{ expiresIn: 86_401 }, 'expiresIn'],
    [{ returnBody: '$(nothing)' }, 'returnBody'],
  ])('with %o is refused', (change, words) => {
    const wcs = new WcsClient({ accessKey: 'ak', secretKey: 'sk', uploadUrl: 'up.example.com' });
    expect(() => wcs.browserUpload({ bucket: 'b', key: 'k', maxSize: 1, ...change })).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.stringContaining(words) }),
    );
  });

  it('needs keys and the upload domain', () => {
    for (const options of [{ uploadUrl: 'up.example.com' }, { accessKey: 'ak', secretKey: 'sk' }]) {
      expect(() => new WcsClient(options).browserUpload({ bucket: 'b', key: 'k', maxSize: 1 })).toThrow(
        expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
      );
    }
  });
});
