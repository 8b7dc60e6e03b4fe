import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { lcg } from '@curve-wcs/test-support';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WcsClient, type WcsClientOptions } from '../src/index.js';
import { rawServer } from './support/raw-server.js';

const CONTENT = lcg(3_000_000);
const forEver = () => new Promise<never>(() => {});

/** Targets that take one chunk and never say that they have it. */
const stalled: Record<string, (taken: () => void) => Writable | WritableStream<Uint8Array>> = {
  'a stream': taken => new Writable({ highWaterMark: 1, write: taken }),
  'a stream that cannot be destroyed either': taken =>
    new Writable({ highWaterMark: 1, write: taken, destroy: () => {} }),
  'a web stream': taken =>
    new WritableStream({
      write: () => {
        taken();
        return forEver();
      },
    }),
};

/** A client of a server that sends the content and sees how many connections it has. */
async function serving(options: WcsClientOptions = {}) {
  const server = await rawServer((_, response) => response.end(CONTENT));
  const wcs = client(server.url, options);
  return { ...server, wcs };
}

function client(url: string, options: WcsClientOptions = {}): WcsClient {
  const wcs = new WcsClient({
    accessKey: 'a',
    secretKey: 's',
    uploadUrl: url,
    managementUrl: url,
    downloadUrl: url,
    retry: { limit: 1, baseDelay: 1, maxDelay: 1 },
    ...options,
  });
  onTestFinished(() => wcs.close());
  return wcs;
}

/** A server that does with each connection what it is told to, once a request's head is there. */
async function lineServer(answer: (socket: Socket) => void): Promise<{ url: string; sockets: Socket[] }> {
  const sockets: Socket[] = [];
  const server = createServer(socket => {
    sockets.push(socket.on('error', () => {}));
    socket.once('data', () => answer(socket));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, sockets };
}

/** Sends one piece after the other, with a pause in between, as long as the connection is there. */
function drip(socket: Socket, pieces: Iterable<string>): void {
  const iterator = pieces[Symbol.iterator]();
  const timer = setInterval(() => {
    const { value, done } = iterator.next();
    if (done || socket.destroyed) clearInterval(timer);
    else socket.write(value);
  }, 20);
  socket.once('close', () => clearInterval(timer));
}

function* endless(first: string, again: string): Generator<string> {
  yield first;
  for (;;) yield again;
}

describe.each(Object.entries(stalled))('a download to %s that stalls', (_, target) => {
  async function started(options: { timeout?: number } = {}) {
    const { wcs } = await serving();
    const controller = new AbortController();
    let taken = () => {};
    const begun = new Promise<void>(resolve => {
      taken = resolve;
    });
    const download = wcs.download({
      bucket: 'b',
      key: 'k',
      to: target(taken),
      signal: controller.signal,
      ...options,
    });
    download.catch(() => {});
    await begun;
    return { wcs, download, controller };
  }

  it('ends with its signal', async () => {
    const { download, controller } = await started();
    const reason = new Error('enough');
    controller.abort(reason);
    await expect(download).rejects.toBe(reason);
  });

  it('ends at its time limit', async () => {
    const { download } = await started({ timeout: 300 });
    await expect(download).rejects.toMatchObject({ code: 'TIMEOUT' });
  });

  it('ends with its client', async () => {
    const { download, wcs } = await started();
    await wcs.close();
    await expect(download).rejects.toMatchObject({ code: 'CLIENT_CLOSED' });
  });
});

describe('a download as a stream that nobody reads', () => {
  it.each(['before it began', 'in the middle'])('ends with its signal, %s', async when => {
    const { wcs } = await serving();
    const controller = new AbortController();
    const stream = wcs.downloadStream({ bucket: 'b', key: 'k', signal: controller.signal });
    if (when === 'in the middle') await once(stream, 'readable');
    const failed = once(stream, 'error');
    controller.abort(new Error('enough'));
    expect(await failed).toMatchObject([{ message: 'enough' }]);
    expect(stream.destroyed).toBe(true);
  });

  it('ends with its client', async () => {
    const { wcs } = await serving();
    const stream = wcs.downloadStream({ bucket: 'b', key: 'k' });
    await once(stream, 'readable');
    const failed = once(stream, 'error');
    await wcs.close();
    expect(await failed).toMatchObject([{ code: 'CLIENT_CLOSED' }]);
  });
});

describe('a target that cannot be written to is refused before any request', () => {
  const over: Record<string, () => Promise<Writable | WritableStream<Uint8Array>>> = {
    finished: async () => {
      const stream = new Writable({ write: (_chunk, _encoding, done) => done() });
      await once(stream.end(), 'finish');
      return stream;
    },
    'about to finish': async () => new Writable({ write: (_chunk, _encoding, done) => done() }).end(),
    destroyed: async () => new Writable().destroy(),
    locked: async () => {
      const stream = new WritableStream<Uint8Array>();
      stream.getWriter();
      return stream;
    },
  };
  it.each(Object.entries(over))('%s', async (_, make) => {
    const { wcs, seen } = await serving();
    await expect(wcs.download({ bucket: 'b', key: 'k', to: await make() })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
    expect(seen).toEqual([]);
  });
});

it('a download whose target somebody else ends fails', async () => {
  const { wcs } = await serving();
  const to = new Writable({ write: (_chunk, _encoding, done) => setImmediate(done) });
  const download = wcs.download({ bucket: 'b', key: 'k', to });
  to.once('drain', () => to.end());
  await expect(download).rejects.toMatchObject({ code: 'TARGET_FAILED' });
});

describe('silence', () => {
  it('of a consumer that takes its time is not the server’s', async () => {
    const { wcs, seen } = await serving({ timeouts: { idle: 300 } });
    const stream = wcs.downloadStream({ bucket: 'b', key: 'k' });
    const received: Buffer[] = [];
    for await (const chunk of stream) {
      received.push(chunk);
      if (received.length < 3) await new Promise(resolve => setTimeout(resolve, 1000));
    }
    expect(Buffer.concat(received).equals(CONTENT)).toBe(true);
    expect(seen).toHaveLength(1);
  });

  it('of the server is noticed behind a consumer that took its time', async () => {
    let answered = 0;
    const { url } = await rawServer((_, response) => {
      answered++;
      response
        .writeHead(200, { 'content-length': CONTENT.length, etag: '"e"' })
        .write(CONTENT.subarray(0, 2_000_000));
    });
    const wcs = client(url, { timeouts: { idle: 60 }, retry: { limit: 0 } });
    const stream = wcs.downloadStream({ bucket: 'b', key: 'k' });
    const read = async () => {
      for await (const _ of stream) if (answered === 1) await new Promise(resolve => setTimeout(resolve, 10));
    };
    await expect(read()).rejects.toMatchObject({ code: 'TIMEOUT' });
  });
});

describe('a server that only keeps the connection busy', () => {
  it('with an endless head', async () => {
    const { url } = await lineServer(socket => drip(socket, endless('HTTP/1.1 200 OK\r\n', 'x: y\r\n')));
    const wcs = client(url, { timeouts: { head: 200 } });
    await expect(wcs.stat({ bucket: 'b', key: 'k' })).rejects.toMatchObject({ code: 'TIMEOUT' });
  });

  it('with an endless head behind a streamed body', async () => {
    const { url } = await lineServer(socket => drip(socket, endless('HTTP/1.1 200 OK\r\n', 'x: y\r\n')));
    const wcs = client(url, { timeouts: { head: 200 } });
    const source = Buffer.alloc(200_000);
    await expect(wcs.upload({ bucket: 'b', key: 'k', source })).rejects.toMatchObject({ code: 'TIMEOUT' });
  });

  it('with an endless answer', async () => {
    const head = 'HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n';
    const { url } = await lineServer(socket => drip(socket, endless(head, ' ')));
    const wcs = client(url, { timeouts: { head: 200 } });
    await expect(wcs.stat({ bucket: 'b', key: 'k' })).rejects.toMatchObject({ code: 'TIMEOUT' });
    const source = Buffer.alloc(200_000);
    await expect(wcs.upload({ bucket: 'b', key: 'k', source })).rejects.toMatchObject({ code: 'TIMEOUT' });
  });

  it.each([1_000_000, 100_000])('with an endless content of %i bytes', async size => {
    const head = `HTTP/1.1 200 OK\r\ncontent-length: ${size}\r\n\r\n`;
    const { url, sockets } = await lineServer(socket => drip(socket, endless(head, ' ')));
    const wcs = client(url, { timeouts: { idle: 200, head: 200 }, lowestRate: 10_000 });
    await expect(wcs.download({ bucket: 'b', key: 'k' })).rejects.toMatchObject({ code: 'TIMEOUT' });
    await expect.poll(() => sockets.every(socket => socket.destroyed)).toBe(true);
  });

  it('unless nothing is asked of it', async () => {
    const content = '0123456789'.repeat(4);
    const head = `HTTP/1.1 200 OK\r\ncontent-length: ${content.length}\r\n\r\n`;
    const { url } = await lineServer(socket => drip(socket, [head, ...content]));
    const wcs = client(url, { timeouts: { idle: 400 }, lowestRate: 0 });
    const stream = wcs.downloadStream({ bucket: 'b', key: 'k' });
    expect((await Readable.prototype.toArray.call(stream)).join('')).toBe(content);
  });
});

it('an upload goes on as long as the server takes something of it', async () => {
  const { url } = await lineServer(socket => {
    socket.pause();
    let taken = 0;
    const timer = setInterval(() => {
      const chunk: Buffer | null = socket.read();
      taken += chunk?.length ?? 0;
      if (taken > 4 * 2 ** 20) {
        clearInterval(timer);
        socket.end('HTTP/1.1 200 OK\r\ncontent-length: 13\r\n\r\n{"ctx":"abc"}');
      }
    }, 10);
    socket.once('close', () => clearInterval(timer));
  });
  const wcs = client(url, { timeouts: { idle: 1000 }, retry: { limit: 0 } });
  const source = Buffer.alloc(5 * 2 ** 20);
  // The blocks are taken; it is mkfile that this server has no answer to.
  await expect(
    wcs.upload({ bucket: 'b', key: 'k', source, formThreshold: 0, concurrency: 1, verify: false }),
  ).rejects.toMatchObject({ operation: expect.stringMatching(/mkblk|mkfile/) });
});

it('an answer with a body that it must not have', async () => {
  const { url, sockets } = await lineServer(socket =>
    socket.end('HTTP/1.1 204 No Content\r\n\r\n{"code":200}'),
  );
  const wcs = client(url, { retry: { limit: 0 } });
  await expect(wcs.stat({ bucket: 'b', key: 'k' })).rejects.toMatchObject({ code: 'UNEXPECTED_RESPONSE' });
  await expect(wcs.download({ bucket: 'b', key: 'k' })).rejects.toMatchObject({ status: 204 });
  await expect.poll(() => sockets.every(socket => socket.destroyed)).toBe(true);
});

describe('a download that breaks off waits before it asks again', () => {
  const downloads: [string, number, (wcs: WcsClient, url: string) => Promise<unknown>][] = [
    ['of a small object', 1000, wcs => wcs.download({ bucket: 'b', key: 'k' })],
    ['of a large object', CONTENT.length, wcs => wcs.download({ bucket: 'b', key: 'k' })],
    ['as a stream', 1000, wcs => text(wcs.downloadStream({ bucket: 'b', key: 'k' }))],
    ['as the source of an upload', 1000, (wcs, url) => wcs.uploadFromUrl({ bucket: 'b', key: 'k', url })],
  ];
  it.each(downloads)('%s', async (_, length, download) => {
    const { url, sockets } = await lineServer(socket => {
      socket.end(`HTTP/1.1 200 OK\r\ncontent-length: ${length}\r\n\r\nhalf of it`);
    });
    const wcs = client(url, { retry: { limit: 3, baseDelay: 60_000, maxDelay: 60_000 } });
    const broken = download(wcs, url);
    broken.catch(() => {});
    // The connection is gone when the break is known.
    await expect.poll(() => sockets.length === 1 && sockets.every(socket => socket.destroyed)).toBe(true);
    await new Promise(resolve => setTimeout(resolve, 50));
    expect(sockets).toHaveLength(1);
    await wcs.close();
    await expect(broken).rejects.toMatchObject({ code: 'CLIENT_CLOSED' });
  });
});

it('a connection whose answer came before all of the body was sent is ended', async () => {
  const { url, sockets } = await lineServer(socket => {
    socket.pause();
    socket.write('HTTP/1.1 403 Forbidden\r\ncontent-length: 2\r\n\r\n{}');
  });
  const wcs = client(url);
  const source = Buffer.alloc(64 * 2 ** 20);
  await expect(
    wcs.upload({
      bucket: 'b',
      key: 'k',
      source,
      formThreshold: 0,
      blockSize: 64 * 2 ** 20,
      chunkSize: 64 * 2 ** 20,
    }),
  ).rejects.toMatchObject({ code: 'FORBIDDEN' });
  for (const socket of sockets) socket.resume();
  await expect.poll(() => sockets.every(socket => socket.destroyed)).toBe(true);
});

describe('a download into memory', () => {
  it('without an announced size takes no more than it may', async () => {
    const { url, sockets } = await lineServer(socket => {
      socket.write('HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n');
      const more = () => {
        while (!socket.destroyed && socket.write(CONTENT));
      };
      socket.on('drain', more);
      more();
    });
    const wcs = client(url);
    await expect(wcs.download({ bucket: 'b', key: 'k', maxSize: 10_000_000 })).rejects.toMatchObject({
      code: 'TARGET_FAILED',
      message: expect.stringContaining('maxSize'),
    });
    await expect.poll(() => sockets.every(socket => socket.destroyed)).toBe(true);
  });

  it.each([CONTENT.length, 10])('of %i bytes is refused at once where less is allowed', async size => {
    const { url } = await rawServer((_, response) => response.end(CONTENT.subarray(0, size)));
    const wcs = client(url);
    const { data } = await wcs.download({ bucket: 'b', key: 'k', maxSize: size });
    expect(data).toHaveLength(size);
    await expect(wcs.download({ bucket: 'b', key: 'k', maxSize: size - 1 })).rejects.toMatchObject({
      code: 'TARGET_FAILED',
    });
  });
});
