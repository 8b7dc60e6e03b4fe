import { createReadStream, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { ReadableStream } from 'node:stream/web';
import { setTimeout as delay } from 'node:timers/promises';
import { lcg, temporaryFolder } from '@curve-wcs/test-support';
import { describe, expect, it } from 'vitest';
import { crc64, crc64Stream, etag, etagStream, type Progress, type StreamSource } from '../src/index.js';

const content = lcg(300_000);
const pieces = [content.subarray(0, 100_000), content.subarray(100_000, 100_001), content.subarray(100_001)];

async function* generator(): AsyncGenerator<Uint8Array> {
  yield* pieces;
}

/** Gives one piece and then nothing, ever; records how it was given up. */
function hangingStream(): { stream: ReadableStream<Uint8Array>; cancelled: unknown[] } {
  const cancelled: unknown[] = [];
  const stream = new ReadableStream<Uint8Array>({
    start: controller => controller.enqueue(content),
    cancel: reason => void cancelled.push(reason),
  });
  return { stream, cancelled };
}

const sources: Record<string, () => StreamSource> = {
  'a Readable': () => Readable.from(pieces),
  'a Readable of a file': () => {
    const path = join(temporaryFolder(), 'content');
    writeFileSync(path, content);
    return createReadStream(path, { highWaterMark: 1000 });
  },
  'a web stream': () => new Blob([content]).stream() as ReadableStream<Uint8Array>,
  'the body of a response': () => new Response(content).body as ReadableStream<Uint8Array>,
  'an async generator': generator,
  'an array': () => pieces,
  'a generator': () => pieces.values(),
};

describe('a checksum of a stream', () => {
  for (const [name, open] of Object.entries(sources)) {
    it(`is that of its content, for ${name}`, async () => {
      expect(await etagStream(open(), { blockSize: 65_536 })).toBe(etag(content, { blockSize: 65_536 }));
      expect(await crc64Stream(open())).toBe(crc64(content));
    });
  }

  it('takes strings as UTF-8', async () => {
    expect(await etagStream(['中', '文'])).toBe(etag('中文'));
    expect(await etagStream(Readable.from(['中', '文']))).toBe(etag('中文'));
  });

  it('is that of empty content for an empty source', async () => {
    expect(await etagStream([])).toBe(etag(''));
    expect(await etagStream(Readable.from([]))).toBe(etag(''));
    expect(await crc64Stream(new Blob([]).stream() as ReadableStream<Uint8Array>)).toBe(0n);
  });

  it('reports progress in snapshots that grow', async () => {
    const seen: Progress[] = [];
    await etagStream(pieces, { onProgress: progress => seen.push(progress) });
    expect(seen).toEqual([{ transferred: 100_000 }, { transferred: 100_001 }, { transferred: 300_000 }]);
  });

  it('fails with the error of its source', async () => {
    const failure = new Error('the source failed');
    const readable = Readable.from(
      (async function* () {
        yield content;
        throw failure;
      })(),
    );
    await expect(etagStream(readable)).rejects.toBe(failure);
    const web = new ReadableStream<Uint8Array>({ pull: controller => controller.error(failure) });
    await expect(crc64Stream(web)).rejects.toBe(failure);
    const destroyed = new PassThrough().on('error', () => {});
    destroyed.destroy(failure);
    await expect(etagStream(destroyed)).rejects.toBe(failure);
    const broken = new PassThrough();
    const result = etagStream(broken);
    broken.write('some of it');
    broken.destroy();
    await expect(result).rejects.toMatchObject({ code: 'ERR_STREAM_PREMATURE_CLOSE' });
  });

  it('fails with what onProgress throws, and gives the source up', async () => {
    const failure = new Error('enough');
    const readable = Readable.from(pieces);
    const onProgress = (): void => {
      throw failure;
    };
    await expect(etagStream(readable, { onProgress })).rejects.toBe(failure);
    await expect.poll(() => readable.destroyed).toBe(true);
  });

  it('refuses a piece that is not bytes, and gives the source up', async () => {
    const readable = Readable.from([content, { not: 'bytes' }]);
    await expect(etagStream(readable)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await expect.poll(() => readable.destroyed).toBe(true);
  });

  it('refuses sources that cannot give their content', async () => {
    const read = Readable.from(pieces);
    await etagStream(read);
    const spent = new Response('text').body;
    await new Response(spent).text();
    const locked = new Blob([content]).stream();
    locked.getReader();
    const refused: unknown[] = [
      read,
      new PassThrough().destroy(),
      locked,
      Readable.from(['text']).setEncoding('latin1'),
      Readable.from(['text']).setEncoding('hex'),
      // What is no UTF-8 would not come back.
      Readable.from(['text']).setEncoding('utf8'),
      spent,
      'text',
      content,
      5,
      null,
      undefined,
      {},
    ];
    for (const source of refused) {
      await expect(etagStream(source as StreamSource)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
      await expect(crc64Stream(source as StreamSource)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    }
  });

  it('refuses a bad block size before it reads anything', async () => {
    const readable = Readable.from(pieces);
    await expect(etagStream(readable, { blockSize: 0 })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(readable.readableDidRead).toBe(false);
  });
});

describe('an abort', () => {
  it('that came before leaves the source alone', async () => {
    const reason = new Error('never mind');
    const readable = Readable.from(pieces);
    await expect(etagStream(readable, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(readable.readableDidRead).toBe(false);
    expect(readable.destroyed).toBe(false);
  });

  it('reaches a web stream that has nothing to give', async () => {
    const { stream, cancelled } = hangingStream();
    const controller = new AbortController();
    const onProgress = (): void => void setImmediate(() => controller.abort('stop'));
    await expect(etagStream(stream, { signal: controller.signal, onProgress })).rejects.toBe('stop');
    await expect.poll(() => cancelled).toEqual(['stop']);
  });

  it('reaches a Readable that has nothing to give', async () => {
    const readable = new PassThrough();
    readable.write(content);
    const controller = new AbortController();
    const onProgress = (): void => void setImmediate(() => controller.abort('stop'));
    await expect(crc64Stream(readable, { signal: controller.signal, onProgress })).rejects.toBe('stop');
    await expect.poll(() => readable.destroyed).toBe(true);
  });

  it('reaches an async generator that hangs', async () => {
    const controller = new AbortController();
    async function* hanging(): AsyncGenerator<Uint8Array> {
      yield content;
      await new Promise(() => {});
    }
    const onProgress = (): void => void setImmediate(() => controller.abort('stop'));
    await expect(etagStream(hanging(), { signal: controller.signal, onProgress })).rejects.toBe('stop');
  });

  it('reaches an endless synchronous generator, which is then closed', async () => {
    let closed = false;
    function* endless(): Generator<Uint8Array> {
      try {
        for (;;) yield content;
      } finally {
        closed = true;
      }
    }
    const controller = new AbortController();
    void delay(5).then(() => controller.abort('stop'));
    await expect(etagStream(endless(), { signal: controller.signal })).rejects.toBe('stop');
    await expect.poll(() => closed).toBe(true);
  });

  it('leaves no listener behind', async () => {
    const { signal } = new AbortController();
    let listeners = 0;
    const { addEventListener, removeEventListener } = signal;
    signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
      listeners += 1;
      addEventListener.apply(signal, args);
    };
    signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
      listeners -= 1;
      removeEventListener.apply(signal, args);
    };
    await etagStream(pieces, { signal });
    await expect(etagStream([5 as unknown as string], { signal })).rejects.toThrow();
    expect(listeners).toBe(0);
  });
});
