import { spawnSync } from 'node:child_process';
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '@curve-wcs/test-support';
import { describe, expect, test } from 'vitest';
import { WCSCMD_COMMANDS } from '../src/commands/wcscmd/registry.js';
import { ExitCode, runWcscmd } from '../src/index.js';
import { WCSCMD_OPTIONS } from '../src/wcscmd/wcscmd-options.js';
import { runTool } from './support/test-io.js';

const program = fileURLToPath(new URL('../bin/wcscmd.js', import.meta.url));
const run = (argv: string[]) => runTool(runWcscmd, argv, { cwd: temporaryFolder() });

describe('help', () => {
  test('names every command and option', async () => {
    const { exitCode, stdout, stderr } = await run(['--help']);
    expect({ exitCode, stderr }).toEqual({ exitCode: ExitCode.success, stderr: '' });
    for (const { name } of WCSCMD_COMMANDS) expect(stdout).toContain(`\n  ${name} `);
    for (const { long } of WCSCMD_OPTIONS) expect(stdout).toMatch(new RegExp(` --${long}( |$)`, 'm'));
    for (const line of stdout.split('\n')) expect(line.length, line).toBeLessThanOrEqual(100);
  });

  test('is what comes without arguments', async () => {
    expect(await run([])).toEqual(await run(['-h']));
  });

  test.each(WCSCMD_COMMANDS.map(({ name }) => name))('of %s, before or after its name', async name => {
    const { exitCode, stdout } = await run([name, '--help', '--nonsense']);
    expect(exitCode).toBe(ExitCode.success);
    expect(stdout).toMatch(new RegExp(`^Usage: wcscmd \\[options\\] ${name}\\b`));
    expect(stdout).not.toMatch(/\n\n\n/);
    for (const line of stdout.split('\n')) expect(line.length, line).toBeLessThanOrEqual(110);
    expect((await run(['--help', name])).stdout).toBe(stdout);
  });

  test('of a command lists the options that it heeds', async () => {
    const optionsOf = async (name: string) =>
      [...(await run([name, '--help'])).stdout.matchAll(/^ {2}(?:-\w, )?--(\S+)/gm)].map(([, long]) => long);
    expect(await optionsOf('stat')).toEqual([]);
    expect(await optionsOf('setdeadline')).toEqual(['relevance']);
    expect(await optionsOf('put')).toEqual(expect.arrayContaining(['overwrite', 'callbackurl', 'recursive']));
    const ofSync = ['delete', 'dry-run', 'exclude', 'no-verify', 'callbackurl', 'traffic_limit'];
    expect(await optionsOf('sync')).toEqual(expect.arrayContaining(ofSync));
    expect(await optionsOf('sync')).not.toContain('overwrite');
  });

  test('of commands names only commands that there are', () => {
    const names = WCSCMD_COMMANDS.map(({ name }) => name);
    for (const option of WCSCMD_OPTIONS) {
      if ('heededBy' in option) expect(names).toEqual(expect.arrayContaining([...option.heededBy]));
      if ('commands' in option) expect(names).toEqual(expect.arrayContaining([...option.commands]));
    }
  });
});

test('output that cannot be written is a failure', () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'file'), '');
  const readOnly = openSync(join(folder, 'file'), 'r');
  const { status, stderr } = spawnSync(process.execPath, [program, '--help'], {
    stdio: ['ignore', readOnly, 'pipe'],
  });
  closeSync(readOnly);
  expect({ status, stderr: String(stderr) }).toEqual({
    status: ExitCode.failed,
    stderr: 'cannot write to stdout: EBADF: bad file descriptor, write\n',
  });
});

test('talk that cannot be written is no failure', () => {
  const folder = temporaryFolder();
  const full = openSync('/dev/full', 'w');
  const words = ['url', 'wcs://demo/a', '--verbose'];
  const { status, stdout } = spawnSync(process.execPath, [program, ...words], {
    ...{ cwd: folder, stdio: ['ignore', 'pipe', full] },
    env: { ...process.env, HOME: folder, WCS_GET_URL: 'http://{bucket}.example.com' },
  });
  closeSync(full);
  expect({ status, stdout: String(stdout) }).toEqual({ status: 0, stdout: 'http://demo.example.com/a\n' });
});

test('--version', async () => {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  expect(await run(['--version'])).toEqual({ exitCode: 0, stdout: `wcscmd ${version}\n`, stderr: '' });
});

describe('a command line that makes no sense', () => {
  test.each([
    [['frobnicate'], 'there is no command frobnicate; see wcscmd --help'],
    [['--json'], 'no command given; see wcscmd --help'],
    [['stat'], 'not enough arguments for stat; usage: wcscmd stat wcs://BUCKET/KEY'],
    [['stat', 'wcs://b/k', 'x'], 'too many arguments for stat; usage: wcscmd stat wcs://BUCKET/KEY'],
    [['listbucket', 'x'], 'too many arguments for listbucket; usage: wcscmd listbucket'],
    [['get'], 'not enough arguments for get; usage: wcscmd get URL|wcs://BUCKET/KEY [NAME]'],
    [['get', 'u', 'a', 'b'], 'too many arguments for get; usage: wcscmd get URL|wcs://BUCKET/KEY [NAME]'],
    [['--nope', 'listbucket'], 'there is no option --nope'],
    [['stat', 'bucket/key'], 'expected wcs://BUCKET or wcs://BUCKET/KEY, got "bucket/key"'],
    [['stat', 'wcs://'], 'expected wcs://BUCKET or wcs://BUCKET/KEY, got "wcs://"'],
    [['stat', 'wcs:///key'], 'expected wcs://BUCKET or wcs://BUCKET/KEY, got "wcs:///key"'],
    [['stat', 'wcs://bucket'], 'expected wcs://BUCKET/KEY, got "wcs://bucket"'],
    [['del', 'wcs://bucket/'], 'expected wcs://BUCKET/KEY, got "wcs://bucket/"'],
    [
      ['list', 'wcs://bucket/key'],
      'expected wcs://BUCKET, got "wcs://bucket/key"; choose keys with --prefix',
    ],
    [['put', 'wcs://bucket', '-'], 'an upload from stdin needs a key: wcs://BUCKET/KEY'],
    [['get', 'ftp://host/a'], 'get takes an http:// or https:// URL, or wcs://BUCKET/KEY'],
    [['get', 'host/a'], 'get takes an http:// or https:// URL, or wcs://BUCKET/KEY'],
    [['get', 'http://host/dir/'], 'no file name can be made of that: give one as the second argument'],
    [
      ['get', 'http://host/%2e%2E%2Fx/..'],
      'no file name can be made of that: give one as the second argument',
    ],
    [
      ['get', 'http://host/a', '-', '--json'],
      'the object itself goes to stdout: --json cannot go there as well',
    ],
    [['listbucket', '--limit', '1001'], '--limit must be 1 to 1000; it is "1001"'],
    [['listbucket', '--deadline', 'soon'], '--deadline must be a positive number of seconds; it is "soon"'],
    [['stat', 'wcs://b/k', '--human'], 'stat does not take --human'],
    [['get', 'wcs://b/k', '--expires', '1h'], 'get does not take --expires'],
    [['stat', 'wcs://b/k', '--format', 'python'], 'stat does not take --format'],
    [['listbucket', '--overwrite', 'yes'], '--overwrite must be 0 or 1; it is "yes"'],
  ])('%j', async (argv, message) => {
    expect(await run(argv)).toEqual({ exitCode: ExitCode.usage, stdout: '', stderr: `wcscmd: ${message}\n` });
  });

  test('is shown harmlessly', async () => {
    const { stderr } = await run(['\u001b[2J']);
    expect(stderr).toBe('wcscmd: there is no command \\u001b[2J; see wcscmd --help\n');
  });
});
