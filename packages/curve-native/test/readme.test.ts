import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startCurveEmulator } from '@curve-wcs/curve-emulator';
import { runReadmeExamples, temporaryFolder } from '@curve-wcs/test-support';
import { expect, test } from 'vitest';

test('the README’s examples run', async () => {
  await using emulator = await startCurveEmulator();
  const cwd = temporaryFolder();
  writeFileSync(join(cwd, 'client.conf'), emulator.clientConf);
  expect(await runReadmeExamples(fileURLToPath(new URL('..', import.meta.url)), { cwd })).toBe(1);
});
