import type { Course } from '../call-options.js';
import type { OpenVolume } from '../volume/open-volume.js';
import { isAllocated, segmentsUnder } from '../volume/segment-allocation.js';

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
    for (const index of segmentsUnder(this.#volume, offset, length)) {
      const asking = this.#asked.get(index) ?? this.#ask(index, course);
      this.#asked.set(index, asking);
      waits.push(asking);
    }
    await Promise.all(waits);
  }

  /** Whether a range reads as zeros because nothing of it is allocated; only of ranges that were looked at. */
  isHole(offset: number, length: number): boolean {
    return segmentsUnder(this.#volume, offset, length).every(index => this.#holes.has(index));
  }

  /** Where the segment of this byte ends. */
  endOfSegment(offset: number): number {
    const { segmentSize } = this.#volume.info;
    return offset - (offset % segmentSize) + segmentSize;
  }

  async #ask(index: number, course: Course): Promise<void> {
    if (!(await isAllocated(this.#volume, index, course))) this.#holes.add(index);
  }
}
