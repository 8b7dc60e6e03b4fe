import { constants } from 'node:buffer';
import type { Readable, Writable } from 'node:stream';
import { type CallOptions, Course, checkCallOptions } from '../call-options.js';
import { checkBytes, checkChoice, checkWhole, invalid } from '../checks.js';
import type { FileInfo, Stripe } from '../client/file-info.js';
import { exportImage } from '../image/export-image.js';
import type { ImageSource } from '../image/image-source.js';
import { importImage } from '../image/import-image.js';
import type { ExportOptions, ImageResult, ImportOptions } from '../image/options.js';
import { type ChangedRange, type ChangesOptions, seqOf } from '../native-snapshots/since.js';
import { type Extent, type ExtentOptions, extentsOf } from './extents.js';
import { NbdLine, type NbdTerms } from './nbd-line.js';
import type { OpenVolume } from './open-volume.js';
import type {
  DiscardOptions,
  ReadIntoOptions,
  ReadNewOptions,
  ReadResult,
  ReadVectorResult,
  VectorOptions,
  WriteOptions,
  WriteResult,
} from './options.js';
import { VolumeReadStream } from './read-stream.js';
import type { BytesRead, BytesWritten, ReadStreamOptions, StreamOptions } from './stream-options.js';
import { readVector, writeVector } from './vector.js';
import { VolumeWriteStream } from './write-stream.js';

/**
 * An open volume. Reads and writes go straight between the caller's memory and the cluster; any number of them may be
 * under way. A write that has resolved is on all replicas. While a volume is open its lease is kept, and nobody can
 * remove or rename it (curve-protocol.md §4.5).
 *
 * Every call rejects with a {@link CurveError}: `INVALID_ARGUMENT` before anything is sent, `CLOSED` after close,
 * `EPOCH_TOO_OLD` when another client has fenced this one off.
 *
 * @example
 * ```ts
 * import { CurveClient } from '@curve-wcs/curve-sdk';
 *
 * await using curve = await CurveClient.connect('/etc/curve/client.conf', { user: 'alice' });
 * await using volume = await curve.open('/vol1');
 * await volume.write(Buffer.alloc(4096, 'x'), { offset: 0 });
 * const { data } = await volume.read({ offset: 0, length: 4096 });
 * ```
 */
export class Volume implements AsyncDisposable {
  readonly #open: OpenVolume;
  readonly #onClosed: () => void;

  /** @internal */
  constructor(open: OpenVolume, onClosed: () => void) {
    this.#open = open;
    this.#onClosed = onClosed;
  }

  /** Absolute path by which it was opened. */
  get path(): string {
    return this.#open.path;
  }

  /** Inode id. */
  get id(): bigint {
    return this.#open.info.id;
  }

  /** Bytes, as far as is known: {@link stat} asks whether another client has extended it. */
  get length(): number {
    return this.#open.length;
  }

  /** Bytes that offsets and lengths are multiples of. */
  get blockSize(): number {
    return this.#open.blockSize;
  }

  /** Bytes of a chunk. */
  get chunkSize(): number {
    return this.#open.info.chunkSize;
  }

  /** Bytes of a segment, the unit of allocation and growth. */
  get segmentSize(): number {
    return this.#open.info.segmentSize;
  }

  /** How it is striped, if it is. */
  get stripe(): Stripe | undefined {
    return this.#open.info.stripe;
  }

  /**
   * Reads exactly `buffer.length` bytes into the caller's memory, which must be left alone until this settles. What was
   * never written is zeros (ReadChunk, curve-protocol.md §3.5).
   */
  read<T extends Uint8Array>(options: ReadIntoOptions<T>): Promise<ReadResult<T>>;
  /** Reads exactly `length` bytes into new memory. */
  read(options: ReadNewOptions): Promise<ReadResult<Buffer>>;
  async read(options: ReadIntoOptions | ReadNewOptions = NOTHING): Promise<ReadResult<Uint8Array>> {
    const open = this.#open;
    const { offset, align } = options;
    open.checkOffset(offset, 'read');
    checkCallOptions(options, 'read', open.path);
    const data = this.#target(options);
    const { length } = data;
    if (align === undefined) open.checkAligned(offset, length, 'read');
    else checkChoice(align, ['auto'], 'read', 'align');
    if (length === 0) return { data, bytesRead: 0 };
    const call = open.begin('read');
    try {
      if (open.isAligned(offset, length) && offset + length <= open.length) {
        await open.connection.native.read(open.fd, offset, data, options);
      } else {
        const course = new Course(options, 'read', open.path);
        await open.checkEnd(offset, length, course);
        await readVector(open, [data], offset, length, course);
      }
      call.done(length);
      return { data, bytesRead: length };
    } catch (error) {
      throw call.failed(open.failure(error, 'read', options.signal));
    } finally {
      open.end();
    }
  }

  /**
   * Writes all of `data` from where it lies; it must not change until this settles (WriteChunk, curve-protocol.md §3.5).
   * A write that fails or is aborted may have been done in part, or be done yet; what this client writes to the same
   * blocks afterwards waits until no chunkserver can do it any more (for an answer at most `chunkserver.maxRPCTimeoutMS`),
   * so that it undoes nothing that was acknowledged later. Other clients do not wait.
   *
   * With `align: 'auto'` any range can be written: the blocks it begins and ends in are read first, and the result says
   * so. Writes of this client to those blocks take turns meanwhile; writes of other clients do not.
   */
  async write(data: Uint8Array, options: WriteOptions = NOTHING): Promise<WriteResult> {
    const open = this.#open;
    const { offset, align } = options;
    open.checkOffset(offset, 'write');
    checkCallOptions(options, 'write', open.path);
    checkBytes(data, 'write', 'data', open.path);
    const { length } = data;
    if (align === undefined) open.checkAligned(offset, length, 'write');
    else checkChoice(align, ['auto'], 'write', 'align');
    if (length === 0) return { bytesWritten: 0 };
    const call = open.begin('write');
    try {
      const isWhole = open.isAligned(offset, length);
      if (isWhole && open.turns.isFree && offset + length <= open.length) {
        const turn = open.turns.plain(offset, offset + length);
        try {
          await open.connection.native.write(open.fd, offset, data, options);
        } finally {
          open.turns.end(turn);
        }
        call.done(length);
        return { bytesWritten: length };
      }
      const course = new Course(options, 'write', open.path);
      await open.checkEnd(offset, length, course);
      const aligned = await writeVector(open, [data], offset, length, course);
      call.done(length);
      return aligned === undefined ? { bytesWritten: length } : { bytesWritten: length, aligned };
    } catch (error) {
      throw call.failed(open.failure(error, 'write', options.signal));
    } finally {
      open.end();
    }
  }

  /**
   * Reads one range into several pieces of memory, one after the other. Only their sum has to be whole blocks; small
   * pieces are read together.
   */
  async readv(buffers: readonly Uint8Array[], options: VectorOptions = NOTHING): Promise<ReadVectorResult> {
    const length = await this.#vector(buffers, options, 'readv', (memory, offset, total, course) =>
      readVector(this.#open, memory, offset, total, course),
    );
    return { bytesRead: length };
  }

  /** Writes several pieces of memory to one range, one after the other; as {@link readv} and {@link write}. */
  async writev(buffers: readonly Uint8Array[], options: VectorOptions = NOTHING): Promise<WriteResult> {
    let aligned: WriteResult['aligned'];
    const length = await this.#vector(buffers, options, 'writev', async (memory, offset, total, course) => {
      aligned = await writeVector(this.#open, memory, offset, total, course);
    });
    return aligned === undefined ? { bytesWritten: length } : { bytesWritten: length, aligned };
  }

  /**
   * Says that a range is not needed any more. Segments that were wholly discarded, and neither read nor written for
   * `discard.taskDelayMs`, are given back and then read as zeros; until then their bytes stay (curve-protocol.md §4.13).
   * Nothing is sent at once; ranges below `discard.granularity` are ignored, and all are where `discard.enable` is off.
   *
   * It is a hint of this client, whoever of it opened the volume: reads and writes by any {@link Volume} of it count. Other
   * clients hear of nothing. One that knows a segment from before writes to what is no longer there, until it opens the
   * volume anew; so discard where nobody else writes, or fence the others off first ({@link increaseEpoch}).
   *
   * A segment is given back by one call (DeAllocateSegment), which is not repeated. While its outcome is unknown, writes to
   * the segment wait: for the answer, or until the MDS shows that it is gone, at the longest half a minute, after which the
   * MDS takes the call no more.
   */
  async discard(options: DiscardOptions = NOTHING): Promise<void> {
    const open = this.#open;
    const { offset, length } = options;
    open.checkOffset(offset, 'discard');
    checkWhole(length, 'discard', 'length');
    const course = new Course(options, 'discard', open.path);
    await this.#during(
      'discard',
      options,
      async () => {
        await open.checkEnd(offset, length, course);
        await open.connection.native.discard(open.fd, offset, length, course.step());
      },
      length,
    );
  }

  /**
   * Which parts of a range are allocated now, in order and without gaps (GetOrAllocateSegment without allocating,
   * curve-protocol.md §4.7). What is not reads as zeros; of a clone that is not finished all counts as allocated.
   *
   * @example
   * ```ts
   * import { CurveClient } from '@curve-wcs/curve-sdk';
   *
   * await using curve = await CurveClient.connect('/etc/curve/client.conf', { user: 'alice' });
   * await using volume = await curve.open('/vol1');
   * for await (const { offset, length, allocated } of volume.extents()) console.log(offset, length, allocated);
   * ```
   */
  async *extents(options: ExtentOptions = {}): AsyncGenerator<Extent, void, undefined> {
    const open = this.#open;
    const { offset = 0, length = Math.max(0, open.length - offset) } = options;
    open.checkOffset(offset, 'extents');
    checkWhole(length, 'extents', 'length', 0);
    yield* this.#list('extents', options, async function* (course) {
      await open.checkEnd(offset, length, course);
      yield* extentsOf(open, offset, length, course);
    });
  }

  /**
   * The ranges that were written after a snapshot of the volume was made, in order, by the chunk, and all that are zeros
   * because nothing is stored of them (GetOrAllocateSegment without allocating, GetChunkInfo; curve-snapshot.md §3). What is
   * left out has not changed. A client that has not learnt of the snapshot yet writes as if it were not there.
   *
   * @param since - a {@link NativeSnapshot} of this volume, which may be gone by now, or its `seq`
   * @throws CurveError `STATUS_NOT_MATCH` of a clone that is not finished, whose content is elsewhere
   */
  async *changesSince(
    since: number | { readonly seq: number },
    options: ChangesOptions = {},
  ): AsyncGenerator<ChangedRange, void, undefined> {
    const open = this.#open;
    const seq = seqOf(since, 'changesSince');
    yield* this.#list('changesSince', options, async function* (course) {
      const { writtenSince } = await import('../native-snapshots/written-since.js');
      yield* writtenSince(open, seq, course);
    });
  }

  /** Does nothing, as in libcurve: a write that has resolved is on all replicas. */
  async flush(options?: CallOptions): Promise<void> {
    checkCallOptions(options, 'flush', this.path);
    await this.#during('flush', options, async () => {});
  }

  /**
   * Fences off the other clients that have the volume open (IncreaseFileEpoch and UpdateEpoch, curve-protocol.md
   * §4.11). All {@link Volume}s of it in this client go on, also while this is under way.
   *
   * - Writes that others begin after this has resolved fail with `EPOCH_TOO_OLD`. Their reads go on.
   * - Writes that a chunkserver had accepted before it heard of the epoch are still done, and acknowledged, shortly
   *   after this has resolved: as many as were under way. What is read in that moment may change once more.
   * - A client that opened the volume before its first epoch sends none, and nobody can fence it. So raise the epoch of
   *   a new volume once before it is shared, or whenever it is opened to write.
   * - A chunkserver that is down learns of the epoch from the MDS before it serves again.
   * - After a deadline the message says which chunkservers were not reached: there others may still write. The epoch may
   *   then have been raised, or be raised yet; call it again.
   *
   * @returns the new epoch
   *
   * @example
   * ```ts
   * import { CurveClient } from '@curve-wcs/curve-sdk';
   *
   * // Opened like this, this client can be fenced by the next that does the same.
   * await using curve = await CurveClient.connect('./client.conf', { user: 'alice' });
   * await using volume = await curve.open('/vol1');
   * await volume.increaseEpoch();
   * ```
   */
  async increaseEpoch(options?: CallOptions): Promise<bigint> {
    const { path, connection } = this.#open;
    checkCallOptions(options, 'increaseEpoch', path);
    return this.#during('increaseEpoch', options, () =>
      connection.native.increaseEpoch(path, connection.user, options),
    );
  }

  /** What the cluster knows of the volume now (GetFileInfo). */
  async stat(options?: CallOptions): Promise<FileInfo> {
    const course = new Course(options, 'stat', this.#open.path);
    return this.#during('stat', options, () => this.#open.refresh(course));
  }

  /**
   * Makes the volume larger (ExtendFile). The new range can be used at once, and reads as zeros.
   *
   * @param size - bytes; a multiple of the segment size, and no less than now: volumes do not shrink
   */
  async resize(size: number, options?: CallOptions): Promise<void> {
    const { path, info, length, connection } = this.#open;
    checkWhole(size, 'resize', 'size');
    checkCallOptions(options, 'resize', path);
    if (size < length) {
      throw invalid(
        'resize',
        'size',
        `at least ${length} bytes, what it has now, since volumes cannot shrink`,
        size,
        path,
      );
    }
    if (size % info.segmentSize !== 0) {
      throw invalid(
        'resize',
        'size',
        `a multiple of the segment size, ${info.segmentSize} bytes`,
        size,
        path,
      );
    }
    await this.#during('resize', options, async () => {
      await connection.native.extend(path, connection.user, size, options);
      this.#open.length = Math.max(this.#open.length, size);
    });
  }

  /**
   * The volume's bytes, or a range of them, as a stream: in order, read ahead, and no faster than they are taken. Fails
   * with a {@link CurveError}.
   *
   * @throws CurveError `INVALID_ARGUMENT` at once
   * @example
   * ```ts
   * import { createWriteStream } from 'node:fs';
   * import { pipeline } from 'node:stream/promises';
   * import { CurveClient } from '@curve-wcs/curve-sdk';
   *
   * await using curve = await CurveClient.connect('/etc/curve/client.conf', { user: 'alice' });
   * await using volume = await curve.open('/vol1');
   * await pipeline(volume.createReadStream({ end: 511 }), createWriteStream('first-sector'));
   * ```
   */
  createReadStream(options?: ReadStreamOptions): Readable & BytesRead {
    return new VolumeReadStream(this, options);
  }

  /**
   * A stream that writes to the volume from `start` on. What it gets is copied and gathered into requests. When it
   * finishes, all is in the volume; if it ends within a block, the rest of that block stays as it was. When it fails, what
   * is beyond `bytesWritten` may have been written in part.
   *
   * @throws CurveError `INVALID_ARGUMENT` at once
   */
  createWriteStream(options?: StreamOptions): Writable & BytesWritten {
    return new VolumeWriteStream(this, options);
  }

  /**
   * Copies an image into the volume. Zeros are left out where the volume has no segment yet, and so reads as zeros;
   * elsewhere they are written. An image that is known to be too large is refused before anything is written. If it ends
   * within a block, the rest of that block stays as it was.
   *
   * @param source - path of a file, bytes, or a stream from the image's first byte on
   * @throws CurveError `SOURCE_FAILED` it cannot be read, or changed meanwhile
   * @example
   * ```ts
   * import { CurveClient } from '@curve-wcs/curve-sdk';
   *
   * await using curve = await CurveClient.connect('/etc/curve/client.conf', { user: 'alice' });
   * await using volume = await curve.open('/vol1');
   * let safe = 0;
   * await volume.import('./disk.img', { start: safe, onProgress: progress => { safe = progress.safe; } });
   * ```
   */
  async import(source: ImageSource, options: ImportOptions = {}): Promise<ImageResult> {
    return this.#during('import', options, () => importImage(this.#open, source, options));
  }

  /**
   * Copies the volume, or a range of it, to a file or stream. What is not allocated is not read.
   *
   * A file appears under its name when it is whole and on the disk; before, it is `.NAME.curve-part` beside it, and zeros
   * are holes in it. After a failure that file stays if there is anything in it, and `start` goes on with it; the volume
   * must not have changed meanwhile. A stream gets the bytes from `start` on, and is ended, or destroyed on failure.
   *
   * @param target - path of a file, or a Node or web stream
   * @throws CurveError `TARGET_FAILED` it cannot be written, or another export to that path is under way
   */
  async export(
    target: string | Writable | WritableStream<Uint8Array>,
    options: ExportOptions = {},
  ): Promise<ImageResult> {
    return this.#during('export', options, () => exportImage(this.#open, target, options));
  }

  /**
   * Goes on with an NBD client's connection, on the Curve client's own thread.
   *
   * @internal for `@curve-wcs/curve-nbd`
   * @param take - takes the connection from whoever had it; undefined: it has gone
   */
  async serveNbd(take: () => NbdTerms | undefined): Promise<NbdLine | undefined> {
    const open = this.#open;
    open.begin('serveNbd').done();
    try {
      return await NbdLine.begin(open, take);
    } finally {
      open.end();
    }
  }

  /**
   * Closes the volume (CloseFile): waits for the calls under way, refuses others. May be repeated. After the deadline, or
   * when the signal is aborted, only this call gives up waiting.
   *
   * @throws CurveError if the cluster does not answer, or the volume is gone (`NOTEXIST`); it may be tried again
   */
  async close(options?: CallOptions): Promise<void> {
    await new Course(options, 'close', this.path).unlessOver(this.#open.close());
    this.#onClosed();
  }

  /** Calls {@link close}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Gives what a generator does, whose caller may take any time over each, never come back, or close the volume. */
  async *#list<T>(
    operation: string,
    options: CallOptions,
    items: (course: Course) => AsyncGenerator<T, void, undefined>,
  ): AsyncGenerator<T, void, undefined> {
    const open = this.#open;
    const course = new Course(options, operation, open.path);
    const call = open.begin(operation);
    let isAsking = true;
    try {
      for await (const item of items(course)) {
        open.end();
        isAsking = false;
        yield item;
        open.goOn(operation);
        isAsking = true;
      }
    } catch (error) {
      throw call.failed(error);
    } finally {
      call.done();
      if (isAsking) open.end();
    }
  }

  #target(options: ReadIntoOptions | ReadNewOptions): Uint8Array {
    const { buffer, length } = options;
    if (buffer === undefined) {
      checkWhole(length, 'read', 'length', 0, constants.MAX_LENGTH);
      return Buffer.allocUnsafeSlow(length);
    }
    checkBytes(buffer, 'read', 'buffer', this.#open.path);
    if (length !== undefined)
      throw invalid('read', 'length', "left out, it is the buffer's", length, this.path);
    return buffer;
  }

  async #vector(
    buffers: readonly Uint8Array[],
    options: VectorOptions,
    operation: string,
    work: (memory: readonly Uint8Array[], offset: number, length: number, course: Course) => Promise<void>,
  ): Promise<number> {
    const open = this.#open;
    const { offset, align } = options;
    open.checkOffset(offset, operation);
    if (!Array.isArray(buffers)) throw invalid(operation, 'buffers', 'an array', buffers, open.path);
    // The caller may use the array again at once; only the memory is lent.
    const memory = [...buffers];
    let length = 0;
    for (const buffer of memory) {
      checkBytes(buffer, operation, 'each of buffers', open.path);
      length += buffer.length;
    }
    if (align === undefined) open.checkAligned(offset, length, operation);
    else checkChoice(align, ['auto'], operation, 'align');
    const course = new Course(options, operation, open.path);
    if (length === 0) return 0;
    await this.#during(
      operation,
      options,
      async () => {
        await open.checkEnd(offset, length, course);
        await work(memory, offset, length, course);
      },
      length,
    );
    return length;
  }

  /** @param bytes - how many it is about */
  async #during<T>(
    operation: string,
    options: CallOptions | undefined,
    work: () => Promise<T>,
    bytes = 0,
  ): Promise<T> {
    const open = this.#open;
    const call = open.begin(operation);
    try {
      const result = await work();
      call.done(bytes);
      return result;
    } catch (error) {
      throw call.failed(open.failure(error, operation, options?.signal));
    } finally {
      open.end();
    }
  }
}

/** What JavaScript may leave out; the checks say what is missing. */
const NOTHING = {} as ReadNewOptions & DiscardOptions;
