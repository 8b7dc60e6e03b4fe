// What stock programs make of an export: qemu's, libnbd's, fio, and a file system. What cannot be run here is named.
//
//   pnpm --filter @curve-wcs/curve-nbd interop             all
//   pnpm --filter @curve-wcs/curve-nbd interop qemu        those with this word in their name
//   pnpm --filter @curve-wcs/curve-nbd interop --short     less of each, as in CI
//   KILLS=200                                              how often the server is killed
import { missing } from './bed.js';
import { CHECKS } from './checks.js';

const word = process.argv.slice(2).find(argument => !argument.startsWith('-')) ?? '';
let failed = 0;
for (const { name, needs, run } of CHECKS.filter(check => check.name.includes(word))) {
  const lacking = missing(needs);
  if (lacking.length > 0) {
    console.log(`-  left out, since ${lacking.join(', ')} is not there: ${name}`);
    continue;
  }
  const started = performance.now();
  try {
    const said = await run();
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    console.log(`ok ${name}${typeof said === 'string' ? `: ${said}` : ''} (${seconds} s)`);
  } catch (error) {
    failed++;
    console.log(`!  ${name}`);
    console.error(error);
  }
}
process.exitCode = failed === 0 ? 0 : 1;
