import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'curve-wcs-programs-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let count = 0;

/**
 * Makes an executable that stands in for a program that a machine may lack. It shows how a program is called and
 * what becomes of its output and failure; it says nothing about the program itself.
 *
 * @param body - CommonJS source; `args` are the arguments
 * @returns its path
 */
export function fakeProgram(body: string): string {
  const file = join(folder, `program-${++count}.cjs`);
  writeFileSync(file, `#!${process.execPath}\nconst args = process.argv.slice(2);\n${body}\n`);
  chmodSync(file, 0o755);
  return file;
}
