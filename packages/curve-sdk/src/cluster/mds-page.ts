import type { Course } from '../call-options.js';
import type { Connection } from '../client/connection.js';
import { firstOf } from '../flow/first-of.js';
import type { PageRequest } from './page.js';
import { type Vars, vars } from './vars.js';

/**
 * Variables of the MDS that leads. Only that one serves its port (curve-cluster.md §1), so whichever answers is it.
 *
 * @throws CurveError `FAILED` when none answers
 */
export function leaderVars(
  connection: Connection,
  course: Course,
  names: readonly string[],
  time: Pick<PageRequest, 'patience' | 'until'>,
): Promise<Vars> {
  const ways = connection.native
    .mdsAddresses()
    .map(address => (part: Course) => vars(part, { address, ...time }, names));
  return firstOf(course, ways);
}
