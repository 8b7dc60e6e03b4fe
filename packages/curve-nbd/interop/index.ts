// What stock programs make of an export: qemu's, libnbd's, fio, and a file system. What is not installed is named.
//
//   pnpm --filter @curve-wcs/curve-nbd interop             all
//   pnpm --filter @curve-wcs/curve-nbd interop qemu        those with this word in their name
//   KILLS=200                                              how often the server is killed
import { areThere } from './bed.js';
import { CHECKS } from './checks.js';

const word = process.argv[2] ?? '';
let failed = 0;
for (const { name, programs, run } of CHECKS.filter(check => check.name.includes(word))) {
  if (!areThere(programs)) {
    console.log(`-  ${name}: needs ${programs.join(', ')}`);
    continue;
  }
  try {
    const said = await run();
    console.log(`ok ${name}${typeof said === 'string' ? `: ${said}` : ''}`);
  } catch (error) {
    failed++;
    console.log(`!  ${name}`);
    console.error(error);
  }
}
process.exitCode = failed === 0 ? 0 : 1;
