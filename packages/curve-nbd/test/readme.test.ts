import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startCurveEmulator } from '@curve-wcs/curve-emulator';
import { runReadmeExamples, temporaryFolder } from '@curve-wcs/test-support';
import { expect, it } from 'vitest';

it('the examples of the README do what they say', async () => {
  await using emulator = await startCurveEmulator({ durability: 'fast' });
  const cwd = temporaryFolder();
  writeFileSync(join(cwd, 'client.conf'), emulator.clientConf);
  writeFileSync(join(cwd, 'keys.psk'), 'alice:00112233445566778899aabbccddeeff\n');
  const folder = fileURLToPath(new URL('..', import.meta.url));
  expect(await runReadmeExamples(folder, { cwd })).toBe(2);
});
