import type { Course } from '../call-options.js';
import type { Connection } from '../client/connection.js';
import type { CurveError } from '../errors/curve-error.js';
import { type Vars, vars } from './vars.js';

/**
 * Variables of the MDS that leads. Only that one serves its port (curve-cluster.md §1), so whichever answers is it.
 *
 * @throws CurveError `FAILED` when none answers
 */
export async function leaderVars(
  connection: Connection,
  course: Course,
  names: readonly string[],
  patience: number,
): Promise<Vars> {
  let failure: CurveError | undefined;
  for (const address of connection.native.mdsAddresses()) {
    try {
      return await vars(course, { address, patience }, names);
    } catch (error) {
      course.step();
      failure = error as CurveError;
    }
  }
  throw failure;
}
