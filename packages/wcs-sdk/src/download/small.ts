import { etag } from '@curve-wcs/etag';
import type { Headway } from '../http/headway.js';
import { ProgressMeter } from '../progress.js';
import { type BufferDownloadResult, type DownloadOptions, expectedEtag } from './options.js';
import { type RangedAnswer, type RangedGet, resultOf } from './ranged-get.js';
import { checkEtag } from './sequential.js';

/** Up to this size an object is read, hashed and written at once: what larger ones need costs more than that. */
const SMALL = 128 * 1024;

/** Whether an answer is the whole of a small object. */
export function isSmall({ version, offset, length }: RangedAnswer): boolean {
  return offset === 0 && length !== undefined && length === version.size && length > 0 && length <= SMALL;
}

/**
 * Reads and checks a small object.
 *
 * @returns undefined if the connection broke, and it is time for another attempt
 */
export async function downloadSmall(
  get: RangedGet,
  answer: RangedAnswer,
  options: DownloadOptions,
  headway: Headway,
): Promise<BufferDownloadResult | undefined> {
  const data = await answer.body.whole().catch(error => headway.again(error, 0));
  if (data === undefined) return undefined;
  if (data.length !== answer.length) {
    await headway.again(get.shortBody(answer.length ?? 0, data.length), 0);
    return undefined;
  }
  const wanted = expectedEtag(options, answer.version.etag);
  if (wanted !== undefined) {
    // Of less than a block, the size of blocks does not count.
    checkEtag(get.subject, [etag(data)], wanted);
  }
  new ProgressMeter(options.onProgress, data.length).add(data.length);
  return { size: data.length, ...resultOf(answer), verified: wanted !== undefined, resumed: 0, data };
}
