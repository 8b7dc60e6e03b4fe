import type { Course } from '../call-options.js';
import type { OpenVolume } from '../volume/open-volume.js';
import { Allocation } from './allocation.js';
import type { CheckedImageOptions } from './image-options.js';
import type { ImageMeter } from './progress.js';

/** What is exported, and how. */
export interface Export extends CheckedImageOptions {
  readonly volume: OpenVolume;
  /** Bytes of the image. */
  readonly length: number;
  readonly course: Course;
  readonly meter: ImageMeter;
}

/** A part of an image, to be read or known to be zeros. */
export interface ExportPiece {
  /** Bytes from the image's beginning. */
  readonly start: number;
  readonly length: number;
  /** Nothing of it is allocated. */
  readonly isHole: boolean;
}

/** The pieces of an image in order; what is not allocated comes by the segment. */
export async function* exportPieces(
  { volume, offset, start: from, length, chunkSize }: Export,
  course: Course,
): AsyncGenerator<ExportPiece, void, undefined> {
  const allocation = new Allocation(volume);
  for (let start = from; start < length; ) {
    const position = offset + start;
    const rest = length - start;
    const segment = Math.min(allocation.endOfSegment(position) - position, rest);
    await allocation.look(position, segment, course);
    const isHole = allocation.isHole(position, segment);
    // Cut where requests end, so that only the first and the last are not aligned.
    const piece = isHole ? segment : Math.min(chunkSize - (position % chunkSize), rest);
    yield { start, length: piece, isHole };
    start += piece;
  }
}
