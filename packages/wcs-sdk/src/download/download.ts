import { constants } from 'node:buffer';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CallScope } from '../call-options.js';
import type { ClientContext } from '../context.js';
import { WcsError } from '../errors.js';
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
  return chunkStream(async function* (abort) {
    using scope = new CallScope(client, 'download', options, { signed: false });
    using _ = abort.follow(scope.signal);
    yield* downloadChunks(scope.context, { ...options, signal: abort.signal });
  });
}

async function downloadToMemory(
  context: ClientContext,
  options: DownloadSource & BufferDownloadOptions,
): Promise<BufferDownloadResult> {
  const get = new RangedGet(context, options);
  const whole = options.start === undefined && options.end === undefined;
  let opened = whole ? await firstAnswer(context, get, options) : undefined;
  if (opened && isSmall(opened)) {
    const small = await downloadSmall(get, opened, options);
    if (small) return small;
    opened = undefined;
  }
  const pieces: Buffer[] = [];
  const chunks = downloadChunks(context, options, checkSize, get, opened);
  for (;;) {
    const next = await chunks.next();
    if (next.done) return { ...next.value, data: Buffer.concat(pieces) };
    pieces.push(next.value);
  }
}

function checkSize(size: number | undefined): void {
  if (size === undefined || size <= constants.MAX_LENGTH) return;
  throw new WcsError(
    'TARGET_FAILED',
    `an object of ${size} bytes does not fit into a buffer: download it to a file or stream`,
  );
}

async function downloadToStream(
  context: ClientContext,
  options: DownloadSource & StreamDownloadOptions,
): Promise<DownloadResult> {
  let result: DownloadResult | undefined;
  let failure: unknown;
  const stream = chunkStream(async function* (abort) {
    using _ = abort.follow(options.signal);
    try {
      result = yield* downloadChunks(context, { ...options, signal: abort.signal });
    } catch (error) {
      if (!abort.signal.aborted) failure = error;
      throw error;
    }
  });
  try {
    if (options.to instanceof WritableStream) await Readable.toWeb(stream).pipeTo(options.to);
    else await pipeline(stream, options.to);
  } catch (error) {
    if (failure !== undefined) throw failure;
    if (options.signal?.aborted) throw options.signal.reason;
    throw new WcsError('TARGET_FAILED', `cannot write to the stream: ${(error as Error).message}`, {
      operation: 'download',
      cause: error,
    });
  }
  if (!result)
    throw new WcsError('TARGET_FAILED', 'the stream was closed before the download was complete', {
      operation: 'download',
    });
  return result;
}
