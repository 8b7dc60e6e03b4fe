import { urlSafeBase64Encode } from '@curve-wcs/etag';
import type { CallOptions } from '../call-options.js';
import { type ClientContext, callManagement } from '../context.js';
import { checkBucket } from '../encoding.js';
import { invalidArgument, WcsError } from '../errors.js';
import type { ReceivedAnswer } from '../http/received-answer.js';
import { wholeNumber } from '../number-options.js';
import { describeObject, type ListedObject } from './stat.js';

/** Options of {@link WcsClient.listObjects}. */
export interface ListObjectsOptions extends CallOptions {
  /**
   * Without `mode`: the start of the keys. With `mode`: a folder, such as `photos/2026/`.
   */
  prefix?: string | undefined;
  /**
   * Absent: all keys, in order. `0`: one folder level, files first. `1`: one folder level, folders first.
   */
  mode?: 0 | 1 | undefined;
  /** Objects in a page: 1 to 1,000. Default 1,000. */
  pageSize?: number | undefined;
  /** Where to go on: the `marker` of an earlier page. */
  marker?: string | undefined;
  /** Only objects stored at or after this time. */
  startTime?: Date | number | undefined;
  /** Only objects stored before or at this time. */
  endTime?: Date | number | undefined;
}

/** A page of a listing. */
export interface ObjectPage {
  /** Objects, in the service's order. */
  items: ListedObject[];
  /** Folders on this level; only with `mode`. */
  commonPrefixes: string[];
  /** Where the next page begins; empty on the last page. */
  marker: string;
  /** The service's id of the request. */
  requestId?: string;
  /** The answer as received. */
  raw: Record<string, unknown>;
}

/**
 * A listing that is fetched page by page while it is iterated.
 *
 * @example
 * ```ts
 * import { WcsClient } from '@curve-wcs/wcs-sdk';
 *
 * const wcs = await WcsClient.fromConfig();
 * for await (const object of wcs.listObjects('photos', { prefix: '2026/' })) console.log(object.key, object.size);
 * for await (const page of wcs.listObjects('photos', { mode: 1 }).pages()) console.log(page.commonPrefixes);
 * ```
 */
export class ObjectListing implements AsyncIterable<ListedObject> {
  readonly #context: ClientContext;
  readonly #bucket: string;
  readonly #options: ListObjectsOptions;

  /** @internal */
  constructor(context: ClientContext, bucket: string, given: ListObjectsOptions) {
    checkBucket(bucket);
    const options = { ...context.defaults.list, ...given };
    if (options.pageSize !== undefined)
      wholeNumber('pageSize', options.pageSize, { minimum: 1, maximum: 1000 });
    if (options.mode !== undefined && options.mode !== 0 && options.mode !== 1) {
      throw invalidArgument('mode', '0 or 1', options.mode);
    }
    checkTime('startTime', options.startTime);
    checkTime('endTime', options.endTime);
    this.#context = context;
    this.#bucket = bucket;
    this.#options = options;
  }

  /** Iterates over the objects of all pages. */
  async *[Symbol.asyncIterator](): AsyncGenerator<ListedObject> {
    for await (const page of this.pages()) {
      // Each by itself: `yield*` takes twice as long.
      for (const item of page.items) yield item;
    }
  }

  /** Iterates over the pages, each with its folders and its marker. */
  async *pages(): AsyncGenerator<ObjectPage> {
    let marker = this.#options.marker ?? '';
    do {
      const page = await this.#fetch(marker);
      yield page;
      if (page.marker !== '' && page.marker === marker) {
        throw new WcsError(
          'UNEXPECTED_RESPONSE',
          `list ${this.#bucket}: the service gave the same marker again`,
          {
            operation: 'list',
            requestId: page.requestId,
          },
        );
      }
      marker = page.marker;
    } while (marker !== '');
  }

  /** `GET /list` (wcs-api §2.6); the order of the parameters is that of the official Python client. */
  async #fetch(marker: string): Promise<ObjectPage> {
    const { prefix, mode, pageSize = 1000, startTime, endTime } = this.#options;
    const query = [
      `bucket=${encodeURIComponent(this.#bucket)}`,
      ...(marker ? [`marker=${encodeURIComponent(marker)}`] : []),
      `limit=${pageSize}`,
      ...(prefix ? [`prefix=${urlSafeBase64Encode(prefix)}`] : []),
      ...(mode === undefined ? [] : [`mode=${mode}`]),
      ...(startTime === undefined ? [] : [`startTime=${Number(startTime)}`]),
      ...(endTime === undefined ? [] : [`endTime=${Number(endTime)}`]),
    ];
    const call = {
      operation: 'list',
      subject: this.#bucket,
      method: 'GET',
      target: `/list?${query.join('&')}`,
    } as const;
    return callManagement(this.#context, call, this.#options, answer =>
      pageOf(answer, { level: mode !== undefined }),
    );
  }
}

/** @param level - whether one level of folders was asked for, rather than all objects */
function pageOf(answer: ReceivedAnswer, { level }: { level: boolean }): ObjectPage {
  const members = answer.members();
  const prefixes = members['commonPrefixes'] ?? members['commonPrefix'];
  // A level of folders alone need not have a list of objects.
  const onlyFolders = level && Array.isArray(prefixes) && prefixes.length > 0;
  const items = onlyFolders && members['items'] === undefined ? [] : answer.objects(members, 'items');
  const marker = members['marker'] ?? '';
  if (typeof marker !== 'string') throw answer.unusable('no usable marker');
  return {
    items: items.map(item => describeObject(answer, answer.text(item, 'key'), item)),
    commonPrefixes: prefixes === undefined || prefixes === null ? [] : textsOf(answer, prefixes),
    marker,
    ...answer.id,
    raw: members,
  };
}

function textsOf(answer: ReceivedAnswer, list: unknown): string[] {
  if (Array.isArray(list) && list.every(item => typeof item === 'string')) return list;
  throw answer.unusable('no usable commonPrefixes');
}

function checkTime(name: string, time: Date | number | undefined): void {
  if (time === undefined || ((time instanceof Date || typeof time === 'number') && Number.isFinite(+time))) {
    return;
  }
  throw invalidArgument(name, 'a date, or milliseconds since the epoch', time);
}
