import { createReadStream, readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { requireInNewRealm } from '@curve-wcs/test-support';
import { expect, test } from 'vitest';
import type * as Sdk from '../src/index.js';
import { emulated, optionsFor } from './support/emulated.js';

// Test runners such as Jest give a program globals of its own, and Node.js's own objects are no instances of them.
const sdk = requireInNewRealm<typeof Sdk>('@curve-wcs/wcs-sdk', import.meta.url);
const own = fileURLToPath(import.meta.url);

test('streams of Node.js are sources where globals are others than its own', async () => {
  const { emulator } = await emulated();
  await using wcs = new sdk.WcsClient(optionsFor(emulator));
  const sources = {
    bytes: Buffer.from('abc'),
    memory: new Uint8Array([97, 98, 99]).buffer,
    stream: Readable.from(['abc']),
    web: Readable.toWeb(Readable.from([Buffer.from('abc')])) as ReadableStream<Uint8Array>,
    blob: new Blob(['abc']),
  };
  for (const [key, source] of Object.entries(sources)) {
    await wcs.upload({ bucket: 'photos', key, source });
    expect((await wcs.download({ bucket: 'photos', key })).data.toString()).toBe('abc');
  }
  await wcs.upload({ bucket: 'photos', key: 'own', source: createReadStream(own) });
  const { data } = await wcs.download({ bucket: 'photos', key: 'own' });
  expect(data.equals(readFileSync(own))).toBe(true);
});

test('errors of Node.js are told of in their own words there', async () => {
  await using wcs = new sdk.WcsClient({
    accessKey: 'a',
    secretKey: 's',
    managementUrl: 'http://127.0.0.1:1',
    retry: { limit: 0 },
  });
  const error = await wcs.stat({ bucket: 'b', key: 'k' }).catch(error => error);
  expect(error).toBeInstanceOf(sdk.WcsError);
  expect(error).toMatchObject({ code: 'NETWORK', cause: { code: 'ECONNREFUSED' } });
  expect(error.message).toContain('(connect ECONNREFUSED 127.0.0.1:1)');
});
