import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { temporaryFolder } from '@curve-wcs/test-support';
import { build, type Format } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { targetName, thisTarget } from '../src/addon/target.js';
import { builtAddon, install, run } from './support/installation.js';

const prebuilt = join('prebuilds', targetName(thisTarget()), 'curve_native.node');
const good = readFileSync(builtAddon);

/** A program and this package, in one file. */
async function bundle(project: string, format: Format): Promise<string> {
  const entry = join(project, 'app.mjs');
  // A bundle of CommonJS cannot wait at its top.
  writeFileSync(
    entry,
    `import('@curve-wcs/curve-native').then(
       ({ createClient }) => console.log(JSON.stringify({ loaded: typeof createClient })),
       ({ code, message }) => console.log(JSON.stringify({ code, message })),
     );`,
  );
  const outfile = join(project, 'out', `app.${format === 'esm' ? 'mjs' : 'cjs'}`);
  await build({
    entryPoints: [entry],
    outfile,
    format,
    bundle: true,
    platform: 'node',
    absWorkingDir: project,
    logLevel: 'silent',
  });
  return outfile;
}

/** The bundle by itself, in a folder that has nothing else. */
function movedAway(file: string): string {
  const moved = join(temporaryFolder(), 'dist', basename(file));
  mkdirSync(dirname(moved));
  copyFileSync(file, moved);
  return moved;
}

describe.each(['esm', 'cjs'] as const)('in a bundle (%s)', format => {
  it('the addon of the installed package is found', async () => {
    const { project, prebuilt, put } = install();
    put(prebuilt, good);
    const file = await bundle(project, format);
    expect(run(temporaryFolder(), [file])).toEqual({ loaded: 'function' });
  });

  it('prebuilds is found beside the bundle, or beside its folder', async () => {
    const { project, put } = install();
    const file = await bundle(project, format);
    for (const folder of ['.', '..']) {
      const moved = movedAway(file);
      put(join(dirname(moved), folder, prebuilt), good);
      expect(run(dirname(moved), [moved])).toEqual({ loaded: 'function' });
    }
  });

  it('what is missing is explained', async () => {
    const { project } = install();
    const outcome = run(project, [movedAway(await bundle(project, format))]);
    expect(outcome).toMatchObject({
      code: 'ADDON_MISSING',
      message: expect.stringContaining('This code was bundled.'),
    });
  });
});
