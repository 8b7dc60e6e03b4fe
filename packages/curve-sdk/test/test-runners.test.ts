import { Readable } from 'node:stream';
import { requireInNewRealm } from '@curve-wcs/test-support';
import { expect, test } from 'vitest';
import type * as Sdk from '../src/index.js';
import { BLOCK, SIZE, smallCluster } from './support/connect.js';

// Test runners such as Jest give a program globals of its own, and Node.js's own objects are no instances of them.
const sdk = requireInNewRealm<typeof Sdk>('@curve-wcs/curve-sdk', import.meta.url);

test('streams of Node.js are sources, and native failures errors, where globals are others than its own', async () => {
  const { cluster } = await smallCluster();
  await using curve = await sdk.CurveClient.connect(cluster.clientConfPath, { user: 'alice' });
  await curve.createVolume('/v', { size: SIZE });
  await using volume = await curve.open('/v');
  await volume.import(Readable.from([Buffer.alloc(BLOCK, 7)]));
  const { data } = await volume.read({ offset: 0, length: BLOCK });
  expect(data.equals(Buffer.alloc(BLOCK, 7))).toBe(true);
  const failure = await curve.stat('/nowhere').catch(error => error);
  expect(failure).toBeInstanceOf(sdk.CurveError);
  expect(failure).toMatchObject({ code: 'NOTEXIST', path: '/nowhere' });
});

test('libcurve’s calls give its codes there', async () => {
  const { cluster } = await smallCluster();
  const cbd = new sdk.CBDClient();
  expect(cbd.Init(cluster.clientConfPath)).toBe(0);
  expect(await cbd.OpenAsync('/nowhere', new sdk.UserInfo_t('alice'))).toBe(-2);
  await cbd.UnInitAsync();
});
