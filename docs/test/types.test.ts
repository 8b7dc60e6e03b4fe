import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findExamples } from '@curve-wcs/test-support';
import { expect, onTestFinished, test } from 'vitest';
import { PACKAGE_DOCUMENTS, PAGES, READMES, ROOT } from './support/documents.js';

const site = join(ROOT, 'docs');

test('the compiler accepts every TypeScript example, with strict types', async () => {
  mkdirSync(join(site, '.cache'), { recursive: true });
  const scratch = mkdtempSync(join(site, '.cache', 'types-'));
  onTestFinished(() => rmSync(scratch, { recursive: true, force: true }));
  let count = 0;
  for (const { english } of [...READMES, ...PACKAGE_DOCUMENTS, ...PAGES]) {
    for (const { language, line, code } of findExamples(readFileSync(join(ROOT, english), 'utf8'))) {
      if (language !== 'ts') continue;
      // The line of the name is where the code begins in the document.
      writeFileSync(join(scratch, `${english.replaceAll('/', '_')}_line_${line}.mts`), code);
      count++;
    }
  }
  expect(count).toBeGreaterThanOrEqual(40);
  const config = {
    extends: join(ROOT, 'tsconfig.base.json'),
    compilerOptions: {
      lib: ['ES2023', 'ESNext.Disposable', 'DOM'],
      noPropertyAccessFromIndexSignature: false,
      noUnusedLocals: false,
    },
    include: ['*.mts'],
  };
  writeFileSync(join(scratch, 'tsconfig.json'), JSON.stringify(config));
  const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  const output = await promisify(execFile)(process.execPath, [tsc, '-p', scratch]).then(
    ({ stdout }) => stdout,
    error => String(error.stdout),
  );
  expect(output).toBe('');
});
