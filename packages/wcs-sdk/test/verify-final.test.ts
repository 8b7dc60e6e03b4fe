import { crc32, etag } from '@curve-wcs/etag';
import { lcg } from '@curve-wcs/test-support';
import { describe, expect, it } from 'vitest';
import { type UploadOptions, uploadToken, WcsClient } from '../src/index.js';
import { rawServer } from './support/raw-server.js';

const MIB = 2 ** 20;
const SOURCE = lcg(9 * MIB);

/** Uploads to a service that tells wrong CRCs of the chunks, or a wrong hash of the object. */
async function uploadTo(
  wrong: 'crc32' | 'hash',
  options: Partial<UploadOptions>,
  { keys = true }: { keys?: boolean } = {},
) {
  const { url, seen } = await rawServer(({ url, body }, response) => {
    const right = { ctx: 'ctx', crc32: crc32(body), offset: body.length };
    const hash = wrong === 'hash' ? 'l'.repeat(28) : etag(SOURCE);
    if (url.startsWith('/mkfile')) response.end(JSON.stringify({ hash }));
    else
      response.end(JSON.stringify(wrong === 'crc32' ? { ...right, crc32: (right.crc32 ^ 1) >>> 0 } : right));
  });
  const credentials = { accessKey: 'a', secretKey: 's' };
  const token = uploadToken(credentials, { scope: 'b:k', deadline: Date.now() + 1e6 });
  await using wcs = new WcsClient({
    uploadUrl: url,
    retry: { limit: 1, baseDelay: 1, maxDelay: 1 },
    ...(keys ? { ...credentials, managementUrl: url } : {}),
  });
  const upload = { bucket: 'b', key: 'k', source: SOURCE, formThreshold: 0, ...(keys ? {} : { token }) };
  const result = await wcs.upload({ ...upload, ...options });
  return { result, seen };
}

describe("verify: 'final'", () => {
  it('leaves it to the hash of the object', async () => {
    const { result, seen } = await uploadTo('crc32', { verify: 'final' });
    expect(result).toMatchObject({ verified: true, hash: etag(SOURCE), etag: etag(SOURCE) });
    expect(seen).toHaveLength(4);
    await expect(uploadTo('hash', { verify: 'final' })).rejects.toMatchObject({ code: 'CHECKSUM_MISMATCH' });
  });

  it('of a stream too', async () => {
    const source = new Blob([SOURCE]).stream();
    expect((await uploadTo('crc32', { verify: 'final', source })).result.verified).toBe(true);
  });

  it.each([
    ['by default', {}, {}],
    ['with verify: true', { verify: true }, {}],
    ['where the service computes another hash', { verify: 'final', blockSize: 8 * MIB }, {}],
    ['where the service cannot be asked for it', { verify: 'final' }, { keys: false }],
  ] as const)('every chunk is verified %s', async (_, options, client) => {
    await expect(uploadTo('crc32', options, client)).rejects.toMatchObject({
      code: 'CHECKSUM_MISMATCH',
      operation: 'mkblk',
    });
  });

  it('is a word of its own', async () => {
    const wrong = { verify: 'last' } as unknown as Partial<UploadOptions>;
    await expect(uploadTo('crc32', wrong)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});
