import type { CallOptions, Course } from '../call-options.js';
import { inOrder } from '../flow/in-order.js';
import type { OpenVolume } from './open-volume.js';
import { isAllocated, segmentsUnder } from './segment-allocation.js';

/** A range of a volume that is allocated throughout, or not at all. */
export interface Extent {
  /** Bytes from the volume's beginning. */
  readonly offset: number;
  /** Bytes. */
  readonly length: number;
  /** Whether it may have content; what is not allocated reads as zeros. */
  readonly allocated: boolean;
}

/** Options of {@link Volume.extents}. */
export interface ExtentOptions extends CallOptions {
  /**
   * Bytes from the volume's beginning.
   *
   * @default 0
   */
  readonly offset?: number | undefined;
  /**
   * Bytes.
   *
   * @default all to the volume's end
   */
  readonly length?: number | undefined;
}

/** Calls to the MDS under way at a time. */
const AHEAD = 8;

/** Asks what a range consists of, in order. Neighbours may be alike. */
export async function* extentsOf(
  volume: OpenVolume,
  offset: number,
  length: number,
  course: Course,
): AsyncGenerator<Extent, void, undefined> {
  // What an unfinished clone lacks is read from its source.
  if (volume.info.status === 'cloneMetaInstalled') {
    if (length > 0) yield { offset, length, allocated: true };
    return;
  }
  const pieces = () => piecesOf(volume, offset, offset + length);
  yield* inOrder(course, AHEAD, pieces, async (piece, part) => {
    const segments = segmentsUnder(volume, piece.offset, piece.length);
    const answers = await Promise.all(segments.map(index => isAllocated(volume, index, part)));
    return { ...piece, allocated: answers.includes(true) };
  });
}

/**
 * Cuts a range where segments begin. Striped, a range goes over all chunks of its stripes, so those around the border of
 * two segments are pieces of their own, in both.
 */
function* piecesOf({ info }: OpenVolume, start: number, end: number) {
  const { chunkSize, segmentSize, stripe } = info;
  const stripes = chunkSize * (stripe?.count ?? 1);
  for (let offset = start; offset < end; ) {
    const group = offset - (offset % stripes);
    const border = group - (group % segmentSize) + segmentSize;
    // Up to the stripes that the border is in; or those alone, if that is where we are.
    const next = border - (border % stripes) > group ? border - (border % stripes) : group + stripes;
    const length = Math.min(next, end) - offset;
    yield { offset, length };
    offset += length;
  }
}
