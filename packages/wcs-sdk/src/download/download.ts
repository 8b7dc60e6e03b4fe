import { constants } from 'node:buffer';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { LinkedAbort, untilAborted } from '../abort.js';
import { CallScope } from '../call-options.js';
import type { ClientContext } from '../context.js';
import { WcsError } from '../errors.js';
import { Headway } from '../http/headway.js';
import { chunkStream } from './chunk-stream.js';
import {
  type BufferDownloadOptions,
  type BufferDownloadResult,
  checkDownload,
  type DownloadOptions,
  type DownloadResult,
  type DownloadSource,
  type FileDownloadOptions,
  type StreamDownloadOptions,
} from './options.js';
import { RangedGet } from './ranged-get.js';
import { downloadChunks, firstAnswer } from './sequential.js';
import { downloadSmall, isSmall } from './small.js';
import { downloadToFile } from './to-file.js';

/** Without an announced size memory would be taken as long as bytes come. */
const LARGEST_UNKNOWN = 2 ** 30;

/** Downloads to a file, a stream or memory, by what `to` is. */
export async function download(
  client: ClientContext,
  options: DownloadSource & (FileDownloadOptions | StreamDownloadOptions | BufferDownloadOptions),
): Promise<DownloadResult | BufferDownloadResult> {
  checkDownload(options);
  using scope = new CallScope(client, 'download', options, { signed: false });
  const { context, signal } = scope;
  signal?.throwIfAborted();
  if (options.to === undefined)
    return await downloadToMemory(context, {
      ...(options as DownloadSource & BufferDownloadOptions),
      signal,
    });
  if (typeof options.to === 'string')
    return await downloadToFile(context, { ...(options as DownloadSource & FileDownloadOptions), signal });
  return await downloadToStream(context, {
    ...(options as DownloadSource & StreamDownloadOptions),
    signal,
  });
}

/** The object as a stream; it fails at its end if the content is not what it should be. */
export function downloadStream(client: ClientContext, options: DownloadSource & DownloadOptions): Readable {
  checkDownload(options);
  return chunkStream(
    async function* (abort) {
      using scope = new CallScope(client, 'download', options, { signed: false });
      using _ = abort.follow(scope.signal);
      yield* downloadChunks(scope.context, { ...options, signal: abort.signal });
    },
    options.signal,
    client.retry.closed,
  );
}

async function downloadToMemory(
  context: ClientContext,
  options: DownloadSource & BufferDownloadOptions,
): Promise<BufferDownloadResult> {
  const get = new RangedGet(context, options);
  const whole = options.start === undefined && options.end === undefined;
  let opened = whole ? await firstAnswer(context, get, options) : undefined;
  const { maxSize } = options;
  const headway = new Headway(context.retry, options.signal);
  if (opened && isSmall(opened) && (opened.length ?? 0) <= (maxSize ?? LARGEST_UNKNOWN)) {
    const small = await downloadSmall(get, opened, options, headway);
    if (small) return small;
    opened = undefined;
  }
  const pieces: Buffer[] = [];
  let limit = Math.min(maxSize ?? LARGEST_UNKNOWN, constants.MAX_LENGTH);
  const checkSize = (size: number | undefined) => {
    if (size === undefined) return;
    limit = Math.min(maxSize ?? constants.MAX_LENGTH, constants.MAX_LENGTH);
    if (size > limit) throw tooLarge(`an object of ${size} bytes`, limit);
  };
  const chunks = downloadChunks(context, options, checkSize, get, opened, headway);
  for (let length = 0; ; ) {
    const next = await chunks.next();
    if (next.done) return { ...next.value, data: Buffer.concat(pieces, length) };
    pieces.push(next.value);
    length += next.value.length;
    if (length > limit) {
      await chunks.return({ size: length, verified: false, resumed: 0 });
      throw tooLarge('the object', limit);
    }
  }
}

function tooLarge(what: string, limit: number): WcsError {
  return targetFailed(
    `${what} is larger than the ${limit} bytes that may be held in memory: download it to a file or stream, or see maxSize`,
  );
}

async function downloadToStream(
  context: ClientContext,
  options: DownloadSource & StreamDownloadOptions,
): Promise<DownloadResult> {
  let result: DownloadResult | undefined;
  let failure: unknown;
  // The target may be what does not go on, so nothing that waits for it can be waited for.
  using end = new LinkedAbort(options.signal);
  using _closed = end.follow(context.retry.closed);
  const { signal } = end;
  const stream = chunkStream(async function* (abort) {
    using _ = abort.follow(signal);
    try {
      result = yield* downloadChunks(context, { ...options, signal: abort.signal });
    } catch (error) {
      if (!abort.signal.aborted) failure = error;
      throw error;
    }
  }, signal);
  const endedEarly = () => {
    if (result) return;
    failure ??= targetFailed('the stream was ended before the download was complete');
    end.abort(failure);
  };
  // A pipeline would wait for ever for the end of a stream that somebody else ended.
  if (!(options.to instanceof WritableStream)) options.to.once('finish', endedEarly);
  try {
    await untilAborted(
      options.to instanceof WritableStream
        ? Readable.toWeb(stream).pipeTo(options.to, { signal })
        : pipeline(stream, options.to, { signal }),
      signal,
    );
  } catch (error) {
    if (failure !== undefined) throw failure;
    if (signal.aborted) throw signal.reason;
    throw targetFailed(`cannot write to the stream: ${(error as Error).message}`, error);
  }
  if (!result) throw targetFailed('the stream was closed before the download was complete');
  return result;
}

function targetFailed(message: string, cause?: unknown): WcsError {
  return new WcsError('TARGET_FAILED', message, { operation: 'download', ...(cause ? { cause } : {}) });
}
