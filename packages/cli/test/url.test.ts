import { temporaryFolder } from '@curve-wcs/test-support';
import { signDownloadUrl } from '@curve-wcs/wcs-sdk';
import { expect, test } from 'vitest';
import { ExitCode, runWcscmd } from '../src/index.js';
import { spawnCli } from './support/spawn-cli.js';
import { startTestBed } from './support/test-bed.js';
import { runTool } from './support/test-io.js';

test('is where the object can be downloaded', async () => {
  const bed = await startTestBed();
  await bed.wcscmd(['put', 'wcs://demo/中/a b%2F', '-'], { stdin: 'hello' });
  const { exitCode, stdout, stderr } = await bed.wcscmd(['url', 'wcs://demo/中/a b%2F']);
  expect({ exitCode, stderr }).toEqual({ exitCode: ExitCode.success, stderr: '' });
  expect(await (await fetch(stdout.trim())).text()).toBe('hello');
  expect(JSON.parse((await bed.wcscmd(['url', 'wcs://demo/a', '--json'])).stdout)).toEqual({
    bucket: 'demo',
    key: 'a',
    url: `${bed.emulator.url}/-/demo/a`,
  });
});

test('needs no keys unless it is signed', async () => {
  const run = (...argv: string[]) =>
    runTool(runWcscmd, ['url', 'wcs://demo/a', ...argv], {
      cwd: temporaryFolder(),
      env: { WCS_GET_URL: 'https://{bucket}.example.com' },
    });
  expect(await run()).toEqual({ exitCode: 0, stdout: 'https://demo.example.com/a\n', stderr: '' });
  expect(await run('--expires', '1h')).toMatchObject({ exitCode: ExitCode.config, stdout: '' });
});

test.each([
  ['90', 90],
  ['10m', 600],
  ['2h', 7200],
  ['7d', 604_800],
])('--expires %s signs it for that long', async (text, seconds) => {
  const bed = await startTestBed();
  const { stdout } = await bed.wcscmd(['url', 'wcs://demo/a', '--expires', text, '--json']);
  const { url, expires } = JSON.parse(stdout);
  const { accessKey, secretKey } = bed.emulator;
  expect(url).toBe(
    signDownloadUrl({ accessKey, secretKey }, `${bed.emulator.url}/-/demo/a`, { expires: new Date(expires) }),
  );
  const left = (Date.parse(expires) - Date.now()) / 1000;
  expect(left).toBeGreaterThan(seconds - 60);
  expect(left).toBeLessThanOrEqual(seconds);
  expect(stdout).not.toContain(secretKey);
});

test.each(['0', 'soon', '-5', '1y', '99999999999'])('--expires %s is refused', async text => {
  const bed = await startTestBed();
  const { exitCode, stdout, stderr } = await bed.wcscmd(['url', 'wcs://demo/a', `--expires=${text}`]);
  expect({ exitCode, stdout }).toEqual({ exitCode: ExitCode.usage, stdout: '' });
  expect(stderr).toContain('--expires must be a number of seconds, or one with s, m, h or d');
});

test('runs as a program', async () => {
  const bed = await startTestBed();
  const run = await spawnCli('wcscmd', ['url', 'wcs://demo/a'], { cwd: bed.folder }).ended;
  expect(run).toMatchObject({ exitCode: 0, stdout: `${bed.emulator.url}/-/demo/a\n`, stderr: '' });
});
