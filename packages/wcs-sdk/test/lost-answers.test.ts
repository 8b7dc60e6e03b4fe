import { readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { lcg, temporaryFolder } from '@curve-wcs/test-support';
import { describe, expect, it } from 'vitest';
import { WcsClient, type WcsClientOptions } from '../src/index.js';
import { emulated, optionsFor } from './support/emulated.js';

const MIB = 2 ** 20;
const LARGE = lcg(9 * MIB, 4);
const OBJECT = { bucket: 'photos', key: 'k' };

describe('a failure that the service answers with, and then nothing found', () => {
  it('is no move', async () => {
    const { emulator, wcs } = await emulated();
    await wcs.upload({ bucket: 'backup', key: 'k', source: Buffer.from('older') });
    emulator.faults.add({ match: { path: '/move/', nth: 1 }, do: 'status 503' });
    await expect(wcs.move({ from: 'photos:k', to: 'backup' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      doubtful: false,
      attempts: 2,
    });
  });

  it('is no deletion', async () => {
    const { emulator, wcs } = await emulated();
    emulator.faults.add({ match: { path: '/delete/', nth: 1 }, do: 'status 503' });
    await expect(wcs.delete(OBJECT)).rejects.toMatchObject({ code: 'NOT_FOUND', doubtful: false });
  });

  it('nor is a service that cannot be reached at first', async () => {
    const { emulator } = await emulated();
    const free = createServer();
    await new Promise<void>(resolve => free.listen(0, '127.0.0.1', resolve));
    const { port } = free.address() as AddressInfo;
    await new Promise(resolve => free.close(resolve));
    await using wcs = new WcsClient({
      ...optionsFor(emulator),
      managementUrl: `http://127.0.0.1:${port}`,
      retry: { limit: 0 },
    });
    await expect(wcs.delete(OBJECT)).rejects.toMatchObject({ code: 'NETWORK', doubtful: false });
  });
});

it('an attempt without an answer may have done the work', async () => {
  const { emulator, wcs } = await emulated();
  for (const key of ['k', 'l']) await wcs.upload({ ...OBJECT, key, source: Buffer.from('abc') });
  emulator.faults.add({ match: { path: '/move/', nth: 1 }, do: 'drop' });
  emulator.faults.add({ match: { path: '/delete/', nth: 1 }, do: 'drop' });
  expect(await wcs.move({ from: 'photos:k', to: 'backup' })).toMatchObject({ bucket: 'backup', key: 'k' });
  await wcs.delete({ ...OBJECT, key: 'l' });
  expect(await wcs.exists({ ...OBJECT, key: 'l' })).toBe(false);
});

describe('an append whose answer is lost', () => {
  /** While the first answer is lost, somebody else appends a piece of the same size. */
  async function withAnotherWriter(options: WcsClientOptions = {}) {
    const { emulator, wcs } = await emulated({
      retry: { limit: 2, baseDelay: 50, maxDelay: 50 },
      ...options,
    });
    await wcs.append({ ...OBJECT, source: Buffer.from('first') });
    await using other = new WcsClient(optionsFor(emulator));
    emulator.faults.add({ match: { path: '/append/5', nth: 1 }, do: 'status 503' });
    const ours = wcs.append({ ...OBJECT, source: Buffer.from('ours'), position: 5 }).catch(error => error);
    await expect
      .poll(() => emulator.requests.some(({ path, status }) => path === '/append/5' && status === 503))
      .toBe(true);
    await other.append({ ...OBJECT, source: Buffer.from('else'), position: 5 }).catch(() => {});
    return { wcs, outcome: await ours };
  }

  it('is none if another writer has appended as much', async () => {
    const { wcs, outcome } = await withAnotherWriter();
    const { data } = await wcs.download(OBJECT);
    // Whoever came first: what is told must be what is there.
    if (outcome instanceof Error) {
      expect(outcome).toMatchObject({ code: 'APPEND_CONFLICT', nextPosition: 9 });
      expect(String(data)).toBe('firstelse');
    } else expect(String(data)).toBe('firstours');
  });

  it('is told to be in doubt where the object cannot be read', async () => {
    const { emulator } = await emulated();
    const { downloadUrl: _, ...options } = optionsFor(emulator);
    await using wcs = new WcsClient(options);
    emulator.faults.add({ match: { path: '/append/0', nth: 1 }, do: 'drop' });
    await expect(wcs.append({ ...OBJECT, source: Buffer.from('abc'), position: 0 })).rejects.toMatchObject({
      code: 'APPEND_CONFLICT',
      nextPosition: 3,
    });
  });

  it('is found to be there by what is stored', async () => {
    const { emulator, wcs } = await emulated();
    emulator.faults.add({ match: { path: '/append/', nth: [1, 3] }, do: 'drop' });
    await wcs.append({ ...OBJECT, source: Buffer.from('abc') });
    await wcs.append({ ...OBJECT, source: Buffer.from('def') });
    expect(String((await wcs.download(OBJECT)).data)).toBe('abcdef');
  });
});

describe('records of uploads', () => {
  /** A file, and how to upload it in blocks. */
  function upload(source: string | Buffer | Blob) {
    return { ...OBJECT, source, formThreshold: 0, resume: true };
  }
  function file(): string {
    const path = join(temporaryFolder(), 'large');
    writeFileSync(path, LARGE);
    return path;
  }

  it('of a process that was killed when all was done lead to success, for the object is right', async () => {
    const folder = join(temporaryFolder(), 'records');
    const { emulator, wcs } = await emulated({ recordFolder: folder, retry: { limit: 0 } });
    const source = file();
    emulator.faults.add({ match: { path: '/mkfile/', nth: 1 }, do: 'drop' });
    await expect(wcs.upload(upload(source))).rejects.toMatchObject({ code: 'NETWORK', doubtful: true });
    expect(readdirSync(folder)).toHaveLength(1);
    expect(await wcs.upload(upload(source))).toMatchObject({ verified: true, size: LARGE.length });
    expect(readdirSync(folder)).toEqual([]);
    await expect(wcs.upload(upload(source))).rejects.toMatchObject({ code: 'OBJECT_EXISTS' });
  });

  it('do not make an object that is another a success', async () => {
    const folder = join(temporaryFolder(), 'records');
    const { emulator, wcs } = await emulated({ recordFolder: folder, retry: { limit: 0 } });
    const source = file();
    emulator.faults.add({ match: { path: '/mkfile/', nth: 1 }, do: 'status 503' });
    await expect(wcs.upload(upload(source))).rejects.toMatchObject({ code: 'SERVER_ERROR' });
    await wcs.upload({ ...OBJECT, source: Buffer.from('another') });
    await expect(wcs.upload(upload(source))).rejects.toMatchObject({ code: 'OBJECT_EXISTS' });
  });

  it.each([
    ['bytes', LARGE],
    ['a Blob', new Blob([LARGE])],
  ])('are not kept of %s, which a machine without any may upload', async (_, source) => {
    const folder = join(temporaryFolder(), 'never', 'made');
    const { wcs } = await emulated({ recordFolder: folder });
    expect(await wcs.upload(upload(source))).toMatchObject({ verified: true, method: 'blocks' });
    expect(() => readdirSync(folder)).toThrow('ENOENT');
  });

  it('that cannot be written do not keep an upload from its end', async () => {
    const base = temporaryFolder();
    // A file in the place of the folder: neither made nor written to, whoever runs the test.
    writeFileSync(join(base, 'records'), '');
    for (const recordFolder of [join(base, 'records', 'deeper'), '/dev/full/records']) {
      const { wcs } = await emulated({ recordFolder });
      expect(await wcs.upload(upload(file())).catch(error => error)).toMatchObject({ verified: true });
    }
  });
});
