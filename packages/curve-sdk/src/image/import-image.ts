import { Course } from '../call-options.js';
import { CurveError } from '../errors/curve-error.js';
import { spread } from '../flow/spread.js';
import type { OpenVolume } from '../volume/open-volume.js';
import { writeVector } from '../volume/vector.js';
import { Allocation } from './allocation.js';
import { type CheckedImageOptions, checkImageOptions } from './image-options.js';
import { type OpenImage, openImage } from './image-source.js';
import type { ImageResult, ImportOptions } from './options.js';
import { ImageMeter } from './progress.js';
import { stretchesToStore } from './zeros.js';

/** A part of an image, read and to be written. */
interface Piece {
  /** Bytes from the image's beginning. */
  readonly start: number;
  readonly data: Buffer;
}

const OPERATION = 'import';

/**
 * Writes an image to a volume: its pieces are read one after the other, and written several at a time. Zeros are left
 * out where the volume had no segment, since there it reads as zeros; elsewhere they are written.
 */
export async function importImage(
  volume: OpenVolume,
  source: unknown,
  options: ImportOptions,
): Promise<ImageResult> {
  const checked = checkImageOptions(options, OPERATION, volume);
  const course = new Course(options, OPERATION, volume.path);
  const image = await openImage(source, OPERATION);
  try {
    const { start, offset } = checked;
    if (image.size !== undefined) await checkFit(volume, offset, start, image.size, course);
    const meter = new ImageMeter(options.onProgress, { start, total: image.size });
    try {
      await course.unlessOver(image.skip(start));
      await writeImage(volume, image, checked, course, meter);
      await image.checkUnchanged();
    } finally {
      meter.tell();
    }
    return meter.result;
  } finally {
    await image.close();
  }
}

async function writeImage(
  volume: OpenVolume,
  image: OpenImage,
  { offset, start, sparse, chunkSize, concurrency }: CheckedImageOptions,
  course: Course,
  meter: ImageMeter,
): Promise<void> {
  const allocation = new Allocation(volume);
  const free: Buffer[] = [];
  const pieces = async function* (part: Course): AsyncGenerator<Piece, void, undefined> {
    for (let at = start; ; ) {
      // Cut where requests end, so that only the first and the last are not aligned.
      const length = chunkSize - ((offset + at) % chunkSize);
      const memory = free.pop() ?? Buffer.allocUnsafeSlow(chunkSize);
      const filled = await part.unlessOver(image.fill(memory.subarray(0, length)));
      // A stream may turn out to be too long.
      await checkFit(volume, offset, at, at + filled, part);
      if (filled > 0) yield { start: at, data: memory.subarray(0, filled) };
      if (filled < length) return;
      at += filled;
    }
  };
  await spread(course, concurrency, pieces, async (piece, part) => {
    const position = offset + piece.start;
    const { data } = piece;
    // Before anything is written there: afterwards the segment would count as allocated.
    if (sparse) await allocation.look(position, data.length, part);
    const spare = (from: number, to: number) => sparse && allocation.isHole(position + from, to - from);
    let written = 0;
    for (const { start: from, end: to } of stretchesToStore(data, position, spare)) {
      await writeVector(volume, [data.subarray(from, to)], position + from, to - from, part);
      written += to - from;
    }
    meter.done(piece.start, data.length, written);
    free.push(Buffer.from(data.buffer));
  });
}

async function checkFit(
  volume: OpenVolume,
  offset: number,
  start: number,
  size: number,
  course: Course,
): Promise<void> {
  const { path } = volume;
  const refused = (message: string) =>
    new CurveError('INVALID_ARGUMENT', `${OPERATION} ${path}: ${message}`, { operation: OPERATION, path });
  if (start > size) throw refused(`start must be within the image of ${size} bytes; got ${start}`);
  if (offset + size > volume.length) await volume.refresh(course);
  if (offset + size > volume.length) {
    throw refused(`an image of at least ${size} bytes at ${offset} does not fit into ${volume.length} bytes`);
  }
}
