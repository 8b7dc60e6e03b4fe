import { finished, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Course } from '../call-options.js';
import { CurveError } from '../errors/curve-error.js';
import { inOrder } from '../flow/in-order.js';
import { readVector } from '../volume/vector.js';
import { type Export, type ExportPiece, exportPieces } from './export-pieces.js';
import { zerosOf } from './zeros.js';

/** Writes an image to a stream, in order, and ends the stream; destroys it when anything fails. */
export async function exportToStream(writable: Writable, work: Export): Promise<void> {
  const { course } = work;
  // A stream that has ended early wants no more: what is being read for it is given up.
  const over = new AbortController();
  let targetFailure: unknown;
  const forget = finished(writable, { readable: false }, error => {
    targetFailure = error;
    if (error) over.abort();
  });
  const { operation, path } = course;
  const reading = new Course({ ...course.step(), signal: over.signal }, operation, path);
  const writing = pipeline(chunksOf(work, reading), writable, { signal: over.signal });
  try {
    await course.unlessOver(writing);
  } catch (error) {
    const aborted = error instanceof CurveError && error.code === 'CANCELED';
    if (error instanceof CurveError && (!aborted || course.signal?.aborted)) throw error;
    const cause = targetFailure ?? error;
    const message = `${operation} ${path}: cannot write to the stream: ${(cause as Error).message}`;
    throw new CurveError('TARGET_FAILED', message, { operation, path, cause });
  } finally {
    forget();
    over.abort();
    await writing.catch(() => {});
  }
}

async function* chunksOf(work: Export, course: Course): AsyncGenerator<Buffer, void, undefined> {
  const { meter, concurrency } = work;
  const pieces = inOrder(
    course,
    concurrency,
    part => exportPieces(work, part),
    async (piece, part) => [piece, await read(work, piece, part)] as const,
  );
  for await (const [{ start, length }, data] of pieces) {
    if (data !== undefined) yield data;
    else for (let at = 0; at < length; at += zerosOf(length - at).length) yield zerosOf(length - at);
    meter.done(start, length, length);
  }
}

/** The bytes of a piece; of a hole none are kept. */
async function read(
  { volume, offset }: Export,
  { start, length, isHole }: ExportPiece,
  course: Course,
): Promise<Buffer | undefined> {
  if (isHole) return undefined;
  const data = Buffer.allocUnsafeSlow(length);
  await readVector(volume, [data], offset + start, length, course);
  return data;
}
