// What stock programs make of an export: qemu's, libnbd's, fio, and a file system. What cannot be run here is named.
//
//   pnpm --filter @curve-wcs/curve-nbd interop             all
//   pnpm --filter @curve-wcs/curve-nbd interop qemu        those with this word in their name
//   pnpm --filter @curve-wcs/curve-nbd interop --short     less of each, as in CI
//   KILLS=200                                              how often the server is killed
import { missing } from './bed.js';
import { CHECKS } from './checks.js';

const word = process.argv.slice(2).find(argument => !argument.startsWith('-')) ?? '';
// In CI a failure is looked at twice: what stock programs do beside a build is not in our hands.
const tries = process.argv.includes('--short') ? 2 : 1;
let failed = 0;
for (const check of CHECKS.filter(({ name }) => name.includes(word))) {
  const lacking = missing(check.needs);
  if (lacking.length > 0) {
    console.log(`-  left out, since ${lacking.join(', ')} is not there: ${check.name}`);
  } else if (!(await passes(check))) failed++;
}
process.exitCode = failed === 0 ? 0 : 1;

async function passes({ name, run }: (typeof CHECKS)[number]): Promise<boolean> {
  for (let attempt = 1; attempt <= tries; attempt++) {
    const started = performance.now();
    try {
      const said = await run();
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      console.log(`ok ${name}${typeof said === 'string' ? `: ${said}` : ''} (${seconds} s)`);
      return true;
    } catch (error) {
      console.log(`!  ${name}${attempt < tries ? ', and once more:' : ''}`);
      console.error(error);
    }
  }
  return false;
}
