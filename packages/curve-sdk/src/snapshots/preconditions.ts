import type { NativeFileInfo } from '@curve-wcs/curve-native';
import type { Course } from '../call-options.js';
import { invalid } from '../checks.js';
import type { Connection } from '../client/connection.js';
import { CurveError, type CurveErrorCode, subject } from '../errors/curve-error.js';

// What the service takes without a word and fails at minutes later, or never tells: asked of the MDS before.

/** Of a directory, the service would take a snapshot for minutes, and fail. */
export async function checkVolume(connection: Connection, course: Course, path: string): Promise<void> {
  const info = await look(connection, course, path);
  if (info instanceof CurveError) throw info;
  checkIsVolume(info, course, path);
}

/** What can be known of a clone's source, which may be somebody else's. */
export async function checkSource(connection: Connection, course: Course, path: string): Promise<void> {
  const info = await look(connection, course, path);
  if (!(info instanceof CurveError)) checkIsVolume(info, course, path);
}

/** Where something is already, the service may answer with the success of an earlier clone, whatever that was of. */
export async function checkNothingAt(connection: Connection, course: Course, path: string): Promise<void> {
  const info = await look(connection, course, path);
  if (!(info instanceof CurveError)) throw refused('EXISTS', course, `there is something at ${path} already`);
  if (info.code !== 'NOTEXIST') return;
  const parent = path.slice(0, path.lastIndexOf('/'));
  if (parent === '') return;
  const directory = await look(connection, course, parent);
  if (directory instanceof CurveError && directory.code === 'NOTEXIST')
    throw refused('NOTEXIST', course, `the directory ${parent} does not exist`);
}

/** An unknown poolset is tried again and again. */
export async function checkPoolset(connection: Connection, course: Course, poolset: string): Promise<void> {
  const poolsets = await connection.ask(course, native => native.listPoolset(course.step()));
  if (!poolsets.some(({ name }) => name === poolset))
    throw refused('NOTEXIST', course, `there is no poolset ${poolset}`);
}

/** A recovery under a client that has the volume open fails late, or takes the volume away from it. */
export async function checkNotOpen(connection: Connection, course: Course, path: string): Promise<void> {
  const mounts = await connection.ask(course, native => native.mountPoints(path, course.step()));
  if (mounts.length === 0) return;
  const where = mounts.map(({ ip, port }) => `${ip}:${port}`).join(', ');
  throw refused('FILE_OCCUPIED', course, `clients have it open: ${where}`);
}

/** An error of what was not asked for, and why. */
export function refused(code: CurveErrorCode, { operation, path }: Course, why: string): CurveError {
  return new CurveError(code, `${subject(operation, path)}: ${why}`, { operation, path });
}

function checkIsVolume({ fileType }: NativeFileInfo, { operation }: Course, path: string): void {
  if (fileType === 0) throw invalid(operation, 'path', 'that of a volume, not of a directory', path);
}

/** What the MDS says of a path, or that it says nothing; other failures of the call reject. */
async function look(
  connection: Connection,
  course: Course,
  path: string,
): Promise<NativeFileInfo | CurveError> {
  try {
    return await connection.ask(course, (native, user) => native.stat(path, user, course.step()));
  } catch (error) {
    if (error instanceof CurveError && (error.code === 'NOTEXIST' || error.code === 'AUTHFAIL')) return error;
    throw error;
  }
}
