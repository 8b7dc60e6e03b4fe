import type { Readable } from 'node:stream';
import { ChecksumPool } from '@curve-wcs/etag';
import type { DownloadUrlOptions } from './auth/download-url.js';
import { Buckets } from './buckets/buckets.js';
import { resolveClientOptions, uploadDefaultsOf, type WcsClientOptions } from './client-options.js';
import { clientOptionsOf } from './config/client-options.js';
import { loadConfig } from './config/environment.js';
import type { ClientContext } from './context.js';
import { download, downloadStream } from './download/download.js';
import { objectUrl, signedObjectUrl } from './download/object-url.js';
import type {
  BufferDownloadOptions,
  BufferDownloadResult,
  DownloadOptions,
  DownloadResult,
  DownloadSource,
  FileDownloadOptions,
  StreamDownloadOptions,
} from './download/options.js';
import type { ObjectReference } from './encoding.js';
import { WcsError } from './errors.js';
import { Fmgr } from './fmgr/fmgr.js';
import { Fops } from './fops/fops.js';
import { AgentPool } from './http/agent-pool.js';
import { observedSender } from './http/observed-sender.js';
import { limitedSender } from './http/rate-limit.js';
import { Transport } from './http/transport.js';
import { Images } from './images/images.js';
import * as known from './known-options.js';
import { Live } from './live/live.js';
import { Media } from './media/media.js';
import { ObjectCalls } from './objects/object-calls.js';
import { RequestCounters, type RequestMetrics } from './observe/request-counters.js';
import { watchedSender } from './observe/watched-sender.js';
import { checkOptions, publicCall } from './public-call.js';
import { type AppendOptions, type AppendResult, type AppendTarget, append } from './upload/append.js';
import { Appender } from './upload/appender.js';
import {
  type MakeBlockOptions,
  type MakeFileOptions,
  type MakeFileResult,
  makeBlock,
  makeFile,
  type PutChunkOptions,
  type PutChunkResult,
  putChunk,
} from './upload/block-primitives.js';
import { type BrowserUpload, type BrowserUploadOptions, browserUpload } from './upload/browser-upload.js';
import type { UploadFromUrlOptions, UploadOptions, UploadResult } from './upload/options.js';
import { type UploadDefaults, upload, uploadFromUrl } from './upload/upload.js';
import { UploadBatch, type UploadItem, type UploadManyOptions } from './upload/upload-many.js';
import { VERSION } from './version.js';

/**
 * A client of WCS. It holds keep-alive connections and, once something was hashed, worker threads; neither keeps
 * the process alive. Close it, or declare it with `await using`.
 *
 * @example
 * ```ts
 * import { WcsClient } from '@curve-wcs/wcs-sdk';
 *
 * await using wcs = new WcsClient({
 *   accessKey: 'your-access-key',
 *   secretKey: 'your-secret-key',
 *   uploadUrl: 'account.up0.v1.wcsapi.com',
 *   managementUrl: 'account.mgr0.v1.wcsapi.com',
 * });
 * const { etag } = await wcs.upload({ bucket: 'photos', key: 'a.jpg', source: './a.jpg', resume: true });
 * ```
 */
export class WcsClient extends ObjectCalls implements AsyncDisposable {
  /** The account's buckets: what they hold, and what was counted for them. */
  readonly buckets: Buckets;
  /** Work on many objects, done by the service in the background. */
  readonly fmgr: Fmgr;
  /** Processing of single objects, done by the service in the background. */
  readonly fops: Fops;
  /** What images are, addresses of them processed, content moderation. */
  readonly images: Images;
  /** Recordings of live channels. */
  readonly live: Live;
  /** What videos and sounds are. */
  readonly media: Media;
  readonly #context: ClientContext;
  readonly #transport: Transport;
  readonly #requests: RequestCounters;
  readonly #closed: AbortController;
  readonly #uploadDefaults: UploadDefaults;

  /**
   * @param options - keys, addresses and habits
   * @throws WcsError `INVALID_ARGUMENT` if an option is wrong
   */
  constructor(options: WcsClientOptions = {}) {
    const resolved = resolveClientOptions(options);
    const own = `curve-wcs/${VERSION}`;
    const transport = new Transport({
      ...resolved,
      agents: new AgentPool({ ...options, ...resolved }),
      userAgent: options.userAgent ? `${options.userAgent} ${own}` : own,
    });
    const { onAnswer } = options;
    const requests = new RequestCounters();
    const watched = watchedSender(transport, requests);
    const limited = resolved.maxRate === undefined ? watched : limitedSender(watched, resolved.maxRate);
    const closed = new AbortController();
    const context: ClientContext = {
      ...resolved,
      retry: { ...resolved.retry, closed: closed.signal },
      transport: onAnswer ? observedSender(limited, onAnswer) : limited,
      checksums: new ChecksumPool(),
    };
    super(context);
    this.#transport = transport;
    this.#requests = requests;
    this.#closed = closed;
    this.#context = context;
    this.#uploadDefaults = uploadDefaultsOf(options);
    this.buckets = new Buckets(context);
    this.fmgr = new Fmgr(context);
    this.fops = new Fops(context);
    this.images = new Images(context);
    this.live = new Live(context);
    this.media = new Media(context);
  }

  /**
   * Makes a client from a `.wcscfg`, the configuration file of the official tools (wcs-api §4.4).
   *
   * What the file says of uploads, listings and jobs are the defaults of the calls, as in the official SDK: `overwrite`
   * and the other members of the put policy, `limit`, `prefix`, `mode` and `marker`, `notifyurl`, `force` and
   * `separate`. `defaults: false` among the overrides leaves them out.
   *
   * Environment variables win over the file: `WCS_ACCESS_KEY` with `WCS_SECRET_KEY`, `WCS_PUT_URL`, `WCS_MGR_URL`,
   * `WCS_GET_URL`. With the keys there, no `~/.wcscfg` is needed.
   *
   * @param path - default `WCS_CONFIG`, then `~/.wcscfg-` and the name in `WCS_PROFILE`, then `~/.wcscfg`
   * @param overrides - options that win over those of the file and the environment
   * @throws WcsError `CONFIG` if the file is not there or is wrong
   */
  static async fromConfig(path?: string, overrides: WcsClientOptions = {}): Promise<WcsClient> {
    return new WcsClient({ ...clientOptionsOf(await loadConfig({ path })), ...overrides });
  }

  /**
   * Uploads a path, bytes, Blob or stream (wcs-api §2.2, §2.4): small ones in one form post, larger ones in
   * parallel blocks. Each chunk's CRC-32 and the final hash are compared with what was read.
   *
   * @throws WcsError `OBJECT_EXISTS`, `UNAUTHORIZED`, `CHECKSUM_MISMATCH`, `SOURCE_CHANGED`, `CALLBACK_FAILED` …
   * @example
   * ```ts
   * import { WcsClient } from '@curve-wcs/wcs-sdk';
   *
   * await using wcs = await WcsClient.fromConfig();
   * await wcs.upload({
   *   bucket: 'photos',
   *   source: './video.mp4',
   *   resume: true,
   *   onProgress: ({ transferred, total }) => console.log(transferred, 'of', total),
   * });
   * ```
   */
  async upload(options: UploadOptions): Promise<UploadResult> {
    return publicCall('upload', options, known.UPLOAD, () =>
      upload(this.#context, options, this.#uploadDefaults),
    );
  }

  /**
   * Uploads many things with one budget of parallel requests for all. A failure is the outcome of its item and does
   * not stop the others, unless `stopOnError` says so.
   *
   * @throws WcsError `INVALID_ARGUMENT`; of a list, every item is checked before anything is sent
   * @example
   * ```ts
   * import { WcsClient } from '@curve-wcs/wcs-sdk';
   *
   * await using wcs = await WcsClient.fromConfig();
   * const items = ['a.jpg', 'b.jpg'].map(name => ({ key: `2026/${name}`, source: `./${name}` }));
   * for await (const outcome of wcs.uploadMany({ bucket: 'photos', items })) {
   *   console.log(outcome.item.key, outcome.ok ? outcome.result.etag : outcome.error.code);
   * }
   * ```
   */
  uploadMany<Item extends UploadItem>(options: UploadManyOptions<Item>): UploadBatch<Item> {
    checkOptions('uploadMany', options, known.UPLOAD_MANY);
    return new UploadBatch(this.#context, options, this.#uploadDefaults);
  }

  /**
   * Opens a block with its first bytes (wcs-api §2.4): the first of the three requests that an upload in blocks is made
   * of, for programs that move the bytes themselves. {@link upload} does all of it.
   *
   * Each of the three is repeated as far as that can help, and a chunk's CRC-32 is compared.
   *
   * @throws WcsError `CHECKSUM_MISMATCH`, `INVALID_CTX`, `UNAUTHORIZED` …
   * @example
   * ```ts
   * import { WcsClient } from '@curve-wcs/wcs-sdk';
   *
   * await using wcs = await WcsClient.fromConfig();
   * const upload = { bucket: 'photos', key: 'made.bin', uploadId: 'UPLOAD1' };
   * const half = Buffer.alloc(1000, 1);
   * const first = await wcs.makeBlock({ ...upload, blockSize: 2000, index: 0, chunk: half });
   * const { ctx } = await wcs.putChunk({ ...upload, ...first, chunk: half });
   * await wcs.makeFile({ ...upload, size: 2000, contexts: [ctx] });
   * ```
   */
  async makeBlock(options: MakeBlockOptions): Promise<PutChunkResult> {
    return publicCall('makeBlock', options, known.MAKE_BLOCK, () => makeBlock(this.#context, options));
  }

  /**
   * Adds bytes to a block (wcs-api §2.4). The chunks of a block go one after the other, blocks side by side.
   *
   * @throws WcsError `CHECKSUM_MISMATCH`; `INVALID_CTX` if the block must be begun anew …
   */
  async putChunk(options: PutChunkOptions): Promise<PutChunkResult> {
    return publicCall('putChunk', options, known.PUT_CHUNK, () => putChunk(this.#context, options));
  }

  /**
   * Joins blocks to an object (wcs-api §2.4).
   *
   * @throws WcsError `BLOCKS_MISSING`, `OBJECT_EXISTS`, `CALLBACK_FAILED` …
   */
  async makeFile(options: MakeFileOptions): Promise<MakeFileResult> {
    return publicCall('makeFile', options, known.MAKE_FILE, () => makeFile(this.#context, options));
  }

  /**
   * Appends to an object, or makes it (wcs-api §2.3). Only objects that were made so can be appended to. Meant for one
   * writer at a time: a retry after a lost answer asks where the object ends to know whether the piece is there.
   *
   * @throws WcsError `APPEND_CONFLICT` if the object does not end at `position`; its end is the error's `nextPosition`
   */
  async append(options: AppendOptions): Promise<AppendResult> {
    return publicCall('append', options, known.APPEND, () => append(this.#context, options));
  }

  /** Something that appends to one object again and again. Nothing is sent yet. */
  appender(options: AppendTarget & { position?: number }): Appender {
    checkOptions('appender', options, known.APPENDER);
    return new Appender(this.#context, options);
  }

  /**
   * Makes what a page needs to upload one file by itself: a short-lived token for a single key, or for the keys that
   * `saveKey` makes, with a largest size. Nothing is sent.
   *
   * @throws WcsError `INVALID_ARGUMENT`
   */
  browserUpload(options: BrowserUploadOptions): BrowserUpload {
    checkOptions('browserUpload', options, known.BROWSER_UPLOAD);
    return browserUpload(this.#context, options);
  }

  /**
   * Signs the download URL of an object (wcs-api §1.5), for accounts whose download domain asks for that; the client
   * needs `downloadUrl`. Nothing is sent.
   *
   * @throws WcsError `INVALID_ARGUMENT`
   */
  downloadUrl(options: ObjectReference & DownloadUrlOptions): string {
    checkOptions('downloadUrl', options, known.DOWNLOAD_URL, { lenient: true });
    return signedObjectUrl(this.#context, options);
  }

  /** The download URL of an object, unsigned; the client needs `downloadUrl`. Nothing is sent. */
  objectUrl(object: ObjectReference): string {
    checkOptions('objectUrl', object, known.REFERENCE, { lenient: true });
    return objectUrl(this.#context, object);
  }

  /**
   * Uploads what an address gives, while it is read and without holding more of it than the blocks under way. What
   * arrives is compared with the announced length; a connection that breaks is followed by a request for the rest.
   *
   * @throws WcsError `SOURCE_FAILED` (with the source's `status`), `SOURCE_CHANGED`, and all of {@link upload}
   */
  async uploadFromUrl(options: UploadFromUrlOptions): Promise<UploadResult> {
    return publicCall('uploadFromUrl', options, known.UPLOAD_FROM_URL, () =>
      uploadFromUrl(this.#context, options, this.#uploadDefaults),
    );
  }

  /** Downloads an object to a file: in parallel ranges, resumable, verified, visible only when whole. */
  async download(options: DownloadSource & FileDownloadOptions): Promise<DownloadResult>;
  /** Downloads an object to a stream. */
  async download(options: DownloadSource & StreamDownloadOptions): Promise<DownloadResult>;
  /** Downloads an object to memory. */
  async download(options: DownloadSource & BufferDownloadOptions): Promise<BufferDownloadResult>;
  async download(
    options: DownloadSource & (FileDownloadOptions | StreamDownloadOptions | BufferDownloadOptions),
  ): Promise<DownloadResult | BufferDownloadResult> {
    return publicCall('download', options, known.DOWNLOAD, () => download(this.#context, options));
  }

  /**
   * Gives an object as a stream. A broken connection is followed by a request for the rest; the stream fails at
   * its end if the content does not have the expected etag.
   */
  downloadStream(options: DownloadSource & DownloadOptions): Readable {
    checkOptions('downloadStream', options, known.DOWNLOAD_STREAM);
    return downloadStream(this.#context, options);
  }

  /** What the requests of this client have done so far, by what they ask for. Asks nobody. */
  metrics(): RequestMetrics[] {
    return this.#requests.report();
  }

  /** Ends calls under way with `CLIENT_CLOSED`, closes connections and ends worker threads. Idempotent. */
  async close(): Promise<void> {
    this.#transport.close();
    this.#closed.abort(new WcsError('CLIENT_CLOSED', 'the client was closed'));
    await this.#context.checksums.close();
  }

  /** Calls {@link close}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
