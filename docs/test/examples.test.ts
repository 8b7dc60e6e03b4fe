import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findExamples, runExamples } from '@curve-wcs/test-support';
import { describe, expect, test } from 'vitest';
import { startBed } from './support/bed.js';
import { PACKAGE_DOCUMENTS, PAGES, READMES, ROOT } from './support/documents.js';

const importFrom = join(ROOT, 'docs');

// Each language has the same code (see languages.test.ts), so running the English one proves both.
describe('the examples work', () => {
  const documents = [...PAGES, ...PACKAGE_DOCUMENTS]
    .map(({ english }) => english)
    .filter(path => examplesOf(path).length > 0);

  test.each(documents)('of %s', async path => {
    const bed = await startBed();
    const count = await runExamples(join(ROOT, path), ['ts', 'sh'], { ...bed, importFrom });
    expect(count).toBe(examplesOf(path).length);
  });

  // Their programs are run by the tests of the packages, and so is all of the README of the commands.
  const shell = READMES.map(({ english }) => english).filter(
    path => path !== 'packages/cli/README.md' && examplesOf(path).some(({ language }) => language === 'sh'),
  );

  test.each(shell)('for a shell, of %s', async path => {
    const bed = await startBed();
    expect(await runExamples(join(ROOT, path), ['sh'], { ...bed, importFrom })).toBeGreaterThan(0);
  });
});

describe('the guides', () => {
  test('have examples', () => {
    for (const { english } of PAGES.filter(({ english }) => english.startsWith('docs/guides/'))) {
      expect(examplesOf(english).length).toBeGreaterThan(0);
    }
  });
});

function examplesOf(path: string) {
  return findExamples(readFileSync(join(ROOT, path), 'utf8'));
}
