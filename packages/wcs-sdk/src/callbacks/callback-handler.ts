import type { IncomingMessage } from 'node:http';
import type { Credentials } from '../auth/signature.js';
import { requireObject } from '../check-arguments.js';
import { invalidArgument } from '../errors.js';
import { callbackFields } from './callback-fields.js';
import { type ReceiverOptions, type RequestHandler, receiver, refused } from './receive.js';
import { verifyCallback } from './verify-callback.js';

/** A callback that was verified. */
export interface UploadCallback {
  /** The members of `callbackBody` with their values. */
  fields: Record<string, string>;
  /** The body as received. */
  body: string;
  /** The URL that was signed. */
  url: string;
  /** The request, for its headers and address. */
  request: IncomingMessage;
}

/** Options of {@link createCallbackHandler}. */
export interface CallbackHandlerOptions extends Credentials, ReceiverOptions {
  /**
   * The `callbackUrl` of your put policies, as the service sees it and not as a proxy passes it on. Where it has no
   * query, that of the request belongs to it; or give a function that tells the URL by the request.
   */
  url: string | URL | ((request: IncomingMessage) => string);
  /** Called for each callback that is genuine. What it gives is answered as JSON, and reaches the uploader. */
  onCallback: (callback: UploadCallback) => unknown;
}

/**
 * A request handler for the callbacks that the service makes after uploads (wcs-api §1.6). It verifies the signature
 * (401 if it is wrong), decodes the body, and answers the JSON that reaches the uploader. An answer other than 200
 * makes the upload fail with `CALLBACK_FAILED` although the object is stored.
 *
 * @throws WcsError `INVALID_ARGUMENT` if an option is wrong
 * @example
 * ```ts
 * import { createServer } from 'node:http';
 * import { createCallbackHandler } from '@curve-wcs/wcs-sdk';
 *
 * const server = createServer(
 *   createCallbackHandler({
 *     accessKey: 'your-access-key',
 *     secretKey: 'your-secret-key',
 *     url: 'https://app.example.com/uploaded',
 *     onCallback: ({ fields }) => ({ ok: true, key: fields['key'] }),
 *   }),
 * );
 * ```
 */
export function createCallbackHandler(options: CallbackHandlerOptions): RequestHandler {
  requireObject('options', options);
  const { url, onCallback } = options;
  // Fails now rather than at the first callback if a key is missing.
  verifyCallback(options, { authorization: undefined, url: '', body: '' });
  if (typeof onCallback !== 'function') throw invalidArgument('onCallback', 'a function', onCallback);
  const urlOf = typeof url === 'function' ? url : publicUrl(String(url));
  return receiver(options, async (request, body) => {
    const signed = urlOf(request);
    const { authorization } = request.headers;
    if (!verifyCallback(options, { authorization, url: signed, body })) {
      return refused(401, 'the signature is wrong');
    }
    const text = body.toString('utf8');
    const answer = await onCallback({ fields: callbackFields(text), body: text, url: signed, request });
    return { status: 200, body: answer };
  });
}

function publicUrl(url: string): (request: IncomingMessage) => string {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw invalidArgument('url', 'an http:// or https:// URL, or a function', url);
  }
  if (url.includes('?')) return () => url;
  return request => {
    const query = request.url?.indexOf('?') ?? -1;
    return query < 0 ? url : `${url}${request.url?.slice(query)}`;
  };
}
