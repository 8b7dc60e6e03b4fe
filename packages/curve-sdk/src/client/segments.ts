import type { NativeChunkserver, NativeClient, NativeUser } from '@curve-wcs/curve-native';
import { type CallOptions, Course } from '../call-options.js';
import { inOrder } from '../flow/in-order.js';
import type { Connection } from './connection.js';

/** A segment of a volume: what space is allocated by (curve-protocol.md §4.7). */
export interface Segment {
  /** Its number, from 0. */
  readonly index: number;
  /** Bytes from the volume's beginning. */
  readonly offset: number;
  /** Bytes. */
  readonly length: number;
  /** Whether it has space; one that has none reads as zeros. */
  readonly allocated: boolean;
  /** Its chunks in order; none if it is not allocated. */
  readonly chunks: readonly Chunk[];
}

/** A chunk: the unit of placement. */
export interface Chunk {
  /** Its number in the volume, from 0. */
  readonly index: number;
  /** Its id, unique in the cluster. */
  readonly chunkId: bigint;
  /** The copyset that holds it. */
  readonly copysetId: number;
  /** The logical pool of that copyset. */
  readonly logicalPoolId: number;
  /** Who has its replicas. */
  readonly chunkservers: readonly Chunkserver[];
}

/** A chunkserver. */
export interface Chunkserver {
  /** Its id. */
  readonly id: number;
  /** Where it is reached by clients, as `ip:port`. */
  readonly address: string;
}

/** What the walk over a volume's segments needs to know of it. */
export interface SegmentedVolume {
  readonly path: string;
  readonly length: number;
  readonly segmentSize: number;
}

/** Calls to the MDS under way at a time. */
const AHEAD = 8;

/** Asks for every segment of a volume, in order (GetOrAllocateSegment, GetChunkServerListInCopySets). */
export async function* segmentsOf(
  connection: Connection,
  { path, length, segmentSize }: SegmentedVolume,
  options: CallOptions | undefined,
): AsyncGenerator<Segment, void, undefined> {
  const course = new Course(options, 'segments', path);
  const lookup = new SegmentLookup(connection, path, segmentSize);
  const indices = function* () {
    for (let index = 0; index * segmentSize < length; index++) yield index;
  };
  yield* inOrder(course, AHEAD, indices, (index, part) => lookup.find(index, part));
}

/** Asks for single segments, and for each copyset's members once. */
class SegmentLookup {
  readonly #connection: Connection;
  readonly #path: string;
  readonly #segmentSize: number;
  readonly #members = new Map<string, readonly Chunkserver[]>();

  constructor(connection: Connection, path: string, segmentSize: number) {
    this.#connection = connection;
    this.#path = path;
    this.#segmentSize = segmentSize;
  }

  async find(index: number, course: Course): Promise<Segment> {
    const [path, length, offset] = [this.#path, this.#segmentSize, index * this.#segmentSize];
    const found = await this.#ask(course, (native, user, options) =>
      native.segment(path, user, offset, options),
    );
    if (found === undefined) return { index, offset, length, allocated: false, chunks: [] };
    const { logicalPoolId, chunks, chunkSize } = found;
    const members = await this.#membersOf(
      logicalPoolId,
      chunks.map(({ copysetId }) => copysetId),
      course,
    );
    const first = offset / chunkSize;
    return {
      index,
      offset,
      length,
      allocated: true,
      chunks: chunks.map(({ chunkId, copysetId }, position) => ({
        index: first + position,
        chunkId,
        copysetId,
        logicalPoolId,
        chunkservers: members.get(copysetId) ?? [],
      })),
    };
  }

  #ask<T>(
    course: Course,
    work: (native: NativeClient, user: NativeUser, options: CallOptions) => Promise<T>,
  ): Promise<T> {
    const options = course.step();
    return this.#connection.call(course.operation, course.path, options, (native, user) =>
      work(native, user, options),
    );
  }

  async #membersOf(
    pool: number,
    copysetIds: readonly number[],
    course: Course,
  ): Promise<Map<number, readonly Chunkserver[]>> {
    const ids = [...new Set(copysetIds)];
    const unknown = ids.filter(id => !this.#members.has(`${pool}/${id}`));
    if (unknown.length > 0) {
      const copysets = await this.#ask(course, (native, _, options) =>
        native.copysetServers(pool, unknown, options),
      );
      for (const { copysetId, chunkservers } of copysets) {
        this.#members.set(`${pool}/${copysetId}`, chunkservers.map(addressed));
      }
    }
    return new Map(ids.map(id => [id, this.#members.get(`${pool}/${id}`) ?? []]));
  }
}

function addressed({ id, ip, port, externalIp }: NativeChunkserver): Chunkserver {
  return { id, address: `${externalIp || ip}:${port}` };
}
