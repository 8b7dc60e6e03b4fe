import type { Course } from '../call-options.js';
import type { OpenVolume } from './open-volume.js';

/** The segments that a range's bytes are in. Striped, a range goes over all chunks of its stripes. */
export function segmentsUnder({ info }: OpenVolume, offset: number, length: number): number[] {
  const { chunkSize, segmentSize, stripe } = info;
  const group = chunkSize * (stripe?.count ?? 1);
  const first = Math.floor((offset - (offset % group)) / segmentSize);
  const last = Math.ceil((Math.ceil((offset + length) / group) * group) / segmentSize) - 1;
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

/** Asks whether a segment has space (GetOrAllocateSegment without allocating). */
export async function isAllocated(
  { connection, path, info }: OpenVolume,
  index: number,
  course: Course,
): Promise<boolean> {
  const segment = await connection.ask(course, (native, user) =>
    native.segment(path, user, index * info.segmentSize, course.step()),
  );
  return segment !== undefined;
}
