import { fileURLToPath } from 'node:url';
import { runReadmeExamples, temporaryFolder } from '@curve-wcs/test-support';
import { expect, test } from 'vitest';

test('the examples of the README work', async () => {
  const folder = fileURLToPath(new URL('..', import.meta.url));
  expect(await runReadmeExamples(folder, { cwd: temporaryFolder() })).toBeGreaterThanOrEqual(2);
});
