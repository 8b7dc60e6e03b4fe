import { lcg } from '@curve-wcs/test-support';
import { startWcsEmulator } from '@curve-wcs/wcs-emulator';
import { expect, it, onTestFinished } from 'vitest';
import { type Credentials, WcsClient, type WcsClientOptions } from '../src/index.js';
import { optionsFor } from './support/emulated.js';

const NEW = { accessKey: 'new', secretKey: 'new-secret' };
const OLD = { accessKey: 'old', secretKey: 'old-secret' };

/** A service that takes the new keys, and a client whose keys are old until they were asked for again. */
async function rotating(options: WcsClientOptions = {}) {
  const emulator = await startWcsEmulator({ buckets: ['photos'], durability: 'fast', credentials: [NEW] });
  const { accessKey: _, secretKey: __, ...rest } = optionsFor(emulator);
  const asked: Credentials[] = [];
  const wcs = new WcsClient({
    ...rest,
    credentials: async () => {
      asked.push(asked.length === 0 ? OLD : NEW);
      return asked.at(-1) ?? NEW;
    },
    ...options,
  });
  onTestFinished(async () => {
    await wcs.close();
    await emulator.close();
  });
  return { emulator, wcs, asked };
}

it('keys of a function are asked for when they are needed, and again when the service refuses them', async () => {
  const { wcs, asked } = await rotating();
  expect(asked).toEqual([]);
  expect(await wcs.buckets.list()).toEqual([{ name: 'photos' }]);
  expect(asked).toEqual([OLD, NEW]);
  await wcs.buckets.list();
  expect(asked).toHaveLength(2);
});

it.each([
  ['form', 1e8],
  ['blocks', 0],
])('uploads by %s go on with the new keys', async (_, formThreshold) => {
  const { wcs, asked } = await rotating();
  const source = lcg(9 * 2 ** 20, 3);
  const result = await wcs.upload({ bucket: 'photos', key: 'k', source, formThreshold });
  expect(result.verified).toBe(true);
  expect(asked).toEqual([OLD, NEW]);
});

it('many calls that are refused together ask once', async () => {
  const { wcs, asked } = await rotating();
  await Promise.all(Array.from({ length: 20 }, () => wcs.buckets.list()));
  expect(asked).toEqual([OLD, NEW]);
});

it('keys that are still the same are not tried again', async () => {
  const { wcs, emulator } = await rotating({ credentials: () => OLD });
  await expect(wcs.buckets.list()).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
  expect(emulator.requests).toHaveLength(1);
  const upload = wcs.upload({ bucket: 'photos', key: 'k', source: Buffer.from('x') });
  await expect(upload).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
  expect(emulator.requests).toHaveLength(2);
});

it('what signs at once needs keys that were asked for before', async () => {
  const { wcs } = await rotating({ credentials: () => NEW });
  const sign = () => wcs.downloadUrl({ bucket: 'photos', key: 'k' });
  expect(sign).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
  await wcs.buckets.list();
  expect(sign()).toContain('token=new');
});

it.each<[string, () => unknown]>([
  ['throws', () => Promise.reject(new Error('no vault'))],
  ['gives nothing', () => undefined],
  ['gives half a pair', () => ({ accessKey: 'very-secret' })],
  ['gives nonsense', () => ({ accessKey: 'a:very-secret', secretKey: 's' })],
])('a function that %s fails the call, without a word of what it gave', async (_, credentials) => {
  const { wcs, emulator } = await rotating({ credentials: credentials as () => Credentials });
  await expect(wcs.buckets.list()).rejects.toMatchObject({
    code: 'TOKEN_FAILED',
    message: expect.not.stringContaining('very-secret'),
  });
  expect(emulator.requests).toHaveLength(0);
});
