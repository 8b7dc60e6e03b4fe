import type { Course } from '../call-options.js';
import type { Connection } from '../client/connection.js';
import { CurveError } from '../errors/curve-error.js';
import type { Members } from './members.js';

/** Who needs a snapshot or volume as the source of a clone. */
export interface CloneReferences {
  /** `inUse`: a clone or recovery of it runs; `lazyClones`: `clones` read from it; `none`: neither. */
  readonly state: 'none' | 'inUse' | 'lazyClones';
  /** The lazy clones that read from it, where nothing runs. */
  readonly clones: readonly CloneReference[];
}

/** A lazy clone. */
export interface CloneReference {
  /** Its path. */
  readonly path: string;
  /** Its inode id. */
  readonly id: bigint;
  /** Who made it. */
  readonly user: string;
  /** Whether it is known to be there: false where it is somebody else's. */
  readonly seen: boolean;
}

const STATES = ['none', 'inUse', 'lazyClones'] as const;

/** The service counts clones that were removed as well; whether they are there the MDS knows (curve-snapshot.md §2). */
export async function cloneReferences(
  connection: Connection,
  course: Course,
  found: Members,
): Promise<CloneReferences> {
  const state = found.word('RefStatus', STATES);
  if (state !== 'lazyClones') return { state, clones: [] };
  const clones: CloneReference[] = [];
  const all = found.list('CloneFileInfo');
  if (all.length === 0) throw found.lacks('CloneFileInfo');
  for (const members of all) {
    const [path, user, id] = [members.text('File'), members.text('User'), BigInt(members.whole('Inode'))];
    const there = await inodeAt(connection, course, path);
    if (there === 'unknown' || there === id) clones.push({ path, id, user, seen: there === id });
  }
  return { state: clones.length === 0 ? 'none' : state, clones };
}

async function inodeAt(
  connection: Connection,
  course: Course,
  path: string,
): Promise<bigint | 'none' | 'unknown'> {
  try {
    return (await connection.ask(course, (native, user) => native.stat(path, user, course.step()))).id;
  } catch (error) {
    if (!(error instanceof CurveError)) throw error;
    if (error.code === 'NOTEXIST') return 'none';
    if (error.code === 'AUTHFAIL') return 'unknown';
    throw error;
  }
}
