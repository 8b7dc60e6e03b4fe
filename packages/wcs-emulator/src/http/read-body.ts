import { ServiceError } from './service-error.js';

/**
 * Reads a small body, or object, whole.
 *
 * @throws ServiceError 413 when it is larger than `limit` bytes
 */
export async function readBody(body: AsyncIterable<Buffer>, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > limit) throw new ServiceError(413, `more than ${limit} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
