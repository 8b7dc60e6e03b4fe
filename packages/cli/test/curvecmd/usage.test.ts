import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@curve-wcs/test-support';
import { describe, expect, test } from 'vitest';
import { CURVECMD_COMMANDS } from '../../src/commands/curvecmd/registry.js';
import { CURVECMD_OPTIONS } from '../../src/curvecmd/curvecmd-options.js';
import { ExitCode, runCurvecmd } from '../../src/index.js';
import { spawnCli } from '../support/spawn-cli.js';
import { runTool } from '../support/test-io.js';

const run = (argv: readonly string[]) => runTool(runCurvecmd, argv, { cwd: temporaryFolder() });

describe('help', () => {
  test('names every command and option', async () => {
    const { exitCode, stdout, stderr } = await run(['--help']);
    expect({ exitCode, stderr }).toEqual({ exitCode: ExitCode.success, stderr: '' });
    for (const { name } of CURVECMD_COMMANDS) expect(stdout).toContain(`\n  ${name} `);
    for (const { long } of CURVECMD_OPTIONS) expect(stdout).toMatch(new RegExp(` --${long}( |$)`, 'm'));
    for (const line of stdout.split('\n')) expect(line.length, line).toBeLessThanOrEqual(100);
  });

  test('is what comes without arguments', async () => {
    expect(await run([])).toEqual(await run(['-h']));
  });

  test.each(CURVECMD_COMMANDS)(
    'of $name, before or after its name, whatever else there is',
    async command => {
      const { name, options, examples } = command;
      const { exitCode, stdout, stderr } = await run([name, '--help', '--nonsense']);
      expect({ exitCode, stderr }).toEqual({ exitCode: ExitCode.success, stderr: '' });
      expect(stdout).toMatch(new RegExp(`^Usage: curvecmd \\[options\\] ${name}\\b`));
      expect(stdout).not.toMatch(/\n\n\n/);
      for (const { long } of options) expect(stdout).toContain(` --${long}`);
      expect(examples.length).toBeGreaterThan(0);
      for (const example of examples) expect(stdout).toContain(example);
      for (const line of stdout.split('\n')) expect(line.length, line).toBeLessThanOrEqual(110);
      expect((await run(['--help', name])).stdout).toBe(stdout);
    },
  );

  test('loads neither an SDK nor the emulator nor the progress bar', async () => {
    const loaded = await modulesLoadedBy(['--help']);
    expect(loaded).toContainEqual(expect.stringMatching(/cli\/bin\/curvecmd\.js$/));
    expect(
      loaded.filter(url => /curve-(sdk|native|emulator)|wcs-sdk|\/etag\/|cli-progress/.test(url)),
    ).toEqual([]);
  });

  test('a command loads no SDK but its own', async () => {
    const loaded = await modulesLoadedBy(['stat', '/v', '--conf', 'none', '--user', 'alice']);
    expect(loaded.filter(url => /wcs-sdk|\/etag\/|emulator/.test(url))).toEqual([]);
  });
});

/** Files that a run of the program loads. */
async function modulesLoadedBy(argv: string[]): Promise<string[]> {
  const folder = temporaryFolder();
  const coverage = join(folder, 'coverage');
  await spawnCli('curvecmd', argv, { cwd: folder, env: { NODE_V8_COVERAGE: coverage } }).ended;
  return readdirSync(coverage).flatMap(file => {
    const { result } = JSON.parse(readFileSync(join(coverage, file), 'utf8')) as {
      result: { url: string }[];
    };
    return result.map(({ url }) => url).filter(url => url.startsWith('file:'));
  });
}

test('--version', async () => {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  expect(await run(['--version'])).toEqual({ exitCode: 0, stdout: `curvecmd ${version}\n`, stderr: '' });
});

test('an option means the same for every command that has it', () => {
  const seen = new Map<string, string>();
  for (const { options } of CURVECMD_COMMANDS) {
    for (const { long, short, argument } of [...CURVECMD_OPTIONS, ...options] as {
      long: string;
      short?: string;
      argument?: string;
    }[]) {
      const form = `${short} ${argument === undefined}`;
      expect(seen.get(long) ?? form, long).toBe(form);
      seen.set(long, form);
    }
  }
  const shorts = [...seen.values()].map(form => form.split(' ')[0]).filter(short => short !== 'undefined');
  expect(new Set(shorts).size).toBe(shorts.length);
});

describe('a command line that makes no sense', () => {
  test.each<[string[], string]>([
    [['craete', '/v'], 'there is no command craete; did you mean create?'],
    [['frobnicate'], 'there is no command frobnicate; see curvecmd --help'],
    [['--json'], 'no command given; see curvecmd --help'],
    [['ls', '--jsno'], 'there is no option --jsno; did you mean --json?'],
    [['ls', '--frobnicate'], 'there is no option --frobnicate'],
    [['ls', '--size', '1G'], 'ls has no option --size; see curvecmd ls --help'],
    [['stat'], 'not enough arguments for stat; usage: curvecmd stat PATH'],
    [['stat', '/a', '/b'], 'too many arguments for stat; usage: curvecmd stat PATH'],
    [['create', '/v', '--size'], 'option --size needs an argument: SIZE'],
    [['create', '/v', '--size', '--json'], 'option --size needs an argument: SIZE'],
    [['\u001b[2J'], 'there is no command \\u001b[2J; see curvecmd --help'],
  ])('%j', async (argv, message) => {
    expect(await run(argv)).toEqual({
      exitCode: ExitCode.usage,
      stdout: '',
      stderr: `curvecmd: ${message}\n`,
    });
  });
});
