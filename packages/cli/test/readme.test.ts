import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { runReadmeExamples, temporaryFolder } from '@curve-wcs/test-support';
import { describe, expect, test } from 'vitest';
import { commandLine } from '../src/command.js';
import { CURVECMD_COMMANDS } from '../src/commands/curvecmd/registry.js';
import { WCSCMD_COMMANDS } from '../src/commands/wcscmd/registry.js';
import { CURVECMD_OPTIONS } from '../src/curvecmd/curvecmd-options.js';
import { WCSCMD_OPTIONS } from '../src/wcscmd/wcscmd-options.js';
import { startCurveBed } from './support/curve-bed.js';
import { startTestBed } from './support/test-bed.js';

const packageFolder = fileURLToPath(new URL('..', import.meta.url));
const readme = readFileSync(join(packageFolder, 'README.md'), 'utf8');
const shellExamples = [...readme.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, code = '']) => code);

/** A folder with the commands, as an installation makes it. */
function installedCommands(): string {
  const folder = join(temporaryFolder(), 'bin');
  mkdirSync(folder);
  const { bin } = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')) as {
    bin: Record<string, string>;
  };
  for (const [name, file] of Object.entries(bin)) symlinkSync(join(packageFolder, file), join(folder, name));
  return folder;
}

describe('the README', () => {
  test('has examples for a shell', () => {
    expect(shellExamples.length).toBeGreaterThanOrEqual(3);
  });

  test.each(shellExamples)('runs:\n%s', async code => {
    const forCurve = code.includes('curvecmd');
    const { folder, env } = forCurve ? await startCurveBed() : { ...(await startTestBed()), env: {} };
    const { stderr } = await promisify(execFile)('bash', ['-eo', 'pipefail', '-c', code], {
      cwd: temporaryFolder(),
      env: {
        ...process.env,
        HOME: folder,
        PATH: [installedCommands(), process.env['PATH']].join(delimiter),
        NODE_V8_COVERAGE: '',
        ...env,
      },
    });
    // What curvecmd has done it tells there; what has failed ends the example.
    const talk = forCurve ? /^curvecmd: (?!warning)/ : /^wcscmd: (upload ID|\S+ \w?i?B, verified)/;
    expect(stderr.split('\n').filter(line => line !== '' && !talk.test(line))).toEqual([]);
  });

  test('runs as a program', async () => {
    const bed = await startTestBed();
    expect(await runReadmeExamples(packageFolder, { cwd: bed.folder, env: { HOME: bed.folder } })).toBe(1);
  });

  test('names every command and every option of our own', () => {
    for (const command of [...CURVECMD_COMMANDS, ...WCSCMD_COMMANDS]) {
      expect(readme).toContain(`\n| \`${commandLine(command).replaceAll('|', '\\|')}\` `);
    }
    for (const { long } of CURVECMD_OPTIONS) {
      expect(readme).toMatch(new RegExp(`\\n\\| \`(-\\w, )?--${long}[ \`]`));
    }
    for (const option of WCSCMD_OPTIONS) {
      if ('addition' in option) expect(readme).toContain(`\n| \`--${option.long}\` `);
    }
  });
});
