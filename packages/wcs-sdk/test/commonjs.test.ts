import { lcg, requireAsUser } from '@curve-wcs/test-support';
import { expect, it } from 'vitest';
import type * as Sdk from '../src/index.js';
import { emulated, optionsFor } from './support/emulated.js';

const sdk = requireAsUser(import.meta.url)('@curve-wcs/wcs-sdk') as typeof Sdk;

it('small uploads and downloads work after verified ones of any size', async () => {
  const { emulator } = await emulated();
  await using wcs = new sdk.WcsClient(optionsFor(emulator));
  for (const [index, size] of [5, 128 * 1024 + 1, 5, 5_000_000, 5].entries()) {
    const key = `${index}`;
    const source = lcg(size);
    const { verified } = await wcs.upload({ bucket: 'photos', key, source });
    const { data } = await wcs.download({ bucket: 'photos', key });
    expect({ size, verified, same: data.equals(source) }).toEqual({ size, verified: true, same: true });
  }
});
