import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { etag } from '@curve-wcs/etag';
import { temporaryFolder } from '@curve-wcs/test-support';
import { describe, expect, it } from 'vitest';
import { putPolicy, type UploadOptions, uploadToken } from '../src/index.js';
import { emulated } from './support/emulated.js';
import { rawServer } from './support/raw-server.js';

const CONTENT = Buffer.from('what is saved');
const HASH = etag(CONTENT);

function sources(): [kind: string, source: UploadOptions['source']][] {
  const path = join(temporaryFolder(), 'local.txt');
  writeFileSync(path, CONTENT);
  return [
    ['a file', path],
    ['bytes', CONTENT],
    ['a Blob', new Blob([CONTENT])],
    ['a stream', Readable.from([CONTENT])],
  ];
}

describe('saveKey of a policy', () => {
  it('makes the key of anything that is uploaded, and the answer tells it', async () => {
    const { wcs } = await emulated();
    for (const [kind, source] of sources()) {
      const policy = { saveKey: `in/${kind}/$(fsize)-$(hash)` };
      const result = await wcs.upload({ bucket: 'photos', source, policy });
      expect(result).toMatchObject({ key: `in/${kind}/13-${HASH}`, verified: true, method: 'form' });
      expect((await wcs.stat({ bucket: 'photos', key: result.key })).hash).toBe(HASH);
    }
  });

  it('works with returnBody and callbacks of the caller', async () => {
    const { wcs } = await emulated();
    const { url } = await rawServer((request, response) =>
      response.end(JSON.stringify({ key: String(request.body) })),
    );
    const upload = (policy: UploadOptions['policy']) =>
      wcs.upload({ bucket: 'photos', source: CONTENT, overwrite: true, ...(policy ? { policy } : {}) });
    const returned = await upload({ saveKey: 'k/$(hash)', returnBody: { name: '$(key)', sum: '$(hash)' } });
    expect(returned).toMatchObject({
      key: `k/${HASH}`,
      hash: HASH,
      answer: { name: `k/${HASH}`, sum: HASH },
    });
    const called = await upload({ saveKey: 'k2', callbackUrl: url, callbackBody: '$(key)' });
    expect(called).toMatchObject({ key: 'k2', verified: true });
  });

  it('takes many items, and what an address gives', async () => {
    const { wcs } = await emulated();
    const items = ['a', 'b'].map(text => ({ source: Buffer.from(text) }));
    const policy = { saveKey: 'many/$(hash)' };
    expect(await wcs.uploadMany({ bucket: 'photos', items, policy }).summary()).toMatchObject({
      stored: 2,
      failed: [],
    });
    const { url } = await rawServer((_, response) => response.end(CONTENT));
    expect(await wcs.uploadFromUrl({ bucket: 'photos', url: `${url}/n`, policy })).toMatchObject({
      key: `many/${HASH}`,
    });
  });

  it('goes by form whatever the threshold, as only forms can', async () => {
    const { wcs, emulator } = await emulated();
    const source = Buffer.alloc(5 * 2 ** 20, 1);
    const policy = { saveKey: 'large' };
    expect(await wcs.upload({ bucket: 'photos', source, policy, formThreshold: 0 })).toMatchObject({
      key: 'large',
      verified: true,
      method: 'form',
    });
    const stream = () => Readable.from([source]);
    const threshold = { policy: { saveKey: 'streamed' }, formThreshold: source.length };
    expect(await wcs.upload({ bucket: 'photos', source: stream(), ...threshold })).toMatchObject({
      key: 'streamed',
    });
    const requests = emulator.requests.length;
    const tooLong = wcs.upload({
      bucket: 'photos',
      source: stream(),
      policy,
      formThreshold: source.length - 1,
    });
    await expect(tooLong).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('form'),
    });
    expect(emulator.requests).toHaveLength(requests);
  });

  it.each<[UploadOptions['policy'] & object, Partial<UploadOptions>]>([
    [{ saveKey: 'x' }, { key: 'k' }],
    [{ saveKey: 'x', returnBody: 'hash=$(hash)' }, {}],
    [{ saveKey: '$(nothing)' }, {}],
  ])('with what excludes it is refused: %j with %j', async (policy, others) => {
    const { wcs, emulator } = await emulated();
    const upload = wcs.upload({ bucket: 'photos', source: CONTENT, policy, ...others });
    await expect(upload).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(emulator.requests).toHaveLength(0);
  });
});

describe('a token', () => {
  const signed = (
    keys: Parameters<typeof uploadToken>[0],
    policy: Omit<Parameters<typeof putPolicy>[0], 'bucket'>,
  ) => uploadToken(keys, putPolicy({ bucket: 'photos', ...policy }));

  it('with saveKey makes the key, given as it is or by a function', async () => {
    const { wcs, emulator } = await emulated();
    const token = signed(emulator, { saveKey: 'in/$(hash)', returnBody: 'key=$(key)', overwrite: true });
    for (const [, source] of sources()) {
      for (const provider of [token, async () => token]) {
        const again = source instanceof Readable ? Readable.from([CONTENT]) : source;
        const result = await wcs.upload({ bucket: 'photos', source: again, token: provider });
        expect(result).toMatchObject({ key: `in/${HASH}`, hash: HASH, verified: true });
      }
    }
  });

  it('lets a key that the caller gives go before its saveKey', async () => {
    const { wcs, emulator } = await emulated();
    const token = signed(emulator, { saveKey: 'in/$(hash)' });
    expect(await wcs.upload({ bucket: 'photos', key: 'own', source: CONTENT, token })).toMatchObject({
      key: 'own',
    });
    expect((await wcs.stat({ bucket: 'photos', key: 'own' })).hash).toBe(HASH);
  });

  it('whose answer does not tell the key leaves it empty', async () => {
    const { wcs, emulator } = await emulated();
    const token = signed(emulator, { saveKey: 'in/$(hash)' });
    const result = await wcs.upload({ bucket: 'photos', source: CONTENT, token });
    expect(result).toMatchObject({ key: '', hash: HASH, verified: true });
  });

  it('for one key is for that key, without the caller saying so again', async () => {
    const { wcs, emulator } = await emulated();
    const token = signed(emulator, { key: 'a:b', overwrite: true });
    for (const [, source] of sources()) {
      expect(await wcs.upload({ bucket: 'photos', source, token })).toMatchObject({
        key: 'a:b',
        verified: true,
      });
    }
    expect(await wcs.upload({ bucket: 'photos', source: CONTENT, token, formThreshold: 0 })).toMatchObject({
      key: 'a:b',
    });
  });

  it.each([
    ['another key', { bucket: 'photos', key: 'other' }],
    ['another bucket', { bucket: 'backup', key: 'k' }],
  ])('for %s is not used', async (_, target) => {
    const { wcs, emulator } = await emulated();
    const token = signed(emulator, { key: 'k' });
    const upload = wcs.upload({ ...target, source: CONTENT, token });
    await expect(upload).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('photos:k'),
    });
    expect(emulator.requests).toHaveLength(0);
  });
});
