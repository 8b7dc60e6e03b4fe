import { expect, test } from 'vitest';
import { runCurvecmd } from '../../src/index.js';
import { startCurveBed } from '../support/curve-bed.js';
import { testIo } from '../support/test-io.js';

const noSpace = { match: { method: 'GetOrAllocateSegment' }, do: 'status kSegmentAllocateError' };
const line = /waiting for (\d+)s: the MDS 127\.0\.0\.1:\d+: GetOrAllocateSegment: kSegmentAllocateError, /g;
const seconds = (stderr: string) => [...stderr.matchAll(line)].map(([, number]) => Number(number));
const patience = { timeout: 20_000 };

test('a command that waits for space says so, once', async () => {
  const bed = await startCurveBed();
  await bed.volume('/v');
  const found = bed.cluster.faults.add(noSpace);
  const io = testIo({ cwd: bed.folder, env: bed.env, stdin: Buffer.alloc(4096) });
  const running = runCurvecmd(['write', '/v'], io);
  await expect.poll(() => seconds(io.stderr.text), patience).toHaveLength(1);
  const asked = () => bed.cluster.requests.filter(({ method }) => method === 'GetOrAllocateSegment').length;
  const before = asked();
  await expect.poll(asked, patience).toBeGreaterThan(before + 10);
  found();
  expect(await running).toBe(0);
  expect(seconds(io.stderr.text)).toHaveLength(1);
}, 40_000);

test('on a terminal it goes on saying for how long', async () => {
  const bed = await startCurveBed();
  await bed.volume('/v');
  const found = bed.cluster.faults.add(noSpace);
  const io = testIo({ cwd: bed.folder, env: bed.env, stdin: Buffer.alloc(4096), terminal: true });
  const running = runCurvecmd(['write', '/v'], io);
  await expect.poll(() => new Set(seconds(io.stderr.text)).size, patience).toBeGreaterThan(2);
  found();
  expect(await running).toBe(0);
}, 40_000);

test('a command that waits for a leader names its copyset, and with --quiet says nothing', async () => {
  const bed = await startCurveBed();
  await bed.volume('/v');
  bed.cluster.faults.add({ match: { method: 'WriteChunk' }, do: 'redirect' });
  const run = (more: readonly string[]) => {
    const io = testIo({ cwd: bed.folder, env: bed.env, stdin: Buffer.alloc(4096) });
    return { io, running: runCurvecmd(['write', '/v', '--deadline', '5s', ...more], io) };
  };
  const [told, quiet] = [run([]), run(['--quiet'])];
  expect(await Promise.all([told.running, quiet.running])).toEqual([1, 1]);
  expect(told.io.stderr.text).toMatch(
    /waiting for \d+s: copyset 1-\d+, chunkserver 127\.0\.0\.1:\d+: WriteChunk: CHUNK_OP_STATUS_REDIRECTED, /,
  );
  expect(quiet.io.stderr.text).not.toContain('waiting');
}, 40_000);
