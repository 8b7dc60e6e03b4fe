import type { Writable } from 'node:stream';
import { BLOCK_SIZE } from '@curve-wcs/etag';
import { type CallOptions, checkCallOptions } from '../call-options.js';
import type { ClientContext } from '../context.js';
import type { ObjectReference } from '../encoding.js';
import { invalidArgument } from '../errors.js';
import { wholeNumber } from '../number-options.js';
import type { Progress } from '../progress.js';
import { checkSource } from './source.js';

/** An object to download; the client needs `downloadUrl` for it. */
export interface DownloadByKey extends ObjectReference {
  /** Not with `bucket` and `key`. */
  url?: undefined;
}

/** Any URL to download. */
export interface DownloadByUrl {
  /** The URL, with whatever query it needs. */
  url: string | URL;
  /** Not with `url`. */
  bucket?: undefined;
  /** Not with `url`. */
  key?: undefined;
}

/** Names what to download. */
export type DownloadSource = DownloadByKey | DownloadByUrl;

/** Options that all downloads take. */
export interface DownloadOptions extends CallOptions {
  /** First byte wanted. Default 0. */
  start?: number;
  /** Last byte wanted, inclusive. Default: the object's last. */
  end?: number;
  /** The expected wcs-etag. Default: the `ETag` header, where it is one. */
  etag?: string;
  /**
   * Block size, in bytes, of the upload that made the object: its hash depends on it. Default: 4 MiB or the client's
   * {@link WcsClientOptions.blockSize}, whichever the hash is right by.
   */
  blockSize?: number;
  /** Compare what arrived with the expected etag, where one is known. Default true. */
  verify?: boolean;
  /** Ceiling of the service's speed for this download, sent as `x-wos-traffic-limit`; 0 is no limit. */
  trafficLimit?: number;
  /** Called with a snapshot, at most 20 times a second. */
  onProgress?: (progress: Progress) => void;
}

/** Options of a download to a file. */
export interface FileDownloadOptions extends DownloadOptions {
  /**
   * Path to write. The file appears there when it is whole and verified, in place of any other, whose mode it keeps. Files of more than
   * 128 KiB are on the disk by then; when smaller ones get there is left to the system. A folder, device or pipe is
   * refused.
   */
  to: string;
  /** Make the folders of the path. Default false. */
  makeFolders?: boolean;
  /**
   * Keep what arrived when the download fails (beside the target, as `.NAME.wcs-part`), and go on from there
   * next time if the object is still the same. Default false.
   */
  resume?: boolean;
  /** Parts fetched at the same time. Default 4. */
  concurrency?: number;
  /** Size of a part in bytes. Default 8 MiB. */
  partSize?: number;
}

/** Options of a download to a stream. */
export interface StreamDownloadOptions extends DownloadOptions {
  /** Stream to write to; it is ended when the download is complete and verified, and destroyed otherwise. */
  to: Writable | WritableStream<Uint8Array>;
}

/** Options of a download to memory. */
export interface BufferDownloadOptions extends DownloadOptions {
  /** Nothing: the bytes come as `data`. */
  to?: undefined;
  /**
   * Most bytes to hold in memory; of more the download fails with `TARGET_FAILED`. Default: what a Buffer can hold, and
   * 1 GiB where the service does not announce the size.
   */
  maxSize?: number;
}

/** What a download gives. */
export interface DownloadResult {
  /** Bytes that were wanted and are there now. */
  size: number;
  /** The `ETag` header without its quotes. */
  etag?: string;
  /** The content type. */
  mimeType?: string;
  /** When the object was stored, by the `Last-Modified` header. */
  lastModified?: Date;
  /** Whether the content was compared with an expected etag and is right. */
  verified: boolean;
  /** Bytes that an earlier attempt had already fetched. */
  resumed: number;
  /** The service's id of the request. */
  requestId?: string;
}

/** What a download to memory gives. */
export interface BufferDownloadResult extends DownloadResult {
  /** The content. */
  data: Buffer;
}

const WCS_ETAG = /^[Fl][\w-]{27}$/;

/** Checks everything that can be wrong before any I/O. */
export function checkDownload(
  options: DownloadSource &
    DownloadOptions &
    Partial<Omit<FileDownloadOptions, 'to'>> &
    Pick<BufferDownloadOptions, 'maxSize'> & { to?: unknown },
): void {
  checkCallOptions(options, { signed: false });
  checkSource(options);
  const { start, end } = options;
  if (start !== undefined) wholeNumber('start', start);
  if (end !== undefined) wholeNumber('end', end, { minimum: start ?? 0 });
  if (options.etag !== undefined && !WCS_ETAG.test(options.etag)) {
    throw invalidArgument('etag', 'a wcs-etag: 28 characters beginning with F or l', options.etag);
  }
  if (options.blockSize !== undefined) wholeNumber('blockSize', options.blockSize, { minimum: 1 });
  if (options.trafficLimit !== undefined) wholeNumber('trafficLimit', options.trafficLimit);
  if (options.maxSize !== undefined) wholeNumber('maxSize', options.maxSize);
  checkTarget(options.to);
  if (options.concurrency !== undefined)
    wholeNumber('concurrency', options.concurrency, { minimum: 1, maximum: 256 });
  if (options.partSize !== undefined) wholeNumber('partSize', options.partSize, { minimum: 64 * 1024 });
}

/** Nothing is ever written to a stream that is over, and nobody would be told. */
function checkTarget(to: unknown): void {
  if (to === null || typeof to !== 'object') return;
  const over = to instanceof WritableStream ? to.locked : 'writable' in to && !to.writable;
  if (over) throw invalidArgument('to', 'a stream that can be written to: it has ended, or is locked', to);
}

/** The etag that the content must have, where it is known and the whole content is wanted. */
export function expectedEtag(options: DownloadOptions, header: string | undefined): string | undefined {
  if (options.verify === false || options.start !== undefined || options.end !== undefined) return undefined;
  return options.etag ?? (header !== undefined && WCS_ETAG.test(header) ? header : undefined);
}

/** The block sizes that an object's hash may be of. */
export function blockSizesOf(
  { blockSize: ofClient = BLOCK_SIZE }: Pick<ClientContext, 'blockSize'>,
  { blockSize }: DownloadOptions,
): number[] {
  return blockSize === undefined ? [...new Set([BLOCK_SIZE, ofClient])] : [blockSize];
}
