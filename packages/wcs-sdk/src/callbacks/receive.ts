import type { IncomingMessage, ServerResponse } from 'node:http';
import { invalidArgument } from '../errors.js';
import { wholeNumber } from '../number-options.js';

/** A listener for the `request` event of a node:http server, and what Express and Connect take as a handler. */
export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => void;

/** What both kinds of handlers can be told. */
export interface ReceiverOptions {
  /** Largest body taken, in bytes; a larger one is answered 413. Default 1 MiB. */
  maxBodySize?: number;
  /** Told of what your function threw; the service only learns that it failed. */
  onError?: (error: unknown) => void;
}

/** What is answered. */
export interface Answer {
  status: number;
  body: unknown;
}

/** The same as JSON. */
interface WrittenAnswer {
  status: number;
  text: string;
}

/**
 * A handler that reads a POST and answers JSON.
 *
 * @param receive - gets the body whole
 */
export function receiver(
  options: ReceiverOptions,
  receive: (request: IncomingMessage, body: Buffer) => Answer | Promise<Answer>,
): RequestHandler {
  const limit = wholeNumber('maxBodySize', options.maxBodySize ?? 2 ** 20, { minimum: 1 });
  if (options.onError !== undefined && typeof options.onError !== 'function') {
    throw invalidArgument('onError', 'a function', options.onError);
  }
  const handle = async (request: IncomingMessage): Promise<WrittenAnswer> => {
    if (request.method !== 'POST') return written(refused(405, 'only POST is taken'));
    const body = await readBody(request, limit);
    if (!body) return written(refused(413, `the body is larger than ${limit} bytes`));
    try {
      return written(await receive(request, body));
    } catch (error) {
      options.onError?.(error);
      return written(refused(500, 'the application failed'));
    }
  };
  return (request, response) => {
    handle(request).then(
      answer => send(response, answer),
      // The connection broke while the body came: nobody is left to answer.
      () => response.destroy(),
    );
  };
}

/** An answer that says why not. */
export function refused(status: number, message: string): Answer {
  return { status, body: { code: status, message } };
}

async function readBody(request: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    // The rest is read and dropped, so that the answer arrives.
    if (length <= limit) chunks.push(chunk);
  }
  return length > limit ? undefined : Buffer.concat(chunks, length);
}

/** @throws TypeError if JSON has no form for the body, which is what the application gave */
function written({ status, body }: Answer): WrittenAnswer {
  const text = JSON.stringify(body ?? {});
  if (text === undefined) throw new TypeError(`JSON has no form for a ${typeof body}`);
  return { status, text };
}

function send(response: ServerResponse, { status, text }: WrittenAnswer): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    ...(status === 405 ? { allow: 'POST' } : {}),
  });
  response.end(text);
}
