import type { ReadableStream as NodeReadableStream } from 'node:stream/web';
import { ServiceError } from '../http/service-error.js';
import type { ArchivedFile } from './archive-file.js';

/**
 * The files of a tar archive as they come; links and devices are left out.
 *
 * @throws ServiceError 400 when it is not one, or is damaged or cut short
 */
export async function* readTar(bytes: AsyncIterable<Buffer>): AsyncGenerator<ArchivedFile> {
  // An ES module: a CommonJS build can only import it like this.
  const { createTarDecoder } = await import('modern-tar');
  const { readable, writable } = createTarDecoder({ strict: true });
  const feeding = feed(bytes, writable);
  const entries = readable.getReader();
  try {
    for (;;) {
      const { value: entry, done } = await entries.read().catch(error => {
        throw damaged(error);
      });
      if (done) break;
      if (entry.header.type === 'file' && !entry.header.name.endsWith('/')) {
        yield { name: entry.header.name, bytes: contentOf(entry.body) };
      }
      // The next entry comes after the rest of this one. What was read to its end cannot be cancelled.
      if (!entry.body.locked) await entry.body.cancel();
    }
    await feeding;
  } finally {
    await entries.cancel().catch(() => {});
    await feeding.catch(() => {});
  }
}

async function feed(bytes: AsyncIterable<Buffer>, writable: WritableStream<Uint8Array>): Promise<void> {
  const writer = writable.getWriter();
  // Whoever reads is told of a failure there.
  writer.closed.catch(() => {});
  try {
    for await (const chunk of bytes) await writer.write(chunk);
    await writer.close();
  } catch (error) {
    await writer.abort(error).catch(() => {});
    throw error;
  }
}

async function* contentOf(body: ReadableStream<Uint8Array>): AsyncIterable<Buffer> {
  try {
    for await (const chunk of body as NodeReadableStream<Uint8Array>) {
      yield Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    }
  } catch (error) {
    throw damaged(error);
  }
}

function damaged(error: unknown): Error {
  if (error instanceof ServiceError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new ServiceError(400, `the tar archive cannot be read: ${reason}`, { cause: error });
}
