// Holds a release back that has not a fit binary for every platform in prebuilds/. Usage: check-prebuilds
import { existsSync } from 'node:fs';
import { TARGETS, targetName } from '../src/addon/target.js';
import { describeBinary, prebuildFile, shortcomings } from './binaries.js';

/** What the official Node.js 20 asks for itself. */
const MAX_GLIBC = '2.28';

let unfit = 0;
for (const target of TARGETS) {
  const file = prebuildFile(target);
  const problems = existsSync(file) ? shortcomings(file, target, MAX_GLIBC) : ['missing'];
  const state = problems.length > 0 ? problems.join('; ') : describeBinary(file, target);
  process.stderr.write(`${targetName(target).padEnd(18)} ${state}\n`);
  if (problems.length > 0) unfit += 1;
}
if (unfit > 0) {
  process.stderr.write(
    `Not to be published: ${unfit} of ${TARGETS.length} binaries are missing or not fit.\n`,
  );
  process.exitCode = 1;
}
