import type { Course } from '../call-options.js';
import { spread } from '../flow/spread.js';
import { readVector } from '../volume/vector.js';
import { type Export, type ExportPiece, exportPieces } from './export-pieces.js';
import { ImageFile } from './image-file.js';
import { stretchesToStore, zerosOf } from './zeros.js';

/** Writes an image to a file beside the target, which takes the target's name when it is whole. */
export async function exportToFile(path: string, work: Export): Promise<void> {
  const { start, length, course, meter, concurrency } = work;
  const file = await ImageFile.open(path, { start, length });
  try {
    const free: Buffer[] = [];
    await spread(
      course,
      concurrency,
      part => exportPieces(work, part),
      async (piece, part) => {
        const written = piece.isHole
          ? await writeHole(file, piece, work.sparse, part)
          : await copy(file, piece, { ...work, course: part }, free);
        meter.done(piece.start, piece.length, written);
      },
    );
    await file.publish();
  } catch (error) {
    await file.abandon({ worthless: meter.safe === 0 });
    throw error;
  }
}

/** The file was made of zeros, so there is nothing to do unless they shall take up space. */
async function writeHole(
  file: ImageFile,
  { start, length }: ExportPiece,
  sparse: boolean,
  course: Course,
): Promise<number> {
  if (sparse) return 0;
  for (let at = 0; at < length; ) {
    course.step();
    const zeros = zerosOf(length - at);
    await file.write(zeros, start + at);
    at += zeros.length;
  }
  return length;
}

async function copy(
  file: ImageFile,
  { start, length }: ExportPiece,
  { volume, offset, sparse, chunkSize, course }: Export,
  free: Buffer[],
): Promise<number> {
  const memory = free.pop() ?? Buffer.allocUnsafeSlow(chunkSize);
  const data = memory.subarray(0, length);
  await readVector(volume, [data], offset + start, length, course);
  let written = 0;
  for (const stretch of stretchesToStore(data, start, () => sparse)) {
    await file.write(data.subarray(stretch.start, stretch.end), start + stretch.start);
    written += stretch.end - stretch.start;
  }
  free.push(memory);
  return written;
}
