import { EtagHasher } from '@curve-wcs/etag';
import type { ClientContext } from '../context.js';
import { WcsError } from '../errors.js';
import { Headway } from '../http/headway.js';
import { ReceivedPrefix } from '../http/received-prefix.js';
import { withRetry } from '../http/retry.js';
import { ProgressMeter } from '../progress.js';
import {
  blockSizesOf,
  type DownloadOptions,
  type DownloadResult,
  type DownloadSource,
  expectedEtag,
} from './options.js';
import { type RangedAnswer, RangedGet, resultOf } from './ranged-get.js';

/** Asks for what is wanted, again as far as that can help; gives undefined if there is no such range. */
export async function firstAnswer(
  context: ClientContext,
  get: RangedGet,
  { signal, start = 0, end }: DownloadOptions,
): Promise<RangedAnswer | undefined> {
  return await withRetry(() => get.get(start, end, signal), context.retry, signal);
}

/**
 * The object's bytes in order. A connection that breaks is followed by a request for the rest; the etag, where
 * it is known, is checked before the end.
 *
 * @param onHead - called once, with the expected number of bytes where it is known
 * @param opened - the first answer, where it is there already
 * @param headway - counts attempts, also those before
 * @returns the result
 */
export async function* downloadChunks(
  context: ClientContext,
  options: DownloadSource & DownloadOptions,
  onHead: (size: number | undefined) => void = () => {},
  get = new RangedGet(context, options),
  opened?: RangedAnswer,
  headway = new Headway(context.retry, options.signal),
): AsyncGenerator<Buffer, DownloadResult> {
  const { end } = options;
  const start = options.start ?? 0;
  let position = start;
  let answer = opened ?? (await firstAnswer(context, get, options));
  if (!answer) {
    if (start > 0 || end === undefined) throw outOfRange(get.subject);
    // Any range of an empty object lies outside of it, and so do those that a service does not like.
    answer = await withRetry(() => get.get(0, undefined, options.signal), context.retry, options.signal);
    if (answer && answer.length !== 0) await answer.body.return?.();
    if (answer?.length !== 0) throw outOfRange(get.subject);
  }
  try {
    const first = answer;
    const { size } = first.version;
    if (start > 0 && size !== undefined && start >= size) throw outOfRange(get.subject);
    const total = sizeOf(first, start, end);
    const wanted = expectedEtag(options, first.version.etag);
    const hashers =
      wanted === undefined
        ? []
        : blockSizesOf(context, options).map(blockSize => new EtagHasher({ blockSize }));
    const received = first.strong ? undefined : new ReceivedPrefix();
    const progress = new ProgressMeter(options.onProgress, total);
    onHead(total);

    let chunks: AsyncIterable<Buffer> = from(get, first, start, end);
    for (;;) {
      const before = position;
      try {
        for await (const chunk of chunks) {
          position += chunk.length;
          for (const hasher of hashers) hasher.update(chunk);
          received?.add(chunk);
          progress.add(chunk.length);
          yield chunk;
        }
        if (total === undefined || position - start >= total) break;
        throw get.shortBody(total, position - start);
      } catch (error) {
        // Nobody reads it any more, and while we wait it would hold its connection.
        await answer.body.return?.();
        await headway.again(error, position - before);
        const next = received ? start : position;
        answer = await withRetry(() => get.get(next, end, options.signal), context.retry, options.signal);
        if (!answer) throw outOfRange(get.subject);
        get.checkVersion(answer, first.version);
        chunks = from(get, answer, next, end);
        if (received) chunks = received.after(chunks, () => get.changed(first.requestId));
      }
    }
    progress.finish();
    if (wanted !== undefined)
      checkEtag(
        get.subject,
        hashers.map(hasher => hasher.digest()),
        wanted,
      );
    return { size: position - start, ...resultOf(first), verified: wanted !== undefined, resumed: 0 };
  } finally {
    // An answer that nobody reads any more would hold its connection.
    await answer?.body.return?.();
  }
}

/** Fails unless the content has the etag that it should have, by one of the block sizes that may count. */
export function checkEtag(subject: string, actual: readonly string[], wanted: string): void {
  if (actual.includes(wanted)) return;
  throw new WcsError(
    'CHECKSUM_MISMATCH',
    `download ${subject}: the content has etag ${actual[0]}, not ${wanted}; if the object was uploaded in blocks of another size than 4 MiB, give that blockSize`,
    { operation: 'download' },
  );
}

/** The answer's bytes from `position` to `end`, whatever part of the object the service chose to send. */
async function* from(
  get: RangedGet,
  answer: RangedAnswer,
  position: number,
  end: number | undefined,
): AsyncGenerator<Buffer> {
  let offset = answer.offset;
  for await (const chunk of answer.body) {
    const chunkStart = offset;
    offset += chunk.length;
    if (answer.length !== undefined && offset - answer.offset > answer.length)
      throw get.longBody(answer.length);
    const wanted = chunk.subarray(
      Math.max(0, position - chunkStart),
      end === undefined ? undefined : Math.max(0, end + 1 - chunkStart),
    );
    if (wanted.length > 0) yield wanted;
    // Leaving early costs the connection.
    if (end !== undefined && offset > end + 1) return;
  }
}

function sizeOf(answer: RangedAnswer, start: number, end: number | undefined): number | undefined {
  const { size } = answer.version;
  if (size !== undefined) return Math.max(0, Math.min(size, end === undefined ? size : end + 1) - start);
  return answer.length;
}

function outOfRange(subject: string): WcsError {
  return new WcsError('BAD_REQUEST', `download ${subject}: the range lies outside of the object (HTTP 416)`, {
    operation: 'download',
    status: 416,
  });
}
