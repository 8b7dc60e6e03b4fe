import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startCurveEmulator } from '@curve-wcs/curve-emulator';
import { finishedSnapshots, runReadmeExamples, temporaryFolder } from '@curve-wcs/test-support';
import { expect, it } from 'vitest';

it('the examples of the README do what they say', async () => {
  await using emulator = await startCurveEmulator({ durability: 'fast' });
  const cwd = temporaryFolder();
  writeFileSync(join(cwd, 'client.conf'), emulator.clientConf);
  writeFileSync(join(cwd, 'disk.img'), Buffer.alloc(3_000_000, 7));
  const folder = fileURLToPath(new URL('..', import.meta.url));
  await using snapshots = await finishedSnapshots();
  const env = { MDS_ADDRESS: emulator.mdsAddresses.join(','), SNAPSHOT_CLONE: snapshots.address };
  expect(await runReadmeExamples(folder, { cwd, env })).toBe(11);
});
