import { type AddressInfo, createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, it, onTestFinished } from 'vitest';
import { WcsClient, type WcsClientOptions } from '../src/index.js';

const HEAD = 'HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n';

/** A server that sends part of an answer without a length, and then resets the connection. */
async function resetting(content: string): Promise<{ url: string; wcs: WcsClient }> {
  const server = createServer(socket => {
    socket.on('error', () => {});
    socket.once('data', () => {
      socket.write(`${HEAD}${content}`);
      setTimeout(() => socket.resetAndDestroy(), 30);
    });
    onTestFinished(() => void socket.destroy());
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const wcs = new WcsClient(optionsFor(url));
  onTestFinished(() => wcs.close());
  return { url, wcs };
}

function optionsFor(url: string): WcsClientOptions {
  return {
    accessKey: 'a',
    secretKey: 's',
    uploadUrl: url,
    managementUrl: url,
    downloadUrl: url,
    retry: { limit: 1, baseDelay: 1, maxDelay: 1 },
  };
}

const NETWORK = { code: 'NETWORK', retryable: true };

it('a download whose connection is reset is not taken for one that has ended', async () => {
  const { url, wcs } = await resetting('half of it');
  await expect(wcs.download({ url: `${url}/k` })).rejects.toMatchObject(NETWORK);
  await expect(text(wcs.downloadStream({ url: `${url}/k` }))).rejects.toMatchObject(NETWORK);
});

it('nor is the source of an upload', async () => {
  const { url, wcs } = await resetting('half of it');
  await expect(wcs.uploadFromUrl({ bucket: 'photos', key: 'k', url: `${url}/k` })).rejects.toMatchObject({
    code: 'SOURCE_FAILED',
  });
});

it.each([
  ['small', 3],
  ['large', 300_000],
])('nor is the answer to a %s upload', async (_, size) => {
  const { wcs } = await resetting('{"hash":"half of it"}');
  await expect(
    wcs.upload({ bucket: 'photos', key: 'k', source: Buffer.alloc(size), verify: false }),
  ).rejects.toMatchObject(NETWORK);
});
