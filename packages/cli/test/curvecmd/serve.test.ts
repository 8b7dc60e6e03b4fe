import { spawnSync } from 'node:child_process';
import { cpSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '@curve-wcs/test-support';
import { expect, onTestFinished, test } from 'vitest';
import { runCurvecmd } from '../../src/index.js';
import { spawnCli } from '../support/spawn-cli.js';
import { Collector, runTool } from '../support/test-io.js';

const packageFolder = fileURLToPath(new URL('../..', import.meta.url));

test.each(['SIGINT', 'SIGTERM'] as const)('runs a cluster until %s, and ends cleanly', async signal => {
  const cwd = temporaryFolder();
  const serving = spawnCli('curvecmd', ['serve', '--chunkservers', '2', '--data-dir', 'data'], { cwd });
  let said = '';
  serving.process.stdout.on('data', chunk => {
    said += String(chunk);
  });
  await expect.poll(() => said).toMatch(/\ndata: .*\n$/);
  const conf = /^client\.conf: (.+)$/m.exec(said)?.[1] ?? '';
  expect(said).toMatch(
    /\nmds: 127\.0\.0\.1:\d+\nchunkservers: 127\.0\.0\.1:\d+ 127\.0\.0\.1:\d+\nsnapshot-clone: 127\.0\.0\.1:\d+\ncontrol: http:\/\/127\.0\.0\.1:\d+\n/,
  );

  const env = { CURVE_CONF: conf, CURVE_USER: 'alice' };
  const created = spawnCli('curvecmd', ['create', '/vol1', '--size', '10G'], { cwd, env });
  expect(await created.ended).toMatchObject({ exitCode: 0, stderr: '' });
  const control = /^control: (.+)$/m.exec(said)?.[1] ?? '';
  expect(await (await fetch(`${control}/cluster`)).json()).toMatchObject({
    chunkservers: [{ id: 1 }, { id: 2 }],
  });

  serving.process.kill(signal);
  const { exitCode, stderr } = await serving.ended;
  expect({ exitCode, stderr }).toEqual({
    exitCode: 0,
    stderr: `curvecmd: try: curvecmd --conf ${conf} --user alice create /vol1 --size 10G\n`,
  });
  expect(existsSync(conf)).toBe(true);
});

test('as JSON tells where everything is', async () => {
  const stdout = new Collector();
  const abort = new AbortController();
  onTestFinished(() => abort.abort());
  const argv = ['serve', '--json', '--quiet', '--mds', '2', '--chunkservers', '1'];
  const running = runTool(runCurvecmd, argv, { cwd: temporaryFolder(), stdout, signal: abort.signal });
  await expect.poll(() => stdout.text).toMatch(/\n$/);
  const { conf, mds, chunkservers, snapshotClone, control } = JSON.parse(stdout.text);
  expect([mds.length, chunkservers.length, snapshotClone.length]).toEqual([2, 1, 1]);
  expect(control).toMatch(/^http:/);
  expect(existsSync(conf)).toBe(true);
  abort.abort();
  expect(await running).toMatchObject({ exitCode: 0, stderr: '' });
  // Nothing of a folder that was not named stays behind.
  expect(existsSync(conf)).toBe(false);
});

test.each<[string[], RegExp, number]>([
  [['--chunkservers', '0'], /--chunkservers must be a whole number from 1 to 1000/, 2],
  [['--host', 'localhost'], /host is localhost, not an IPv4 address/, 2],
  [['--port', '65535'], /portBase is 65535/, 2],
  [['--data-dir', '/dev/null/x'], /cannot keep data in \/dev\/null\/x/, 1],
])('%j is refused', async (options, message, exitCode) => {
  const run = await runTool(runCurvecmd, ['serve', ...options], { cwd: temporaryFolder() });
  expect(run).toEqual({ exitCode, stdout: '', stderr: expect.stringMatching(message) });
});

test('where the emulator is not installed says how to get it', async () => {
  const folder = temporaryFolder();
  const installed = join(folder, 'node_modules/@curve-wcs/cli');
  for (const name of ['bin', 'dist', 'package.json']) {
    cpSync(join(packageFolder, name), join(installed, name), { recursive: true });
  }
  const { status, stdout, stderr } = spawnSync(process.execPath, [
    join(installed, 'bin/curvecmd.js'),
    'serve',
  ]);
  expect({ status, stdout: String(stdout), stderr: String(stderr) }).toEqual({
    status: 1,
    stdout: '',
    stderr:
      'curvecmd: the package @curve-wcs/curve-emulator is not installed; ' +
      'install it beside @curve-wcs/cli: npm install --global @curve-wcs/curve-emulator\n',
  });
});
