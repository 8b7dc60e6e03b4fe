import { resolve } from 'node:path';
import { etagFile } from '@curve-wcs/etag';
import { LinkedAbort } from '../abort.js';
import type { ClientContext } from '../context.js';
import { WcsError } from '../errors.js';
import { withRetry } from '../http/retry.js';
import { ProgressMeter } from '../progress.js';
import {
  type DownloadResult,
  type DownloadSource,
  expectedEtag,
  type FileDownloadOptions,
} from './options.js';
import { PartFile } from './part-file.js';
import { type RangedAnswer, RangedGet, resultOf } from './ranged-get.js';
import { checkEtag, downloadChunks } from './sequential.js';

/** Chunks are written to disk in batches of this size. */
const BATCH = 1024 * 1024;

/** Downloads to a file: large objects in parallel ranges, small ones with the first request. */
export async function downloadToFile(
  context: ClientContext,
  options: DownloadSource & FileDownloadOptions,
): Promise<DownloadResult> {
  const target = resolve(options.to);
  const partial = options.start !== undefined || options.end !== undefined;
  const resume = options.resume === true && !partial;
  const file = await PartFile.open(target, { resume, makeFolders: options.makeFolders ?? false });
  try {
    const result = partial
      ? await inSequence(context, options, file)
      : await new ParallelDownload(context, options, file).run();
    await file.publish();
    return result;
  } catch (error) {
    const worthless =
      error instanceof WcsError && (error.code === 'CHECKSUM_MISMATCH' || error.code === 'OBJECT_CHANGED');
    await file.abandon({ worthless });
    throw error;
  }
}

async function inSequence(
  context: ClientContext,
  options: DownloadSource & FileDownloadOptions,
  file: PartFile,
): Promise<DownloadResult> {
  const writer = new BatchWriter(file, 0);
  const chunks = downloadChunks(context, options);
  for (;;) {
    const next = await chunks.next();
    if (next.done) {
      await writer.flush();
      await file.complete(next.value.size);
      return next.value;
    }
    await writer.write(next.value);
  }
}

/** N workers pull parts; each part is a ranged GET that goes on where it broke off. */
class ParallelDownload {
  readonly #context: ClientContext;
  readonly #options: DownloadSource & FileDownloadOptions;
  readonly #file: PartFile;
  readonly #get: RangedGet;
  readonly #partSize: number;

  constructor(context: ClientContext, options: DownloadSource & FileDownloadOptions, file: PartFile) {
    this.#context = context;
    this.#options = options;
    this.#file = file;
    this.#get = new RangedGet(context, options);
    this.#partSize = options.partSize ?? 8 * 2 ** 20;
  }

  async run(): Promise<DownloadResult> {
    using abort = new LinkedAbort(this.#options.signal);
    const first = await this.#openFirst(abort.signal);
    const { size } = first.version;
    const finished = await this.#file.begin({
      subject: this.#get.subject,
      partSize: this.#partSize,
      ...first.version,
    });
    if (size === undefined) {
      // Without a size there are no parts to make.
      await first.body[Symbol.asyncIterator]().return?.();
      return inSequence(this.#context, this.#options, this.#file);
    }
    const progress = new ProgressMeter(this.#options.onProgress, size);
    // A service that sends the whole object anyway is not asked for its parts.
    if (first.length !== undefined && first.length >= size && finished.size === 0) {
      await this.#part(0, size, first, first, progress, abort.signal);
    } else {
      await this.#parts(first, size, finished, progress, abort);
    }
    await this.#file.complete(size);
    progress.finish();
    const wanted = expectedEtag(this.#options, first.version.etag);
    if (wanted !== undefined) {
      const { blockSize } = this.#options;
      const actual = await etagFile(this.#file.path, {
        signal: abort.signal,
        ...(blockSize === undefined ? {} : { blockSize }),
      });
      checkEtag(this.#get.subject, actual, wanted);
    }
    return { size, ...resultOf(first), verified: wanted !== undefined, resumed: progress.resumed };
  }

  async #openFirst(signal: AbortSignal): Promise<RangedAnswer> {
    const open = (end: number | undefined) =>
      withRetry(() => this.#get.get(0, end, signal), this.#context.retry, signal);
    // An empty object has no range; it is asked for whole.
    const first = (await open(this.#partSize - 1)) ?? (await open(undefined));
    if (first) return first;
    throw new WcsError(
      'UNEXPECTED_RESPONSE',
      `download ${this.#get.subject}: the service refuses the whole object as a range`,
      {
        operation: 'download',
        status: 416,
      },
    );
  }

  async #parts(
    first: RangedAnswer,
    size: number,
    finished: Set<number>,
    progress: ProgressMeter,
    abort: LinkedAbort,
  ): Promise<void> {
    let next = 0;
    const worker = async () => {
      while (!abort.signal.aborted) {
        const index = next++;
        const start = index * this.#partSize;
        if (start >= size) return;
        const length = Math.min(this.#partSize, size - start);
        if (finished.has(index)) {
          if (index === 0) await first.body[Symbol.asyncIterator]().return?.();
          progress.addResumed(length);
          continue;
        }
        await this.#part(start, length, first, index === 0 ? first : undefined, progress, abort.signal);
        await this.#file.finishPart(index);
      }
    };
    const workers = Array.from({ length: this.#options.concurrency ?? 4 }, () =>
      worker().catch(error => {
        abort.abort(error);
        throw error;
      }),
    );
    await Promise.allSettled(workers);
    abort.signal.throwIfAborted();
  }

  async #part(
    start: number,
    length: number,
    first: RangedAnswer,
    opened: RangedAnswer | undefined,
    progress: ProgressMeter,
    signal: AbortSignal,
  ): Promise<void> {
    const writer = new BatchWriter(this.#file, start);
    let received = 0;
    let answer = opened;
    await withRetry(
      async () => {
        answer ??= await this.#get.get(start + received, start + length - 1, signal);
        const current = answer;
        answer = undefined;
        if (!current) throw this.#get.shortBody(length, received);
        this.#get.checkVersion(current, first.version);
        let skip = start + received - current.offset;
        const tooMuch = current.length === undefined || current.offset + current.length > start + length;
        for await (const chunk of current.body) {
          const wanted = chunk.subarray(skip, skip + length - received);
          skip = Math.max(0, skip - chunk.length);
          await writer.write(wanted);
          received += wanted.length;
          progress.add(wanted.length);
          // Leaving early costs the connection.
          if (received === length && tooMuch) break;
        }
        if (received < length) throw this.#get.shortBody(length, received);
      },
      this.#context.retry,
      signal,
    );
    await writer.flush();
  }
}

/** Gathers chunks, so that the disk sees few large writes. */
class BatchWriter {
  readonly #file: PartFile;
  #position: number;
  #chunks: Buffer[] = [];
  #length = 0;

  constructor(file: PartFile, position: number) {
    this.#file = file;
    this.#position = position;
  }

  async write(chunk: Buffer): Promise<void> {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    if (this.#length >= BATCH) await this.flush();
  }

  async flush(): Promise<void> {
    const [chunks, position] = [this.#chunks, this.#position];
    this.#position += this.#length;
    this.#chunks = [];
    this.#length = 0;
    await this.#file.write(chunks, position);
  }
}
