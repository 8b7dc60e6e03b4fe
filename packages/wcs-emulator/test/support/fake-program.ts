import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@curve-wcs/test-support';

/**
 * Makes an executable that stands in for a program that a machine may lack. It shows how a program is called and
 * what becomes of its output and failure; it says nothing about the program itself.
 *
 * @param body - CommonJS source; `args` are the arguments
 * @returns its path
 */
export function fakeProgram(body: string): string {
  const file = join(temporaryFolder(), 'program.cjs');
  writeFileSync(file, `#!${process.execPath}\nconst args = process.argv.slice(2);\n${body}\n`);
  chmodSync(file, 0o755);
  return file;
}
