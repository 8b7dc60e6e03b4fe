import { once } from 'node:events';
import { finished, type Writable } from 'node:stream';
import { Course } from '../call-options.js';
import { CurveError } from '../errors/curve-error.js';
import { inOrder } from '../flow/in-order.js';
import { readVector } from '../volume/vector.js';
import { type Export, type ExportPiece, exportPieces } from './export-pieces.js';
import { GRAIN } from './zeros.js';

/**
 * Writes an image to a stream, in order, and ends the stream. Not by `pipeline()`: it never settles when somebody else
 * ends the stream.
 */
export async function exportToStream(writable: Writable, work: Export): Promise<void> {
  const { course } = work;
  const { operation, path } = course;
  // Aborted when the stream fails or ends early, or this is over: what is being read for it is given up.
  const over = new AbortController();
  let isGiven = false;
  let targetFailure: CurveError | undefined;
  const taken = new Promise<void>((resolve, reject) => {
    over.signal.addEventListener('abort', () => reject(targetFailure));
    finished(writable, { readable: false }, error => {
      if (isGiven && !error) return resolve();
      const cause = error ?? new Error('it was ended');
      const message = `${operation} ${path}: cannot write to the stream: ${cause.message}`;
      targetFailure = new CurveError('TARGET_FAILED', message, { operation, path, cause });
      over.abort();
    });
  });
  // Its failure is seen once all is given.
  taken.catch(() => {});
  const reading = new Course({ ...course.step(), signal: over.signal }, operation, path);
  const write = async () => {
    for await (const chunk of chunksOf(work, reading)) {
      if (!writable.write(chunk)) await once(writable, 'drain', { signal: over.signal });
    }
    isGiven = true;
    writable.end();
    await taken;
  };
  const writing = write();
  try {
    await course.unlessOver(writing);
  } catch (error) {
    throw targetFailure ?? error;
  } finally {
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
    // New ones each time: the stream may change them, or give them to another thread.
    else for (let at = 0; at < length; at += GRAIN) yield Buffer.alloc(Math.min(GRAIN, length - at));
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
