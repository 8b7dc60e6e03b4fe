import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { findProgram } from './support/find-program.js';
import { bare, packed, program } from './support/packed.js';
import { startPackedEmulator } from './support/packed-emulator.js';

const run = promisify(execFile);

/** A project where the binary is missing. Nobody promised that there are no spaces in its path. */
let project: string;

beforeAll(() => {
  project = realpathSync(mkdtempSync(join(tmpdir(), 'curve-wcs built here ')));
  cpSync(packed.curve, project, { recursive: true, verbatimSymlinks: true });
  rmSync(join(project, 'node_modules', '@curve-wcs', 'curve-native', 'prebuilds'), { recursive: true });
});

afterAll(() => rmSync(project, { recursive: true, force: true }));

/** A shell on a machine with a compiler, as little of it optimized as takes the least time. */
function shell(command: string) {
  const environment = Object.entries(process.env).filter(([name]) => !/^(npm_|NODE_PATH$)/i.test(name));
  return run('sh', ['-c', command], {
    cwd: project,
    env: { ...Object.fromEntries(environment), CXXFLAGS: '-O0' },
    maxBuffer: 2 ** 24,
  });
}

it('the loader names the command, and the command builds what the loader finds', async () => {
  const missing = `import('@curve-wcs/curve-native').catch(({ message }) => console.log(message));`;
  const [, command] =
    /^Or build it on this system: (.*)$/m.exec(await program(project, 'a.mjs', missing)) ?? [];
  expect(command).toBe('node node_modules/@curve-wcs/curve-native/bin/curve-native-build.js');
  expect((await shell(command ?? '')).stderr).toMatch(/curve-native-build: built .*\.node\n$/);

  await using emulator = await startPackedEmulator();
  const use = `
    import { CurveClient } from '@curve-wcs/curve-sdk';
    const curve = await CurveClient.connect({ 'mds.listen.addr': process.env.MDS }, { user: 'alice' });
    console.log((await curve.createVolume('/built', { size: 10 * 2 ** 30 })).length);
    await curve.close();`;
  expect(await program(project, 'use.mjs', use, { env: { MDS: emulator.mdsAddress } })).toBe('10737418240\n');
  expect((await shell('npx --no curve-native-build')).stderr).toContain("Nothing to be done for 'all'");
}, 600_000);

it('without a compiler, make and Python it says how to get them', async () => {
  const build = run(process.execPath, ['node_modules/@curve-wcs/curve-native/bin/curve-native-build.js'], {
    cwd: project,
    env: bare(),
  });
  await expect(build).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringMatching(
      /not found on the PATH: a C\+\+17 compiler .*, make, Python 3\nInstall with: \w+/,
    ),
  });
});

it('without npm it says how to get node-gyp', async () => {
  const bin = mkdtempSync(join(tmpdir(), 'curve-wcs-tools-'));
  try {
    for (const name of ['g++', 'make', 'python3']) symlinkSync(findProgram(name), join(bin, name));
    // A Node.js that lies alone in its folder.
    const build = run(
      packed.nodes['24'] ?? '',
      ['node_modules/@curve-wcs/curve-native/bin/curve-native-build.js'],
      {
        cwd: project,
        env: { PATH: bin },
      },
    );
    await expect(build).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining(
        'node-gyp is not there; npm brings it along, or: npm install --save-dev node-gyp',
      ),
    });
  } finally {
    rmSync(bin, { recursive: true });
  }
});
