import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { lcg } from '@curve-wcs/test-support';
import { expect, test } from 'vitest';
import { startTestBed } from './support/test-bed.js';

const program = fileURLToPath(new URL('../bin/wcscmd.js', import.meta.url));

/** What a terminal is sent: `script` makes one, and is called differently on BSD systems. */
async function onTerminal(cwd: string, words: string[]): Promise<string> {
  const line = [process.execPath, program, ...words].map(word => `'${word}'`).join(' ');
  const env = { ...process.env, HOME: cwd, TERM: 'xterm', NODE_V8_COVERAGE: '' };
  const command = `stty cols 120; ${line}`;
  const argv =
    process.platform === 'linux' ? ['-qec', command, '/dev/null'] : ['-q', '/dev/null', 'sh', '-c', command];
  const { stdout } = await promisify(execFile)('script', argv, { cwd, env });
  return stdout;
}

test('a terminal sees the bar, then the result in its place', async () => {
  const bed = await startTestBed();
  bed.write('a', lcg(3 * 2 ** 20));
  const shown = await onTerminal(bed.folder, ['put', 'wcs://demo', 'a']);
  expect(shown).toContain('100%  3.0 MiB of 3.0 MiB');
  // The line of the bar is cleared, the cursor shown again; then comes the result, with its labels in bold.
  const [, afterwards = ''] = shown.split('\u001b[?25h');
  expect(afterwards).toContain('\u001b[2K');
  expect(afterwards).toContain('\u001b[1msize\u001b[22m: 3145728\r\n');
});
