import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { lcg } from '@curve-wcs/test-support';
import { expect, test } from 'vitest';
import { type CurveBed, failAfter, MiB, startCurveBed, VOLUME_SIZE } from '../support/curve-bed.js';

/** How far the only record says that a transfer is. */
function recorded(bed: CurveBed): number {
  const folder = join(bed.folder, '.local/state/curve-wcs/transfers');
  const [name] = existsSync(folder) ? readdirSync(folder).filter(file => file.endsWith('.json')) : [];
  return name === undefined ? 0 : JSON.parse(readFileSync(join(folder, name), 'utf8')).position;
}

async function bedWithImage(): Promise<CurveBed & { image: Buffer }> {
  const bed = await startCurveBed();
  await bed.volume('/v');
  const image = lcg(VOLUME_SIZE).fill(0, 3 * MiB, 5 * MiB);
  bed.write('disk.img', image);
  return { ...bed, image };
}

test('Ctrl-C during an import says how far it got, and the command it names goes on from there', async () => {
  const bed = await bedWithImage();
  const fault = failAfter(bed, 'WriteChunk', 140);
  const importing = bed.spawn(['import', 'disk.img', '/v']);
  await expect.poll(() => recorded(bed)).toBeGreaterThan(0);
  importing.process.kill('SIGINT');
  const { exitCode, signal, stdout, stderr } = await importing.ended;
  expect({ exitCode, signal, stdout }).toEqual({ exitCode: 130, signal: null, stdout: '' });
  const [, reached, command = ''] =
    /^curvecmd: interrupted; (\S+ MiB) of 16\.0 MiB are in \/v; go on with: curvecmd (.+)\n$/.exec(stderr) ??
    [];
  expect(reached, stderr).toMatch(/^\d+\.\d MiB$/);
  fault();

  const position = recorded(bed);
  const resumed = await bed.spawn([...command.split(' '), '--json']).ended;
  expect(resumed).toMatchObject({ exitCode: 0, stderr: `curvecmd: goes on at ${reached} of 16.0 MiB\n` });
  const { written, skipped } = JSON.parse(resumed.stdout);
  expect(written + skipped).toBe(VOLUME_SIZE - position);
  expect((await bed.content('/v')).equals(bed.image)).toBe(true);
});

test('while an import or export goes on, none to the same target begins', async () => {
  const bed = await bedWithImage();
  bed.write('other.img', lcg(VOLUME_SIZE));
  const halt = failAfter(bed, 'WriteChunk', 140);
  const importing = bed.spawn(['import', 'disk.img', '/v']);
  await expect.poll(() => recorded(bed)).toBeGreaterThan(0);
  const refused = (pid: number | undefined) => ({
    exitCode: 1,
    stdout: '',
    stderr: expect.stringContaining(`process ${pid} works on the same files: nothing was done`),
  });
  const { pid } = importing.process;
  for (const words of [
    ['other.img', '/v'],
    ['--resume', 'disk.img', '/v'],
    ['-', '/v'],
  ]) {
    expect(await bed.curvecmd(['import', ...words])).toEqual(refused(pid));
  }
  halt();
  expect((await importing.ended).exitCode).toBe(0);
  expect((await bed.content('/v')).equals(bed.image)).toBe(true);

  const stall = failAfter(bed, 'ReadChunk', 20);
  const exporting = bed.spawn(['export', '/v', 'copy.img']);
  await expect.poll(() => bed.has('.copy.img.curve-part')).toBe(true);
  for (const words of [
    ['export', '/v', 'copy.img'],
    ['read', '/v', '--length', '4K', '-o', 'copy.img'],
  ]) {
    expect(await bed.curvecmd(words)).toEqual(refused(exporting.process.pid));
  }
  stall();
  expect((await exporting.ended).exitCode).toBe(0);
  expect(bed.read('copy.img').equals(bed.image)).toBe(true);
});

test('an import that was killed is gone on with from its last record', async () => {
  const bed = await bedWithImage();
  const fault = failAfter(bed, 'WriteChunk', 140);
  const importing = bed.spawn(['import', 'disk.img', '/v']);
  await expect.poll(() => recorded(bed)).toBeGreaterThan(0);
  importing.process.kill('SIGKILL');
  expect((await importing.ended).signal).toBe('SIGKILL');
  fault();

  const position = recorded(bed);
  const resumed = await bed.spawn(['import', '--resume', 'disk.img', '/v', '--json']).ended;
  expect(resumed.exitCode).toBe(0);
  const { written, skipped } = JSON.parse(resumed.stdout);
  expect(written + skipped).toBe(VOLUME_SIZE - position);
  expect((await bed.content('/v')).equals(bed.image)).toBe(true);
});

test('an export that was killed is gone on with, and appears only when it is whole', async () => {
  const bed = await bedWithImage();
  await bed.curvecmd(['import', 'disk.img', '/v']);
  const fault = failAfter(bed, 'ReadChunk', 140);
  const exporting = bed.spawn(['export', '/v', 'copy.img']);
  await expect.poll(() => recorded(bed)).toBeGreaterThan(0);
  exporting.process.kill('SIGKILL');
  await exporting.ended;
  fault();
  expect(bed.has('copy.img')).toBe(false);

  const position = recorded(bed);
  const resumed = await bed.spawn(['export', '--resume', '/v', 'copy.img', '--json']).ended;
  const { written, skipped } = JSON.parse(resumed.stdout);
  expect(written + skipped).toBe(VOLUME_SIZE - position);
  expect(bed.read('copy.img').equals(bed.image)).toBe(true);
  expect(recorded(bed)).toBe(0);
});

test('a second Ctrl-C ends at once', async () => {
  const bed = await bedWithImage();
  const importing = bed.spawn(['import', 'disk.img', '/v']);
  // Nobody answers any more, so that closing the volume takes its time.
  bed.cluster.faults.add({ match: { method: 'WriteChunk' }, do: 'hang' });
  await expect.poll(() => bed.cluster.faults.list()[0]?.fired).toBeGreaterThan(0);
  bed.cluster.faults.add({ match: { role: 'mds' }, do: 'hang' });
  importing.process.kill('SIGINT');
  await expect.poll(() => bed.cluster.faults.list()[1]?.fired).toBeGreaterThan(0);
  importing.process.kill('SIGINT');
  // As shells say it: 130.
  expect((await importing.ended).signal).toBe('SIGINT');
});

test('a second Ctrl-C ends what waits for the other end of a pipe', async () => {
  const bed = await bedWithImage();
  execFileSync('mkfifo', [join(bed.folder, 'pipe')]);
  const importing = bed.spawn(['import', 'pipe', '/v']);
  await expect.poll(() => bed.cluster.requests.some(({ method }) => method === 'RefreshSession')).toBe(true);
  await setTimeout(500);
  importing.process.kill('SIGINT');
  // Two at once would be one.
  await setTimeout(300);
  importing.process.kill('SIGINT');
  const { exitCode, signal } = await importing.ended;
  // On a busy machine the first may have come before the pipe was opened, and been enough.
  expect(signal ?? exitCode).toBe(signal === null ? 130 : 'SIGINT');
});

test('whoever closes the pipe ends a read', async () => {
  const bed = await bedWithImage();
  await bed.curvecmd(['import', 'disk.img', '/v']);
  const reading = bed.spawn(['read', '/v']);
  reading.process.stdout.once('data', () => reading.process.stdout.destroy());
  expect(await reading.ended).toMatchObject({ exitCode: 141, signal: null, stderr: '' });
});

test.each([
  ['export', '/v', '/dev/full'],
  ['read', '/v', '-o', '/dev/full'],
])('a full disk ends %s %s, and says so', async (...argv) => {
  const bed = await bedWithImage();
  const { exitCode, stdout, stderr } = await bed.spawn(argv).ended;
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
  expect(stderr).toMatch(/^curvecmd: \/v: cannot write .*ENOSPC: no space left on device, write\n$/);
});
