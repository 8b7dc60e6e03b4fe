import { ServiceError } from '../http/service-error.js';
import type { OpenObject } from '../storage/object-store.js';
import type { Programs } from './programs.js';
import { runProgram } from './run-program.js';
import { withTemporaryCopy } from './temporary-copy.js';

/**
 * What `?op=avinfo` and `avinfo2` tell (section 2.12): the report of ffprobe.
 *
 * @throws ServiceError 501 when the machine lacks the program; 400 when it cannot read the object
 */
export async function mediaInfo(
  { record, read }: OpenObject,
  { key, programs: { ffprobe, folder } }: { key: string; programs: Programs },
): Promise<unknown> {
  const report = await withTemporaryCopy({ parent: folder, key, bytes: read(0, record.size) }, input =>
    runProgram(ffprobe, [
      ...['-v', 'error', '-protocol_whitelist', 'file', '-print_format', 'json'],
      ...['-show_format', '-show_streams', input],
    ]),
  );
  try {
    const { format, ...rest } = JSON.parse(report) as { format?: Record<string, unknown> };
    return { ...rest, format: { ...format, filename: key } };
  } catch (error) {
    throw new ServiceError(500, `${ffprobe} did not answer JSON`, { cause: error });
  }
}
