import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { isStreamed, type Reply } from './reply.js';

/**
 * Sends an answer; a HEAD request gets everything but the body.
 *
 * @returns how many bytes of body it had
 */
export async function sendReply(response: ServerResponse, reply: Reply): Promise<number> {
  const { body } = reply;
  try {
    const length = writeHead(response, reply);
    if (response.req.method === 'HEAD' || body === undefined || !isStreamed(body)) {
      response.end(body === undefined || isStreamed(body) ? undefined : body);
      return response.req.method === 'HEAD' ? 0 : length;
    }
    await pipeline(body.bytes, response);
    return length;
  } finally {
    if (isStreamed(body)) await body.release();
  }
}

/** Writes status line and headers, with the length of the whole body. */
export function writeHead(response: ServerResponse, { status, headers, body }: Reply): number {
  const length = body?.length ?? 0;
  const hasBody = status !== 304 && status !== 204;
  response.writeHead(status, { ...headers, ...(hasBody && { 'Content-Length': String(length) }) });
  return length;
}

/**
 * Promises the whole answer, sends its first bytes, and ends the connection.
 *
 * @returns how many bytes of body were sent
 */
export async function sendTruncated(response: ServerResponse, reply: Reply, bytes: number): Promise<number> {
  const { body } = reply;
  let left = bytes;
  try {
    writeHead(response, reply);
    response.flushHeaders();
    for await (const chunk of isStreamed(body) ? body.bytes : [body ?? Buffer.alloc(0)]) {
      const part = chunk.subarray(0, left);
      left -= part.length;
      await new Promise<void>(resolve => {
        response.write(part, () => resolve());
      });
      if (left === 0) break;
    }
  } finally {
    if (isStreamed(body)) await body.release();
  }
  response.socket?.destroySoon();
  return bytes - left;
}
