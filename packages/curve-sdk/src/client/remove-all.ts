import type { Course } from '../call-options.js';
import type { Connection } from './connection.js';
import { pathIn } from './file-info.js';

const DIRECTORY = 0;

/** Removes an entry and all below it: what is in a directory first, in the order of the names' bytes. */
export async function removeAll(connection: Connection, path: string, course: Course): Promise<void> {
  const { fileType } = await connection.ask(course, (native, user) => native.stat(path, user, course.step()));
  await removeEntry(connection, path, fileType, course);
}

async function removeEntry(
  connection: Connection,
  path: string,
  fileType: number,
  course: Course,
): Promise<void> {
  const { operation, signal } = course;
  if (fileType === DIRECTORY) {
    const entries = await connection.ask({ operation, path, signal }, (native, user) =>
      native.list(path, user, course.step()),
    );
    for (const entry of entries) {
      await removeEntry(connection, pathIn(path, entry.fileName), entry.fileType, course);
    }
  }
  await connection.ask({ operation, path, signal }, (native, user) =>
    fileType === DIRECTORY
      ? native.rmdir(path, user, course.step())
      : native.unlink(path, user, course.step()),
  );
}
