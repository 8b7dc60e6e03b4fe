import type { Course } from '../call-options.js';
import type { OpenVolume } from '../volume/open-volume.js';

/** Which segments of a volume were allocated when they were first asked about. */
export class Allocation {
  readonly #volume: OpenVolume;
  readonly #asked = new Map<number, Promise<void>>();
  readonly #holes = new Set<number>();

  constructor(volume: OpenVolume) {
    this.#volume = volume;
  }

  /** Asks about the segments that a range is in, if that was not done before. */
  async look(offset: number, length: number, course: Course): Promise<void> {
    // What an unfinished clone lacks is read from its source.
    if (this.#volume.info.status === 'cloneMetaInstalled') return;
    const waits: Promise<void>[] = [];
    for (const index of this.#segmentsUnder(offset, length)) {
      const asking = this.#asked.get(index) ?? this.#ask(index, course);
      this.#asked.set(index, asking);
      waits.push(asking);
    }
    await Promise.all(waits);
  }

  /** Whether a range reads as zeros because nothing of it is allocated; only of ranges that were looked at. */
  isHole(offset: number, length: number): boolean {
    return this.#segmentsUnder(offset, length).every(index => this.#holes.has(index));
  }

  /** Where the segment of this byte ends. */
  endOfSegment(offset: number): number {
    const { segmentSize } = this.#volume.info;
    return offset - (offset % segmentSize) + segmentSize;
  }

  async #ask(index: number, course: Course): Promise<void> {
    const { connection, path, info } = this.#volume;
    const segment = await connection.ask(course, (native, user) =>
      native.segment(path, user, index * info.segmentSize, course.step()),
    );
    if (segment === undefined) this.#holes.add(index);
  }

  /** Striped, a range goes over all chunks of its stripes. */
  #segmentsUnder(offset: number, length: number): number[] {
    const { chunkSize, segmentSize, stripe } = this.#volume.info;
    const group = chunkSize * (stripe?.count ?? 1);
    const first = Math.floor((offset - (offset % group)) / segmentSize);
    const end = Math.ceil((offset + length) / group) * group;
    const last = Math.ceil(end / segmentSize) - 1;
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  }
}
