import { Writable } from 'node:stream';
import { Course } from '../call-options.js';
import { checkWhole, invalid } from '../checks.js';
import type { OpenVolume } from '../volume/open-volume.js';
import type { Export } from './export-pieces.js';
import { exportToFile } from './export-to-file.js';
import { exportToStream } from './export-to-stream.js';
import { type CheckedImageOptions, checkImageOptions } from './image-options.js';
import type { ExportOptions, ImageResult } from './options.js';
import { ImageMeter } from './progress.js';

const OPERATION = 'export';

/** Copies a range of a volume to a file or stream. What is not allocated is not read. */
export async function exportImage(
  volume: OpenVolume,
  target: unknown,
  options: ExportOptions,
): Promise<ImageResult> {
  const checked = checkImageOptions(options, OPERATION, volume);
  if (options.length !== undefined) checkWhole(options.length, OPERATION, 'length');
  if (typeof target === 'string') {
    return exportRange(volume, options, checked, work => exportToFile(target, work));
  }
  const writable = writableOf(target, volume.path);
  // The promise tells of its failure, also of one that comes before there is anything to write.
  writable.on('error', () => {});
  try {
    return await exportRange(volume, options, checked, work => exportToStream(writable, work));
  } catch (error) {
    writable.destroy();
    throw error;
  }
}

async function exportRange(
  volume: OpenVolume,
  options: ExportOptions,
  checked: CheckedImageOptions,
  write: (work: Export) => Promise<void>,
): Promise<ImageResult> {
  const { offset, start } = checked;
  const course = new Course(options, OPERATION, volume.path);
  if (options.length === undefined) await volume.refresh(course);
  const length = options.length ?? Math.max(0, volume.length - offset);
  await volume.checkEnd(offset, length, course);
  if (start > length) {
    throw invalid(OPERATION, 'start', `within the image of ${length} bytes`, start, volume.path);
  }
  const meter = new ImageMeter(options.onProgress, { start, total: length });
  try {
    await write({ ...checked, volume, length, course, meter });
  } finally {
    meter.tell();
  }
  return meter.result;
}

function writableOf(target: unknown, path: string): Writable {
  if (target instanceof Writable) return target;
  if (!(target instanceof WritableStream)) {
    throw invalid(OPERATION, 'target', 'the path of a file or a stream', target, path);
  }
  if (target.locked) throw invalid(OPERATION, 'target', 'a stream that nobody else has locked', target, path);
  return Writable.fromWeb(target as never);
}
