import { lstatSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { temporaryFolder } from '@curve-wcs/test-support';
import { expect, test } from 'vitest';
import { ExitCode, runWcscmd } from '../src/index.js';
import { spawnCli } from './support/spawn-cli.js';
import { runTool, testIo } from './support/test-io.js';

const ABORTED = '\nConfiguration aborted. Changes were NOT saved.\n';

/** Answers to the 19 questions; empty ones keep what is. */
function answers(changed: Record<number, string> = {}): string {
  return Array.from({ length: 19 }, (_, index) => `${changed[index] ?? ''}\n`).join('');
}

const read = (folder: string) => readFileSync(join(folder, '.wcscfg'), 'utf8');

test('saves what was entered, for the owner only, and keeps settings that it does not know', async () => {
  const folder = temporaryFolder();
  const path = join(folder, '.wcscfg');
  writeFileSync(path, 'secret_key = old-secret\nget_url = cdn\nreturnBody = x=$(key)\n', { mode: 0o644 });
  const stdin = `${answers({ 0: 'AK', 2: 'up.example.com', 13: 'yes' })}y\n`;
  const { exitCode, stdout, stderr } = await runTool(runWcscmd, ['--configure'], { cwd: folder, stdin });
  expect({ exitCode, stderr }).toEqual({ exitCode: ExitCode.success, stderr: '' });
  expect(stdout.endsWith(`Save settings? [y/N] Configuration saved to '${path}'\n`)).toBe(true);
  expect(stdout).toContain('Secret Key [********]: ');
  expect(stdout).toContain('\n  secret_key: ********\n');
  expect(stdout).not.toContain('old-secret');
  for (const line of [
    'access_key = AK',
    'secret_key = old-secret',
    'put_url = up.example.com',
    'ishttps = True',
    'get_url = cdn',
    'returnBody = x=$(key)',
  ]) {
    expect(read(folder)).toContain(`\n${line}\n`);
  }
  expect(statSync(path).mode & 0o777).toBe(0o600);
  const dumped = await runTool(runWcscmd, ['--dump-config', '--show-secrets'], { cwd: folder });
  expect(dumped.stdout).toBe(read(folder));
});

test('asks again for what cannot be', async () => {
  const folder = temporaryFolder();
  const bad = {
    0: 'A K\nAK',
    2: 'http://\nup',
    4: '1000\n0\n8388608',
    5: '3\n2',
    6: '-1\n5',
    13: 'maybe\non',
    14: 'off',
    17: 'soon\n60',
  };
  const { exitCode, stdout, stderr } = await runTool(runWcscmd, ['--configure'], {
    cwd: folder,
    stdin: `${answers(bad)}y\n`,
  });
  expect(exitCode).toBe(ExitCode.success);
  expect(stdout.split('Block_Size [4194304]: ')).toHaveLength(4);
  expect(stderr.split('\n').filter(Boolean)).toEqual([
    'wcscmd: warning: Access Key must be printable, without colon or space',
    'wcscmd: warning: PUT_URL must be a host or an http:// or https:// URL',
    'wcscmd: warning: Block_Size must be a positive multiple of 4194304 (4 MiB)',
    'wcscmd: warning: Block_Size must be a positive multiple of 4194304 (4 MiB)',
    'wcscmd: warning: Bput_Size must be a positive even number',
    'wcscmd: warning: Connection_Retires must be a whole number',
    'wcscmd: warning: IsHttps must be yes or no',
    'wcscmd: warning: deadline must be a positive number of seconds',
  ]);
  for (const line of [
    'block_size = 8388608',
    'bput_size = 2',
    'connection_retries = 5',
    'ishttps = True',
    'isverify = False',
    'deadline = 60',
  ]) {
    expect(read(folder)).toContain(`\n${line}\n`);
  }
});

test('begins anew when that is wanted', async () => {
  const folder = temporaryFolder();
  const stdin = `${answers({ 0: 'first' })}n\n\n${answers({ 1: 'SK' })}y\n`;
  const { exitCode, stdout } = await runTool(runWcscmd, ['--configure', '--show-secrets'], {
    cwd: folder,
    stdin,
  });
  expect(exitCode).toBe(ExitCode.success);
  expect(stdout).toContain('Access Key [first]: ');
  expect(stdout).toContain('\n  secret_key: SK\n');
  expect(read(folder)).toMatch(/^access_key = first$/m);
});

test.each([
  ['at once', ''],
  ['in the middle', 'AK\nSK\n'],
  ['before it is saved', answers()],
  ['instead of a retry', `${answers()}no\n`],
])('saves nothing when the answers end %s', async (_, stdin) => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, '.wcscfg'), 'access_key = before\n');
  const { exitCode, stdout, stderr } = await runTool(runWcscmd, ['--configure'], { cwd: folder, stdin });
  expect({ exitCode, stderr }).toEqual({ exitCode: ExitCode.success, stderr: '' });
  expect(stdout.endsWith(ABORTED)).toBe(true);
  expect(read(folder)).toBe('access_key = before\n');
});

test('Ctrl-C saves nothing', async () => {
  const cwd = temporaryFolder();
  const abort = new AbortController();
  const io = testIo({ cwd, stdin: new Readable({ read() {} }), signal: abort.signal });
  const run = runWcscmd(['--configure'], io);
  await expect.poll(() => io.stdout.text).toContain('Access Key: ');
  abort.abort();
  expect(await run).toBe(ExitCode.success);
  expect(io.stdout.text.endsWith(ABORTED)).toBe(true);
});

test('a secret that is typed on a terminal is not echoed', async () => {
  const cwd = temporaryFolder();
  const stdin = new Readable({ read() {} });
  const io = testIo({ cwd, stdin, terminal: true });
  const run = runWcscmd(['--configure'], io);
  for (const [question, answer] of [
    ['Access Key: ', 'visible-key\n'],
    ['Secret Key: ', 'typed-secreX\x7ft\n'],
    ['PUT_URL: ', '\n'.repeat(17)],
    ['Save settings? [y/N] ', 'y\n'],
  ] as const) {
    await expect.poll(() => io.stdout.text).toContain(question);
    stdin.push(answer);
  }
  expect(await run).toBe(ExitCode.success);
  expect(io.stdout.text).toContain('visible-key');
  expect(io.stdout.text).not.toContain('typed');
  expect(read(cwd)).toContain('\nsecret_key = typed-secret\n');
});

test('makes the file that -c names, and leaves a link a link', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'target'), '');
  symlinkSync('target', join(folder, 'link'));
  const stdin = `${answers({ 0: 'AK' })}y\n`;
  for (const name of ['new', 'link']) {
    expect((await runTool(runWcscmd, ['--configure', '-c', name], { cwd: folder, stdin })).exitCode).toBe(
      ExitCode.success,
    );
  }
  expect(lstatSync(join(folder, 'link')).isSymbolicLink()).toBe(true);
  for (const name of ['new', 'target'])
    expect(readFileSync(join(folder, name), 'utf8')).toContain('access_key = AK\n');
});

test('works as a program with its answers piped in', async () => {
  const cwd = temporaryFolder();
  const run = await spawnCli('wcscmd', ['--configure'], { cwd, stdin: `${answers({ 0: 'AK', 1: 'SK' })}y\n` })
    .ended;
  expect(run).toMatchObject({ exitCode: ExitCode.success, stderr: '' });
  expect(read(cwd)).toContain('access_key = AK\n');
});
