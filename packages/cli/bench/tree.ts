import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** When every object of a tree was stored, in milliseconds. */
export const PUT_TIME = 1_700_000_000_000;

/** Paths of a tree, in the order of keys: 100 files in a folder, 100 folders in a folder. */
export function keyOf(index: number): string {
  const digits = (value: number) => String(value).padStart(2, '0');
  return `d${digits(Math.floor(index / 10_000))}/d${digits(Math.floor(index / 100) % 100)}/file${digits(index % 100)}.txt`;
}

/** Makes a tree of files with the same content. */
export function makeTree(root: string, files: number, content: Uint8Array): void {
  for (let index = 0; index < files; index++) {
    const path = join(root, keyOf(index));
    if (index % 100 === 0) mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    utimesSync(path, PUT_TIME / 1000, PUT_TIME / 1000);
  }
}
