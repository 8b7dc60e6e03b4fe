import type { CallOptions } from '../call-options.js';
import type { ClientContext } from '../context.js';
import { WcsError } from '../errors.js';
import { answerError } from '../http/answer.js';
import type { ResponseBody, StreamedResponse } from '../http/transport.js';
import type { DownloadOptions, DownloadResult, DownloadSource } from './options.js';
import { downloadFrom, sourceSubject, sourceUrl } from './source.js';

/** What identifies one version of an object. */
export interface ObjectVersion {
  /** Size of the whole object; undefined if the service does not tell. */
  size: number | undefined;
  /** The `ETag` header without quotes. */
  etag: string | undefined;
  /** The `Last-Modified` header. */
  lastModified: string | undefined;
}

/** An answer to a GET: the object from `offset` on. */
export interface RangedAnswer {
  version: ObjectVersion;
  /**
   * Whether its ETag tells versions apart, so that what several answers give can be put together. A weak one does not,
   * nor does a time in whole seconds.
   */
  strong: boolean;
  /** Offset in the object of the first byte of the body. */
  offset: number;
  /** Bytes in the body; undefined if the service does not tell. */
  length: number | undefined;
  mimeType: string | undefined;
  requestId: string | undefined;
  body: ResponseBody;
}

/** Makes the GETs of one download (wcs-api §2.12). */
export class RangedGet {
  /** Names the object in errors. */
  readonly subject: string;
  readonly #context: ClientContext;
  readonly #url: string;
  readonly #options: DownloadOptions;

  constructor(context: ClientContext, options: DownloadSource & DownloadOptions) {
    this.#context = context;
    this.#options = options;
    this.#url = sourceUrl(context, options, 'download');
    this.subject = sourceSubject(options);
  }

  /**
   * Asks for `start`…`end` (inclusive). The service may answer with the whole object instead.
   *
   * @returns undefined if the range lies outside of the object, as any range of an empty object does
   */
  async get(
    start: number,
    end: number | undefined,
    signal: CallOptions['signal'],
  ): Promise<RangedAnswer | undefined> {
    const whole = start === 0 && end === undefined;
    const { trafficLimit } = this.#options;
    const response = await downloadFrom(this.#context, this.subject, {
      operation: 'download',
      method: 'GET',
      url: this.#url,
      headers: {
        ...(whole ? {} : { range: `bytes=${start}-${end ?? ''}` }),
        ...(trafficLimit ? { 'x-wos-traffic-limit': String(trafficLimit) } : {}),
      },
      signal,
    });
    if (response.status === 416) {
      await drain(response.body);
      return undefined;
    }
    if (response.status !== 200 && response.status !== 206) {
      throw answerError('download', this.subject, { ...response, body: await drain(response.body) });
    }
    try {
      return ranged(response, start);
    } catch (error) {
      await response.body.return?.();
      throw error;
    }
  }

  /** Fails if an answer is of another version than the first one was. */
  checkVersion(answer: RangedAnswer, first: ObjectVersion): void {
    const { size, etag, lastModified } = answer.version;
    const same =
      etag === first.etag &&
      lastModified === first.lastModified &&
      (size === undefined || size === first.size);
    if (!same) throw this.changed(answer.requestId);
  }

  /** The error for an object that is not what it was. */
  changed(requestId?: string): WcsError {
    return new WcsError(
      'OBJECT_CHANGED',
      `download ${this.subject}: the object changed while it was downloaded`,
      { operation: 'download', requestId },
    );
  }

  /** The error for a body that has more than it should. */
  longBody(expected: number): WcsError {
    return new WcsError(
      'UNEXPECTED_RESPONSE',
      `download ${this.subject}: the answer has more than the ${expected} bytes that it announced`,
      { operation: 'download' },
    );
  }

  /** The error for a body that ended early. */
  shortBody(expected: number, received: number): WcsError {
    return new WcsError(
      'NETWORK',
      `download ${this.subject}: the answer ended after ${received} of ${expected} bytes`,
      {
        operation: 'download',
        retryable: true,
      },
    );
  }
}

/** What the head of an answer says of the result. */
export function resultOf(
  answer: RangedAnswer,
): Pick<DownloadResult, 'etag' | 'mimeType' | 'lastModified' | 'requestId'> {
  const { etag, lastModified } = answer.version;
  const date = new Date(lastModified ?? Number.NaN);
  return {
    ...(etag === undefined ? {} : { etag }),
    ...(answer.mimeType === undefined ? {} : { mimeType: answer.mimeType }),
    ...(Number.isNaN(date.getTime()) ? {} : { lastModified: date }),
    ...(answer.requestId === undefined ? {} : { requestId: answer.requestId }),
  };
}

function ranged(response: StreamedResponse, start: number): RangedAnswer {
  const { headers } = response;
  const announced = headers['content-length'];
  const length = announced === undefined ? undefined : Number(announced);
  const range =
    response.status === 206
      ? /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(headers['content-range'] ?? '')
      : undefined;
  const [, from, last, all] = range ?? [];
  const outside = Number(last) < Number(from) || Number(all) <= Number(last);
  if (range === null || (range && (Number(from) !== start || outside))) {
    throw new WcsError('UNEXPECTED_RESPONSE', 'download: the service sent another range than was asked for', {
      operation: 'download',
      status: response.status,
      requestId: response.requestId,
    });
  }
  const { etag = '' } = headers;
  return {
    strong: etag !== '' && !etag.startsWith('W/'),
    version: {
      size: range ? (range[3] === '*' ? undefined : Number(range[3])) : length,
      etag: headers['etag']?.replace(/^W\//, '').replace(/^"|"$/g, ''),
      lastModified: headers['last-modified'],
    },
    offset: range ? start : 0,
    length: range ? Number(range[2]) - start + 1 : length,
    mimeType: headers['content-type'],
    requestId: response.requestId,
    body: response.body,
  };
}

/** Reads what little an error answer holds, so that its connection can be used again. */
async function drain(body: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > 64 * 1024) break;
  }
  return Buffer.concat(chunks);
}
