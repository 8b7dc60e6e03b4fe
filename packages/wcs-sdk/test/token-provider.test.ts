import { lcg } from '@curve-wcs/test-support';
import { describe, expect, it, vi } from 'vitest';
import { TokenSource } from '../src/auth/token-provider.js';
import { type TokenRequest, uploadToken } from '../src/index.js';
import { count, emulated } from './support/emulated.js';

const MIB = 2 ** 20;
const KEYS = { accessKey: 'ak', secretKey: 'sk' };
const tokenUntil = (deadline: number) => uploadToken(KEYS, { scope: 'b:k', deadline });

describe('a token', () => {
  it('is used until a minute before its end, then asked for again', async () => {
    vi.useFakeTimers({ now: 1_700_000_000_000 });
    try {
      let asked = 0;
      const source = TokenSource.of(() => tokenUntil(Date.now() + 600_000 + asked++), {
        bucket: 'b',
        key: 'k',
      });
      const first = await source.get();
      vi.setSystemTime(Date.now() + 539_000);
      expect(await source.get()).toEqual(first);
      vi.setSystemTime(Date.now() + 2000);
      const [second, third] = await Promise.all([source.get(), source.get()]);
      expect(second).not.toEqual(first);
      expect(third).toEqual(second);
      expect(asked).toBe(2);
    } finally {
      vi.useRealTimers();
    }
  });

  it('that lives shorter than that is used until it is refused', async () => {
    let asked = 0;
    const source = TokenSource.of(() => tokenUntil(Date.now() + 50_000 + asked++), { bucket: 'b', key: 'k' });
    const first = await source.get();
    expect(await source.get()).toEqual(first);
    expect(await source.renew(first.token)).toBe(true);
    expect((await source.get()).token).not.toBe(first.token);
    expect(asked).toBe(2);
  });

  it('that the client signs for a moment is signed again, as long as that takes', async () => {
    const { wcs } = await emulated({ tokenLifetime: 1, retry: { limit: 0 } });
    async function* slowly() {
      for (let block = 0; block < 3; block++) {
        yield new Uint8Array(4 * MIB);
        await new Promise(resolve => setTimeout(resolve, 700));
      }
    }
    const upload = { bucket: 'photos', key: 'k', source: slowly(), formThreshold: 0, concurrency: 1 };
    expect(await wcs.upload(upload)).toMatchObject({ size: 12 * MIB, verified: true });
  });

  it('that is refused in parallel is asked for once', async () => {
    let asked = 0;
    const source = TokenSource.of(async () => tokenUntil(Date.now() + 600_000 + asked++), {
      bucket: 'b',
      key: 'k',
    });
    const { token } = await source.get();
    expect(await Promise.all([1, 2, 3].map(() => source.renew(token)))).toEqual([true, true, true]);
    expect(asked).toBe(2);
  });

  it('that expires in the middle of an upload is renewed for every kind of request', async () => {
    const { emulator, wcs } = await emulated();
    const good = () => uploadToken(emulator, { scope: 'photos:k', deadline: Date.now() + 600_000 });
    const expired = uploadToken(emulator, { scope: 'photos:k', deadline: Date.now() - 1 });
    for (const [path, at] of [
      ['/mkblk/', 1],
      ['/bput/', 2],
      ['/mkfile/', 3],
    ] as const) {
      const requests: TokenRequest[] = [];
      emulator.faults.add({ match: { path, nth: 1 }, do: 'status 401' });
      const result = await wcs
        .upload({
          bucket: 'photos',
          key: 'k',
          source: lcg(5 * MIB, at),
          chunkSize: MIB,
          formThreshold: 0,
          token(request) {
            requests.push(request);
            return good();
          },
        })
        .catch(error => error);
      // The first has stored the object; the others may not replace it, and get as far as that.
      expect(result.verified === true || result.code === 'OBJECT_EXISTS').toBe(true);
      expect(requests.map(({ bucket, key }) => [bucket, key])).toEqual([
        ['photos', 'k'],
        ['photos', 'k'],
      ]);
      emulator.faults.clear();
    }
    await expect(
      wcs.upload({ bucket: 'photos', key: 'k', source: lcg(5 * MIB), token: expired, formThreshold: 0 }),
    ).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
  });

  it('that is refused for a context begins the block anew', async () => {
    const { emulator, wcs } = await emulated();
    emulator.faults.add({ match: { path: '/bput/', nth: [2, 3] }, do: 'status 401' });
    const options = { bucket: 'photos', key: 'k', source: lcg(4 * MIB), chunkSize: MIB, formThreshold: 0 };
    expect((await wcs.upload(options)).verified).toBe(true);
    expect(count(emulator, '/mkblk/')).toBeGreaterThan(1);
  });
});

describe('a provider', () => {
  it('that fails is told of as such', async () => {
    const { emulator, wcs } = await emulated();
    const cause = new Error('our own server is down');
    for (const token of [
      () => Promise.reject(cause),
      () => {
        throw cause;
      },
    ]) {
      await expect(
        wcs.upload({ bucket: 'photos', key: 'k', source: lcg(10), token: token as never }),
      ).rejects.toMatchObject({ code: 'TOKEN_FAILED', cause });
    }
    for (const token of ['', 5, undefined, 'ak:signature:policy\n']) {
      await expect(
        wcs.upload({ bucket: 'photos', key: 'k', source: lcg(10), token: () => token as never }),
      ).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    }
    expect(emulator.requests).toEqual([]);
  });

  it('that never answers does not outlive the upload, and is told', async () => {
    const { wcs } = await emulated();
    const abort = new AbortController();
    const reason = new Error('enough');
    let told: AbortSignal | undefined;
    const upload = wcs.upload({
      bucket: 'photos',
      key: 'k',
      source: lcg(10),
      signal: abort.signal,
      token({ signal }) {
        told = signal;
        return new Promise(() => {});
      },
    });
    setTimeout(() => abort.abort(reason), 20);
    await expect(upload).rejects.toBe(reason);
    expect(told?.aborted).toBe(true);
  });
});
