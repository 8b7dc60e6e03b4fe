import type { ArchiveSource } from '../archive/archive-file.js';
import { ServiceError } from '../http/service-error.js';
import type { Programs } from './programs.js';
import { runProgram } from './run-program.js';
import { withTemporaryCopy } from './temporary-copy.js';

/** What ffprobe tells of a file. */
export interface MediaInfo {
  streams?: Record<string, unknown>[];
  format?: Record<string, unknown>;
}

/**
 * What `?op=avinfo` and `avinfo2` tell (section 2.12): the report of ffprobe.
 *
 * @throws ServiceError 501 when the machine lacks the program; 400 when it cannot read the content
 */
export async function mediaInfo(
  { name, size, read }: ArchiveSource & { name: string },
  programs: Programs,
): Promise<MediaInfo> {
  const source = { parent: programs.folder, key: name, bytes: read(0, size) };
  const report = await withTemporaryCopy(source, input => probe(input, programs));
  return { ...report, format: { ...report.format, filename: name } };
}

/** @throws as {@link mediaInfo} */
export async function probe(file: string, { ffprobe }: Programs): Promise<MediaInfo> {
  const quietly = ['-v', 'error', '-protocol_whitelist', 'file'];
  const report = await runProgram(ffprobe, [
    ...quietly,
    ...['-print_format', 'json', '-show_format', '-show_streams', file],
  ]);
  try {
    return JSON.parse(report) as MediaInfo;
  } catch (error) {
    throw new ServiceError(500, `${ffprobe} did not answer JSON`, { cause: error });
  }
}
