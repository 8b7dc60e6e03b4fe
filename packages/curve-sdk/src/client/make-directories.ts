import type { Course } from '../call-options.js';
import { CurveError } from '../errors/curve-error.js';
import type { Connection } from './connection.js';

/** Makes a directory and those on the way to it that are missing; one that is there is fine. */
export async function makeDirectories(connection: Connection, path: string, course: Course): Promise<void> {
  try {
    await makeDirectory(connection, path, course);
  } catch (error) {
    const parent = path.slice(0, path.lastIndexOf('/'));
    if (!(error instanceof CurveError) || error.code !== 'NOTEXIST' || parent === '') throw error;
    await makeDirectories(connection, parent, course);
    // Once: if the parent is said to be missing again, it will be so for ever.
    await makeDirectory(connection, path, course);
  }
}

async function makeDirectory(connection: Connection, path: string, course: Course): Promise<void> {
  const call = { operation: course.operation, path, signal: course.signal };
  try {
    await connection.ask(call, (native, user) => native.mkdir(path, user, course.step()));
  } catch (error) {
    // Somebody else may have made it meanwhile.
    if (!(error instanceof CurveError) || error.code !== 'EXISTS') throw error;
    const info = await connection.ask(call, (native, user) => native.stat(path, user, course.step()));
    if (info.fileType !== 0) throw error;
  }
}
