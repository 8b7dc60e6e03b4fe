import { createReadStream, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { etag } from '@curve-wcs/etag';
import { temporaryFolder } from '@curve-wcs/test-support';
import { describe, expect, it } from 'vitest';
import { emulated } from './support/emulated.js';

const OBJECT = { bucket: 'photos', key: 'k' };
const REFUSED = { code: 'INVALID_ARGUMENT' };

function file(content: Uint8Array): string {
  const path = join(temporaryFolder(), 'file');
  writeFileSync(path, content);
  return path;
}

describe('a stream that has nothing left to give is no empty object', () => {
  it.each<[string, () => Promise<Readable | ReadableStream<Uint8Array>>]>([
    [
      'that was read',
      async () => {
        const stream = createReadStream(file(Buffer.from('abc')));
        await buffer(stream);
        return stream;
      },
    ],
    ['that was destroyed', async () => Readable.from([Buffer.from('abc')]).destroy()],
    [
      'of the web that was read',
      async () => {
        const body = new Response('abc').body as ReadableStream<Uint8Array>;
        for await (const _ of body);
        return body;
      },
    ],
    [
      'of the web that somebody else reads',
      async () => {
        const body = new Response('abc').body as ReadableStream<Uint8Array>;
        body.getReader();
        return body;
      },
    ],
  ])('one %s', async (_, make) => {
    const { emulator, wcs } = await emulated();
    const source = await make();
    await expect(wcs.upload({ ...OBJECT, source })).rejects.toMatchObject(REFUSED);
    await expect(wcs.append({ ...OBJECT, source: await make() })).rejects.toMatchObject(REFUSED);
    expect(emulator.requests.filter(({ method }) => method === 'POST')).toEqual([]);
  });

  it('but one that is empty is', async () => {
    const { wcs } = await emulated();
    const empty = new ReadableStream<Uint8Array>({ start: controller => controller.close() });
    expect(await wcs.upload({ ...OBJECT, source: empty })).toMatchObject({ size: 0, verified: true });
    expect(await wcs.upload({ ...OBJECT, key: 'l', source: Readable.from([]) })).toMatchObject({ size: 0 });
  });
});

it.each(['latin1', 'hex', 'utf8', 'base64'] as const)('a stream of text in %s is refused', async encoding => {
  const { wcs } = await emulated();
  const source = createReadStream(file(Buffer.from([0xff, 0xfe, 0, 0x80])), { encoding });
  await expect(wcs.upload({ ...OBJECT, source })).rejects.toMatchObject(REFUSED);
});

it.runIf(process.platform === 'linux')('a file that does not tell its size is read to its end', async () => {
  const { wcs } = await emulated();
  const content = readFileSync('/proc/version');
  expect(content.length).toBeGreaterThan(0);
  const result = await wcs.upload({ ...OBJECT, source: '/proc/version', resume: true });
  expect(result).toMatchObject({ size: content.length, etag: etag(content), verified: true });
  expect((await wcs.download(OBJECT)).data.equals(content)).toBe(true);
  await wcs.append({ ...OBJECT, key: 'l', source: '/proc/version' });
  expect((await wcs.download({ ...OBJECT, key: 'l' })).data.equals(content)).toBe(true);
});
