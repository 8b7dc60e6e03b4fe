import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '@curve-wcs/test-support';
import { expect, onTestFinished, test } from 'vitest';
import { runWcscmd } from '../src/index.js';
import { spawnCli } from './support/spawn-cli.js';
import { Collector, runTool } from './support/test-io.js';

const packageFolder = fileURLToPath(new URL('..', import.meta.url));

/** Serves in this process until the test is over; gives what it tells as JSON. */
async function serving(cwd: string, ...options: string[]) {
  const stdout = new Collector();
  const abort = new AbortController();
  onTestFinished(() => abort.abort());
  const argv = ['serve', '--json', '--quiet', ...options];
  const running = runTool(runWcscmd, argv, { cwd, stdout, signal: abort.signal });
  await expect.poll(() => stdout.text).toMatch(/\n$/);
  const end = async () => {
    abort.abort();
    expect(await running).toMatchObject({ exitCode: 0, stderr: '' });
  };
  return { ...JSON.parse(stdout.text), end };
}

test.each(['SIGINT', 'SIGTERM'] as const)('runs a service until %s, and ends cleanly', async signal => {
  const cwd = temporaryFolder();
  // A configuration that makes no sense is none of its business.
  const env = { WCS_PROFILE: 'none' };
  const server = spawnCli('wcscmd', ['serve', '--bucket', 'photos,backup'], { cwd, env });
  let said = '';
  server.process.stdout.on('data', chunk => {
    said += String(chunk);
  });
  await expect.poll(() => said).toMatch(/\ndata: .*\n$/);
  const [, config = '', page = ''] =
    /^config: (.+)\nurl: http:.*\npage: (.+)\nbuckets: photos backup\n/.exec(said) ?? [];
  expect((await fetch(page)).status).toBe(200);
  expect(statSync(config).mode & 0o777).toBe(0o600);
  const listed = await spawnCli('wcscmd', ['ls'], { cwd, env: { WCS_CONFIG: config } }).ended;
  expect(listed).toMatchObject({ exitCode: 0, stdout: 'backup\nphotos\n', stderr: '' });
  server.process.kill(signal);
  const { exitCode, stderr } = await server.ended;
  expect({ exitCode, stderr }).toEqual({
    exitCode: 0,
    stderr: `wcscmd: in another shell: export WCS_CONFIG=${config}\n`,
  });
  expect(existsSync(config)).toBe(false);
});

test('keeps its data and its keys in a folder', async () => {
  const cwd = temporaryFolder();
  const wcscmd = (...argv: string[]) =>
    runTool(runWcscmd, ['-c', 'data/.wcscfg', ...argv], { cwd, stdin: 'hello' });
  const first = await serving(cwd, '--folder', 'data');
  expect(first).toMatchObject({
    buckets: ['demo'],
    dataDir: join(cwd, 'data'),
    config: join(cwd, 'data/.wcscfg'),
  });
  expect((await wcscmd('put', 'wcs://demo/a', '-')).exitCode).toBe(0);
  await first.end();
  const before = readFileSync(join(cwd, 'data/.wcscfg'), 'utf8');
  const second = await serving(cwd, '--folder', 'data', '--port', new URL(first.url).port);
  expect(second.url).toBe(first.url);
  expect(readFileSync(join(cwd, 'data/.wcscfg'), 'utf8')).toBe(before);
  expect((await wcscmd('cat', 'wcs://demo/a')).stdout).toBe('hello');
  await second.end();
});

test('leaves the configuration of an account as it is', async () => {
  const cwd = temporaryFolder();
  const account = '[default]\naccess_key = mine\nsecret_key = precious\n';
  writeFileSync(join(cwd, '.wcscfg'), account);
  expect(await runTool(runWcscmd, ['serve', '--folder', '.'], { cwd })).toEqual({
    exitCode: 1,
    stdout: '',
    stderr: `wcscmd: ${cwd}/.wcscfg is not of an earlier serve, and would be replaced; choose another folder\n`,
  });
  expect(readFileSync(join(cwd, '.wcscfg'), 'utf8')).toBe(account);
  expect(readdirSync(cwd)).toEqual(['.wcscfg']);
});

test.each<[string[], RegExp, number]>([
  [['--port', '70000'], /--port must be a whole number from 0 to 65535; it is "70000"/, 2],
  [['--bucket', 'A_B/c'], /bucket/, 2],
  [['--folder', '/dev/null/x'], /cannot keep data in \/dev\/null\/x/, 1],
])('%j is refused', async (options, message, exitCode) => {
  const run = await runTool(runWcscmd, ['serve', ...options], { cwd: temporaryFolder() });
  expect(run).toEqual({ exitCode, stdout: '', stderr: expect.stringMatching(message) });
});

test('where the emulator is not installed says how to get it', () => {
  const folder = temporaryFolder();
  const modules = join(folder, 'node_modules');
  const installed = join(modules, '@curve-wcs/cli');
  for (const name of ['bin', 'dist', 'package.json']) {
    cpSync(join(packageFolder, name), join(installed, name), { recursive: true });
  }
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(installed, 'bin/wcscmd.js'), 'serve']);
  expect({ status, stdout: String(stdout), stderr: String(stderr) }).toEqual({
    status: 1,
    stdout: '',
    stderr:
      'wcscmd: the package @curve-wcs/wcs-emulator is not installed; ' +
      'install it beside @curve-wcs/cli: npm install --global @curve-wcs/wcs-emulator\n',
  });
});
