import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startCurveEmulator } from '@curve-wcs/curve-emulator';
import { runReadmeExamples, temporaryFolder } from '@curve-wcs/test-support';
import { expect, it } from 'vitest';
import { json, snapshotServer } from './support/snapshot-server.js';

/** A snapshot-clone service where everything is done when it is asked about. */
function allDone(request: string): string {
  const TotalCount = 1;
  const done = { UUID: 'u', User: 'alice', Time: 1, Progress: 100 };
  if (request.includes('GetFileSnapshotInfo')) {
    const about = { File: '/vol1', Name: 'before-upgrade', SeqNum: 1, FileLength: 1, Status: 0 };
    return json(200, { Code: '0', TotalCount, Snapshots: [{ ...done, ...about }] });
  }
  const about = { File: '/vol1-copy', Src: 'u', TaskType: 0, FileType: 1, TaskStatus: 0, NextStep: 8 };
  return json(200, { Code: '0', UUID: 'u', TotalCount, TaskInfos: [{ ...done, ...about, IsLazy: true }] });
}

it('the examples of the README do what they say', async () => {
  await using emulator = await startCurveEmulator({ durability: 'fast' });
  const cwd = temporaryFolder();
  writeFileSync(join(cwd, 'client.conf'), emulator.clientConf);
  writeFileSync(join(cwd, 'disk.img'), Buffer.alloc(3_000_000, 7));
  const folder = fileURLToPath(new URL('..', import.meta.url));
  const { address } = await snapshotServer(allDone);
  const env = { MDS_ADDRESS: emulator.mdsAddresses.join(','), SNAPSHOT_CLONE: address };
  expect(await runReadmeExamples(folder, { cwd, env })).toBe(10);
});
