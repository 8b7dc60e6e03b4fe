import { resolve } from 'node:path';
import { etagFile } from '@curve-wcs/etag';
import { LinkedAbort } from '../abort.js';
import type { ClientContext } from '../context.js';
import { WcsError } from '../errors.js';
import { Headway } from '../http/headway.js';
import { withRetry } from '../http/retry.js';
import { ProgressMeter } from '../progress.js';
import type { PartHeader } from './finished-parts.js';
import {
  blockSizesOf,
  type DownloadResult,
  type DownloadSource,
  expectedEtag,
  type FileDownloadOptions,
} from './options.js';
import { orFail, PartFile } from './part-file.js';
import { type RangedAnswer, RangedGet, resultOf } from './ranged-get.js';
import { checkEtag, downloadChunks } from './sequential.js';
import { downloadSmall, isSmall } from './small.js';
import { writeSmallFile } from './small-file.js';

/** Chunks are written to disk in batches of this size. */
const BATCH = 1024 * 1024;

/** Downloads to a file: large objects in parallel ranges, small ones with the first request. */
export async function downloadToFile(
  context: ClientContext,
  given: DownloadSource & FileDownloadOptions,
): Promise<DownloadResult> {
  using abort = new LinkedAbort(given.signal);
  const options = { ...given, signal: abort.signal };
  const target = resolve(options.to);
  const { makeFolders = false, resume = false } = options;
  try {
    if (options.start !== undefined || options.end !== undefined) {
      return await throughPartFile(target, { makeFolders }, file => inSequence(context, options, file));
    }
    const download = new ParallelDownload(context, options, abort);
    const first = await download.openFirst();
    if (!resume && isSmall(first)) {
      const headway = new Headway(context.retry, options.signal);
      const small = await downloadSmall(download.get, first, options, headway);
      if (!small) {
        return await throughPartFile(target, { makeFolders }, file =>
          inSequence(context, options, file, undefined, headway),
        );
      }
      const { data, ...result } = small;
      await writeSmallFile(target, data, { makeFolders });
      return result;
    }
    const parts = resume ? download.partsOf(first) : undefined;
    return await throughPartFile(target, { parts, makeFolders }, file => download.run(file, first));
  } catch (error) {
    abort.abort(error);
    throw error;
  }
}

/** Lets `work` write to a part file, which becomes the target when it is done. */
async function throughPartFile(
  target: string,
  options: { makeFolders: boolean; parts?: PartHeader | undefined },
  work: (file: PartFile) => Promise<DownloadResult>,
): Promise<DownloadResult> {
  const file = await PartFile.open(target, options);
  try {
    const result = await work(file);
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
  opened?: RangedAnswer,
  headway?: Headway,
): Promise<DownloadResult> {
  const writer = new BatchWriter(file, 0);
  const chunks = downloadChunks(context, options, undefined, undefined, opened, headway);
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
  readonly get: RangedGet;
  readonly #context: ClientContext;
  readonly #options: DownloadSource & FileDownloadOptions;
  readonly #abort: LinkedAbort;
  readonly #partSize: number;

  constructor(context: ClientContext, options: DownloadSource & FileDownloadOptions, abort: LinkedAbort) {
    this.get = new RangedGet(context, options);
    this.#context = context;
    this.#options = options;
    this.#abort = abort;
    this.#partSize = options.partSize ?? 8 * 2 ** 20;
  }

  /** Fetches what is missing in `file`, from the answer to its first part on. */
  async run(file: PartFile, first: RangedAnswer): Promise<DownloadResult> {
    const { size } = first.version;
    const whole = first.length !== undefined && first.length === size;
    if (size === undefined || !first.strong) {
      // Without a size there are no parts to make, and those of versions that cannot be told apart are not put together.
      if (!whole) await first.body.return?.();
      return inSequence(this.#context, this.#options, file, whole ? first : undefined);
    }
    const progress = new ProgressMeter(this.#options.onProgress, size);
    // A service that sends the whole object anyway is not asked for its parts.
    if (whole && !file.hasParts) {
      await this.#part(file, 0, size, first, first, progress);
    } else {
      await this.#parts(file, first, size, progress);
    }
    await file.complete(size);
    progress.finish();
    const wanted = expectedEtag(this.#options, first.version.etag);
    if (wanted !== undefined) {
      const { signal } = this.#abort;
      const actual: string[] = [];
      for (const blockSize of blockSizesOf(this.#context, this.#options)) {
        if (actual.includes(wanted)) break;
        const found = await orFail(file.path, () => etagFile(file.path, { signal, blockSize })).catch(
          error => {
            signal.throwIfAborted();
            throw error;
          },
        );
        actual.push(found);
      }
      checkEtag(this.get.subject, actual, wanted);
    }
    return { size, ...resultOf(first), verified: wanted !== undefined, resumed: progress.resumed };
  }

  /** What can be gone on with of a version; undefined if there is no telling later whether it still is that. */
  partsOf({ strong, version }: RangedAnswer): PartHeader | undefined {
    const { size } = version;
    if (!strong || size === undefined || size <= this.#partSize) return undefined;
    return { subject: this.get.subject, partSize: this.#partSize, ...version, size };
  }

  /** The answer to a request for the first part; of a small object it is all of it. */
  async openFirst(): Promise<RangedAnswer> {
    const { signal } = this.#abort;
    const open = (end: number | undefined) =>
      withRetry(() => this.get.get(0, end, signal), this.#context.retry, signal);
    // An empty object has no range; it is asked for whole.
    const first = (await open(this.#partSize - 1)) ?? (await open(undefined));
    if (first) return first;
    throw new WcsError(
      'UNEXPECTED_RESPONSE',
      `download ${this.get.subject}: the service refuses the whole object as a range`,
      {
        operation: 'download',
        status: 416,
      },
    );
  }

  async #parts(file: PartFile, first: RangedAnswer, size: number, progress: ProgressMeter): Promise<void> {
    const abort = this.#abort;
    let next = 0;
    const worker = async () => {
      while (!abort.signal.aborted) {
        const index = next++;
        const start = index * this.#partSize;
        if (start >= size) return;
        const length = Math.min(this.#partSize, size - start);
        if (file.has(index)) {
          if (index === 0) await first.body.return?.();
          progress.addResumed(length);
          continue;
        }
        await this.#part(file, start, length, first, index === 0 ? first : undefined, progress);
        await file.finishPart(index);
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
    file: PartFile,
    start: number,
    length: number,
    first: RangedAnswer,
    opened: RangedAnswer | undefined,
    progress: ProgressMeter,
  ): Promise<void> {
    const { signal } = this.#abort;
    const { retry } = this.#context;
    const writer = new BatchWriter(file, start);
    const headway = new Headway(retry, signal);
    let received = 0;
    const open = () =>
      withRetry(() => this.get.get(start + received, start + length - 1, signal), retry, signal);
    let answer = opened ?? (await open());
    for (;;) {
      const before = received;
      try {
        if (!answer) throw this.get.shortBody(length, received);
        this.get.checkVersion(answer, first.version);
        let skip = start + received - answer.offset;
        const tooMuch = answer.length === undefined || answer.offset + answer.length > start + length;
        for await (const chunk of answer.body) {
          const wanted = chunk.subarray(skip, skip + length - received);
          skip = Math.max(0, skip - chunk.length);
          await writer.write(wanted);
          received += wanted.length;
          progress.add(wanted.length);
          // Leaving early costs the connection.
          if (received === length && tooMuch) break;
        }
        if (received < length) throw this.get.shortBody(length, received);
        return await writer.flush();
      } catch (error) {
        await headway.again(error, received - before);
        answer = await open();
      }
    }
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
