import { readFile } from 'node:fs/promises';
import { WcsEmulatorError } from '../errors.js';
import type { WcsEmulatorOptions } from '../options.js';

/** What a data file may hold: options that are lists. */
type DataOptions = Pick<WcsEmulatorOptions, 'detections' | 'liveRecordings'>;

const members: readonly string[] = ['detections', 'liveRecordings'] satisfies (keyof DataOptions)[];

/**
 * Reads the file of `--load`: a JSON object with the lists `detections` and `liveRecordings`, or one of them.
 *
 * @throws WcsEmulatorError `INVALID_OPTION` when it cannot be read, or is something else
 */
export async function readDataFile(file: string): Promise<DataOptions> {
  const data = await parse(file);
  const wrong = Object.entries(data).find(
    ([name, value]) => !members.includes(name) || !Array.isArray(value),
  );
  if (wrong) {
    throw new WcsEmulatorError(
      'INVALID_OPTION',
      `${file}: ${wrong[0]} is not a list of ${members.join(' or ')}`,
    );
  }
  return data;
}

async function parse(file: string): Promise<object> {
  try {
    const data: unknown = JSON.parse(await readFile(file, 'utf8'));
    if (typeof data === 'object' && data !== null && !Array.isArray(data)) return data;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new WcsEmulatorError('INVALID_OPTION', `cannot load ${file}: ${reason}`, { cause: error });
  }
  throw new WcsEmulatorError('INVALID_OPTION', `${file} is not a JSON object`);
}
