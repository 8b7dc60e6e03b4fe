// The main jobs on embedded servers, one half after the other. Exits non-zero if anything differs.
import { report } from './show.mjs';

let broken = 0;
for (const half of ['./wcs.mjs', './curve.mjs']) {
  try {
    await import(half);
  } catch (error) {
    broken += 1;
    console.error(error);
  }
}
const wrong = report() + broken;
console.log(
  wrong === 0
    ? 'All of this was right. The servers and their folders are gone.'
    : `${wrong} of this was WRONG.`,
);
process.exitCode = wrong === 0 ? 0 : 1;
