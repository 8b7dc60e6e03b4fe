import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { lcg, temporaryFolder } from '@curve-wcs/test-support';
import { expect, it, onTestFinished } from 'vitest';
import { isAbandonedPart } from '../src/index.js';
import { emulated, optionsFor } from './support/emulated.js';

const PART = 64 * 1024;
const CONTENT = lcg(20 * PART, 9);
const OBJECT = { bucket: 'photos', key: 'k' };

/** A service with an object that comes slowly, and processes that download it to one path. */
async function slow() {
  const { emulator, wcs } = await emulated();
  await wcs.upload({ ...OBJECT, source: CONTENT });
  emulator.faults.add({ match: { method: 'GET' }, do: 'delay 60ms' });
  const folder = temporaryFolder();
  const download = { ...OBJECT, to: join(folder, 'k'), resume: true, partSize: PART, concurrency: 1 };
  const program = join(temporaryFolder(), 'download.mts');
  const sdk = pathToFileURL(join(import.meta.dirname, '../src/index.ts')).href;
  writeFileSync(
    program,
    `import { WcsClient } from ${JSON.stringify(sdk)};
     const wcs = new WcsClient(${JSON.stringify(optionsFor(emulator))});
     await wcs.download(${JSON.stringify(download)});
     await wcs.close();`,
  );
  const start = (): ChildProcess => {
    const child = fork(program, { execArgv: ['--import', createRequire(import.meta.url).resolve('tsx')] });
    onTestFinished(() => void child.kill('SIGKILL'));
    return child;
  };
  const parts = () =>
    emulator.requests.filter(({ method, status }) => method === 'GET' && status === 206).length;
  return { emulator, wcs, folder, download, start, parts };
}

it('what a killed process has left is gone on with, and nothing of it stays', async () => {
  const { emulator, wcs, folder, download, start, parts } = await slow();
  const child = start();
  const exited = once(child, 'exit');
  await expect.poll(parts, { timeout: 20_000 }).toBeGreaterThan(5);
  const [part = ''] = readdirSync(folder);
  expect(await isAbandonedPart(join(folder, part))).toBe(false);
  child.kill('SIGKILL');
  await exited;
  emulator.faults.clear();
  expect(await isAbandonedPart(join(folder, part))).toBe(true);
  const result = await wcs.download(download);
  expect(result).toMatchObject({ verified: true });
  expect(result.resumed).toBeGreaterThan(0);
  expect(readFileSync(download.to).equals(CONTENT)).toBe(true);
  expect(readdirSync(folder)).toEqual(['k']);
});

it('processes that download to one path do not write into one another', async () => {
  const { folder, download, start } = await slow();
  const children = [start(), start(), start()];
  const codes = await Promise.all(children.map(async child => (await once(child, 'exit'))[0]));
  expect(codes).toEqual([0, 0, 0]);
  expect(readFileSync(download.to).equals(CONTENT)).toBe(true);
  expect(readdirSync(folder)).toEqual(['k']);
});
