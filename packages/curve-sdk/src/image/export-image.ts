import { Course } from '../call-options.js';
import { checkWhole, invalid } from '../checks.js';
import type { OpenVolume } from '../volume/open-volume.js';
import type { Export } from './export-pieces.js';
import { exportToFile } from './export-to-file.js';
import { exportToStream } from './export-to-stream.js';
import { checkImageOptions } from './image-options.js';
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
  const { offset, start } = checked;
  if (options.length !== undefined) checkWhole(options.length, OPERATION, 'length');
  const course = new Course(options, OPERATION, volume.path);
  if (options.length === undefined) await volume.refresh(course);
  const length = options.length ?? Math.max(0, volume.length - offset);
  await volume.checkEnd(offset, length, course);
  if (start > length) {
    throw invalid(OPERATION, 'start', `within the image of ${length} bytes`, start, volume.path);
  }
  const meter = new ImageMeter(options.onProgress, { start, total: length });
  const work: Export = { ...checked, volume, length, course, meter };
  try {
    await (typeof target === 'string' ? exportToFile(target, work) : exportToStream(target, work));
  } finally {
    meter.tell();
  }
  return meter.result;
}
