import type { Course } from '../call-options.js';
import type { Connection } from '../client/connection.js';
import { ChunkService } from '../cluster/proto/chunks_pb.js';
import { ChunkLeaders, type ChunkPlace } from './chunk-leaders.js';

/** Segments that are remembered with their chunks' versions. */
const REMEMBERED = 64;
const READ_SNAPSHOT = 3;

/** The chunks of a segment, in order. */
export type SegmentChunks = readonly ChunkPlace[];

/** Finds a segment, by its number; undefined if it is not allocated. */
export type FindSegment = (index: number, course: Course) => Promise<SegmentChunks | undefined>;

/** A version of a chunk that can be read. */
export interface ChunkVersion {
  readonly place: ChunkPlace;
  readonly version: bigint;
}

interface Known {
  readonly chunks: SegmentChunks;
  readonly versions: Map<number, bigint | undefined>;
}

/** Which versions the chunks of a snapshot have, and what is in them (curve-snapshot.md §3 and §5). */
export class ChunkVersions {
  readonly #leaders: ChunkLeaders;
  readonly #findSegment: FindSegment;
  readonly #chunksPerSegment: number;
  /** The newest version that belongs to it. */
  readonly #latest: bigint;
  readonly #segments = new Map<number, Known | undefined>();
  /** Ends with the last of those who look one up. */
  #asking: Promise<void> = Promise.resolve();

  constructor(
    connection: Connection,
    {
      chunksPerSegment,
      latest,
      findSegment,
    }: { chunksPerSegment: number; latest: bigint; findSegment: FindSegment },
  ) {
    this.#leaders = new ChunkLeaders(connection);
    this.#chunksPerSegment = chunksPerSegment;
    this.#latest = latest;
    this.#findSegment = findSegment;
  }

  /** The version of a chunk, by its number in the volume; undefined if it has none, and so is zeros. */
  async of(chunkIndex: number, course: Course): Promise<ChunkVersion | undefined> {
    const segment = await this.#segment(Math.floor(chunkIndex / this.#chunksPerSegment), course);
    const place = segment?.chunks[chunkIndex % this.#chunksPerSegment];
    if (segment === undefined || place === undefined) return undefined;
    if (!segment.versions.has(chunkIndex)) segment.versions.set(chunkIndex, await this.#ask(place, course));
    const version = segment.versions.get(chunkIndex);
    return version === undefined ? undefined : { place, version };
  }

  /** Fills `target` from a chunk (ReadChunkSnapshot). */
  async read(
    { place, version }: ChunkVersion,
    offset: number,
    target: Uint8Array,
    course: Course,
  ): Promise<void> {
    const { logicalPoolId, copysetId, chunkId } = place;
    const { length } = target;
    const request = {
      ...{ opType: READ_SNAPSHOT, logicPoolId: logicalPoolId, copysetId, chunkId },
      ...{ offset, size: length, sn: version },
    };
    const { readChunkSnapshot } = ChunkService.method;
    const { attachment } = await this.#leaders.ask(course, place, readChunkSnapshot, request, length);
    target.set(attachment);
  }

  async #segment(index: number, course: Course): Promise<Known | undefined> {
    if (this.#segments.has(index)) return this.#segments.get(index);
    // One after the other: most want the same one, and an MDS does not take many such calls at a time.
    const before = this.#asking;
    let end = () => {};
    this.#asking = new Promise(resolve => {
      end = resolve;
    });
    try {
      await course.unlessOver(before);
      return this.#segments.has(index) ? this.#segments.get(index) : await this.#lookUp(index, course);
    } finally {
      void before.then(end);
    }
  }

  async #lookUp(index: number, course: Course): Promise<Known | undefined> {
    const chunks = await this.#findSegment(index, course);
    const known = chunks && { chunks, versions: new Map() };
    this.#segments.set(index, known);
    for (const oldest of this.#segments.keys()) {
      if (this.#segments.size <= REMEMBERED) break;
      this.#segments.delete(oldest);
    }
    return known;
  }

  async #ask(place: ChunkPlace, course: Course): Promise<bigint | undefined> {
    const { logicalPoolId, copysetId, chunkId } = place;
    const request = { logicPoolId: logicalPoolId, copysetId, chunkId };
    const { answer } = await this.#leaders.ask(course, place, ChunkService.method.getChunkInfo, request);
    // The one that is written to, and the one that is kept; what is newer was first written afterwards.
    const own = answer.chunkSn.filter(version => version <= this.#latest);
    return own.sort((one, another) => Number(another - one))[0];
  }
}
