import type { Course } from '../call-options.js';
import { type PageRequest, wholePage } from './page.js';

/** Variables of a server, by name. */
export type Vars = ReadonlyMap<string, string>;

/**
 * Asks a server for variables (curve-cluster.md §4); those that it lacks are left out, where any is there.
 *
 * @param names - may end with `*`
 * @throws CurveError `FAILED` where none is there, too
 */
export async function vars(
  course: Course,
  server: Omit<PageRequest, 'path' | 'post'>,
  names: readonly string[],
): Promise<Vars> {
  const text = await wholePage(course, { ...server, path: `/vars/${names.join(';')}` });
  return new Map(
    text.split('\n').flatMap(line => {
      const [, name, value] = /^(\S+) : (.*?)\r?$/.exec(line) ?? [];
      return name === undefined || value === undefined ? [] : [[name, unquoted(value)] as const];
    }),
  );
}

/** The number of a variable, if it has one. */
export function numberOf(all: Vars, name: string): number | undefined {
  const text = all.get(name);
  const number = Number(text);
  return text === undefined || text === '' || Number.isNaN(number) ? undefined : number;
}

function unquoted(value: string): string {
  return /^"(.*)"$/.exec(value)?.[1] ?? value;
}
