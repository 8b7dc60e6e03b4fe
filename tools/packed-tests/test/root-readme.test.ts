import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runReadmeExamples, temporaryFolder } from '@curve-wcs/test-support';
import { startWcsEmulator } from '@curve-wcs/wcs-emulator';
import { expect, it } from 'vitest';

it('the examples of the README at the root run', async () => {
  await using emulator = await startWcsEmulator({ buckets: ['photos'] });
  const cwd = temporaryFolder();
  writeFileSync(join(cwd, '.wcscfg'), emulator.clientConfig);
  writeFileSync(join(cwd, 'a.jpg'), new Uint8Array(1e6));
  const examples = await runReadmeExamples(fileURLToPath(new URL('../../../', import.meta.url)), {
    cwd,
    env: { HOME: cwd },
    importFrom: fileURLToPath(new URL('..', import.meta.url)),
  });
  expect(examples).toBe(4);
});
