import type { Readable } from 'node:stream';
import { type CallOptions, Course } from '../call-options.js';
import { checkBytes, checkChoice, checkWhole, invalid } from '../checks.js';
import type { Connection } from '../client/connection.js';
import type { Stripe } from '../client/file-info.js';
import { spread } from '../flow/spread.js';
import { pauseOf } from '../snapshots/pause.js';
import type { RangeOptions, ReadResult } from '../volume/options.js';
import { VolumeReadStream } from '../volume/read-stream.js';
import type { BytesRead, ReadStreamOptions } from '../volume/stream-options.js';
import type { ChunkVersions } from './chunk-versions.js';
import { type ChunkRange, chunkRanges } from './geometry.js';
import type { SnapshotRecord } from './mds-calls.js';
import { type ChangedRange, type ChangesOptions, seqOf } from './since.js';

/** Bytes of one request to a chunkserver. */
const REQUEST = 2 ** 20;
/** Requests of one read under way at a time. */
const AT_A_TIME = 8;
/** Milliseconds between two looks at whether a snapshot is gone: at first and at most. */
const [FIRST_LOOK, LAST_LOOK] = [20, 1000];

/**
 * What a volume was at one moment, as long as the MDS keeps it (curve-snapshot.md §5): made and found by
 * {@link NativeSnapshots}. The volume goes on meanwhile; it can be read, written and extended, but not removed, renamed or
 * snapshot once more, and nothing of it is given back.
 *
 * @example
 * ```ts
 * import { CurveClient } from '@curve-wcs/curve-sdk';
 *
 * await using curve = await CurveClient.connect('/etc/curve/client.conf', { user: 'alice' });
 * await using snapshot = await curve.nativeSnapshots.create('/vol1');
 * const { data } = await snapshot.read({ offset: 0, length: 4096 });
 * for await (const { offset, length, zeros } of snapshot.changesSince(0)) console.log(offset, length, zeros);
 * ```
 */
export class NativeSnapshot implements AsyncDisposable {
  readonly #connection: Connection;
  readonly #record: SnapshotRecord;
  #versions: ChunkVersions | undefined;

  /** @internal */
  constructor(connection: Connection, record: SnapshotRecord) {
    this.#connection = connection;
    this.#record = record;
  }

  /** Path of the volume. */
  get path(): string {
    return this.#record.path;
  }

  /** Its inode id. */
  get id(): bigint {
    return this.#record.id;
  }

  /** Inode id of the volume. */
  get volumeId(): bigint {
    return this.#record.volumeId;
  }

  /** Number of the version of the volume that it is; each later snapshot of the volume has a greater one. */
  get seq(): number {
    return this.#record.seq;
  }

  /** When it was made, by the cluster's clock. */
  get createdAt(): Date {
    return this.#record.createdAt;
  }

  /** Bytes that the volume had. */
  get length(): number {
    return this.#record.geometry.length;
  }

  /** Bytes that offsets and lengths of reads are multiples of. */
  get blockSize(): number {
    return this.#record.geometry.blockSize;
  }

  /** Bytes of a chunk. */
  get chunkSize(): number {
    return this.#record.geometry.chunkSize;
  }

  /** Bytes of a segment, the unit of allocation. */
  get segmentSize(): number {
    return this.#record.geometry.segmentSize;
  }

  /** How the volume is striped, if it is. */
  get stripe(): Stripe | undefined {
    return this.#record.geometry.stripe;
  }

  /**
   * Reads exactly `length` bytes into new memory, or as many as `buffer` has. What was not written then is zeros
   * (GetSnapShotFileSegment, GetChunkInfo, ReadChunkSnapshot). It goes on for as long as it takes, as reads of volumes do.
   *
   * @throws CurveError `NOTEXIST` if the snapshot is gone
   */
  read<T extends Uint8Array>(
    options: RangeOptions & { readonly buffer: T; readonly length?: undefined },
  ): Promise<ReadResult<T>>;
  read(
    options: RangeOptions & { readonly length: number; readonly buffer?: undefined },
  ): Promise<ReadResult<Buffer>>;
  async read(
    options: RangeOptions & {
      readonly buffer?: Uint8Array | undefined;
      readonly length?: number | undefined;
    },
  ): Promise<ReadResult<Uint8Array>> {
    const operation = 'nativeSnapshot.read';
    const { path, blockSize } = this;
    const { offset, align, buffer, length: wanted } = options ?? {};
    checkWhole(offset, operation, 'offset');
    if (buffer === undefined) checkWhole(wanted, operation, 'length');
    else checkBytes(buffer, operation, 'buffer', path);
    if (align !== undefined) checkChoice(align, ['auto'], operation, 'align');
    const length = buffer?.length ?? (wanted as number);
    if (align === undefined && (offset % blockSize !== 0 || length % blockSize !== 0))
      throw invalid(
        operation,
        'offset and length',
        `multiples of ${blockSize}`,
        `${offset} and ${length}`,
        path,
      );
    if (offset + length > this.length)
      throw invalid(
        operation,
        'the range',
        `within its ${this.length} bytes`,
        `${offset} to ${offset + length}`,
        path,
      );
    const data = buffer ?? Buffer.allocUnsafeSlow(length);
    if (length === 0) return { data, bytesRead: 0 };
    return this.#connection.steps(operation, path, options, async course => {
      // Whole blocks, of which those who want less get what they want.
      const before = offset % blockSize;
      const whole = Math.ceil((before + length) / blockSize) * blockSize;
      const memory = whole === length ? data : Buffer.allocUnsafeSlow(whole);
      await this.#fill(memory, offset - before, course);
      if (memory !== data) data.set(memory.subarray(before, before + length));
      return { data, bytesRead: length };
    });
  }

  /** All of it in order, or a part. */
  createReadStream(options: ReadStreamOptions = {}): Readable & BytesRead {
    return new VolumeReadStream(this, options);
  }

  /**
   * The ranges whose content may be another than in an earlier snapshot of the same volume, in order, by the chunk, and all
   * that are zeros because nothing is stored of them. What is left out has not changed.
   *
   * @param since - the earlier one, or its {@link seq}; 0 gives all that has content
   */
  async *changesSince(
    since: number | { readonly seq: number },
    options?: ChangesOptions,
  ): AsyncGenerator<ChangedRange, void, undefined> {
    const operation = 'nativeSnapshot.changesSince';
    const seq = seqOf(since, operation);
    const course = new Course(options, operation, this.path);
    const { changesSince } = await import('./mds-calls.js');
    yield* changesSince(this.#record.geometry, await this.#chunks(), seq, course);
  }

  /** Lets the MDS remove it, and waits until that is done (DeleteSnapShot, CheckSnapShotStatus). May be repeated. */
  async delete(options?: CallOptions): Promise<void> {
    await this.#connection.steps('nativeSnapshot.delete', this.path, options, async course => {
      const { beginDeletion, isThere } = await import('./mds-calls.js');
      await beginDeletion(this.#connection, course, this.#record);
      let look = FIRST_LOOK;
      while (await isThere(this.#connection, course, this.#record)) {
        await pauseOf(course, look);
        look = Math.min(2 * look, LAST_LOOK);
      }
    });
  }

  /** {@link delete}, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.delete();
  }

  async #fill(memory: Uint8Array, offset: number, course: Course): Promise<void> {
    const versions = await this.#chunks();
    const { geometry } = this.#record;
    const pieces = async function* () {
      yield* chunkRanges(geometry, offset, memory.length, REQUEST);
    };
    const read = async (piece: ChunkRange, part: Course) => {
      const target = memory.subarray(piece.start, piece.start + piece.length);
      const version = await versions.of(piece.chunkIndex, part);
      if (version === undefined) target.fill(0);
      else await versions.read(version, piece.offset, target, part);
    };
    await spread(course, Math.min(AT_A_TIME, Math.ceil(memory.length / REQUEST)), pieces, read);
  }

  async #chunks(): Promise<ChunkVersions> {
    if (this.#versions !== undefined) return this.#versions;
    const { ChunkVersions, findSegment } = await import('./mds-calls.js');
    const { seq, geometry } = this.#record;
    this.#versions ??= new ChunkVersions(this.#connection, {
      chunksPerSegment: geometry.segmentSize / geometry.chunkSize,
      latest: BigInt(seq),
      findSegment: (index, course) => findSegment(this.#connection, course, this.#record, index),
    });
    return this.#versions;
  }
}
