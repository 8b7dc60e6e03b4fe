import { execFile, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify, stripVTControlCharacters } from 'node:util';
import { temporaryFolder } from '@curve-wcs/test-support';
import { describe, expect, test } from 'vitest';
import { CURVECMD_COMMANDS } from '../src/commands/curvecmd/registry.js';
import { WCSCMD_COMMANDS } from '../src/commands/wcscmd/registry.js';
import { CURVECMD_OPTIONS } from '../src/curvecmd/curvecmd-options.js';
import { ExitCode, runCurvecmd, runWcscmd } from '../src/index.js';
import { WCSCMD_OPTIONS } from '../src/wcscmd/wcscmd-options.js';
import { spawnCli } from './support/spawn-cli.js';
import { runTool } from './support/test-io.js';

const TOOLS = {
  wcscmd: { run: runWcscmd, commands: WCSCMD_COMMANDS, options: WCSCMD_OPTIONS },
  curvecmd: {
    run: runCurvecmd,
    commands: CURVECMD_COMMANDS,
    options: [...CURVECMD_OPTIONS, ...CURVECMD_COMMANDS.flatMap(({ options }) => options)],
  },
};
type ToolName = keyof typeof TOOLS;

async function scriptFor(tool: ToolName, shell: string): Promise<string> {
  const run = await runTool(TOOLS[tool].run, ['completion', shell], { cwd: temporaryFolder() });
  expect(run).toMatchObject({ exitCode: ExitCode.success, stderr: '' });
  return run.stdout;
}

/** What bash offers at the end of a line; its words are taken apart as bash does that. */
async function offered(tool: ToolName, words: readonly string[], cwd = temporaryFolder()): Promise<string[]> {
  const parts = words.flatMap(word =>
    word === '' ? [''] : word.split(/([:=]+)/).filter(part => part !== ''),
  );
  const script = `${await scriptFor(tool, 'bash')}
    COMP_WORDS=(${tool} "$@") COMP_CWORD=$#
    _${tool} && printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout } = await promisify(execFile)('bash', ['--norc', '-euc', script, 'bash', ...parts], { cwd });
  return stdout.split('\n').filter(Boolean);
}

describe('bash', () => {
  test.each(['wcscmd', 'curvecmd'] as const)(
    'offers every command of %s, and every option',
    async tool => {
      const { commands, options } = TOOLS[tool];
      const names = commands.flatMap(({ name, aliases = [] }) => [name, ...aliases]);
      expect((await offered(tool, [''])).sort()).toEqual(names.sort());
      const all = new Set<string>();
      for (const name of names) for (const option of await offered(tool, [name, '-'])) all.add(option);
      for (const { long } of options) expect([...all]).toContain(`--${long}`);
    },
    120_000,
  );

  test.each<[ToolName, string[], string[]]>([
    ['wcscmd', ['mul'], ['multiput']],
    ['wcscmd', ['--json', 'de'], ['del', 'deletePrefix']],
    ['wcscmd', ['-c', 'file', 'sta'], ['stat']],
    ['wcscmd', ['--overwrite', ''], ['0', '1']],
    ['wcscmd', ['--overwrite='], ['0', '1']],
    ['wcscmd', ['put', '--overwrite=1', 'wcs://demo/a:b', '--hum'], []],
    ['wcscmd', ['ls', '--hum'], ['--human']],
    ['wcscmd', ['jobs', ''], ['status', 'wait']],
    ['wcscmd', ['jobs', 'wait', ''], []],
    ['wcscmd', ['jobs', '--kind', 'f'], ['fmgr', 'fops']],
    ['wcscmd', ['--profile', ''], []],
    ['wcscmd', ['completion', ''], ['bash', 'zsh', 'fish']],
    ['wcscmd', ['stat', 'wcs://demo/'], []],
    ['wcscmd', ['--', '--js'], []],
    ['curvecmd', ['trash', ''], ['ls', 'restore', 'purge']],
    ['curvecmd', ['bench', '/v', '--rw', 'rand'], ['randread', 'randwrite', 'randrw']],
    ['curvecmd', ['ls', '--lo'], ['--long']],
    ['curvecmd', ['create', '--stripe-'], ['--stripe-unit', '--stripe-count']],
    ['curvecmd', ['stat', '--stripe-'], []],
  ])('%s %j offers %j', async (tool, words, expected) => {
    expect(await offered(tool, words)).toEqual(expected);
  });

  test('offers files where files are expected, and folders where those are', async () => {
    const cwd = temporaryFolder();
    for (const name of ['an image.img', 'another*', 'b']) writeFileSync(join(cwd, name), '');
    mkdirSync(join(cwd, 'and more'));
    const files = ['an image.img', 'and more', 'another*'];
    for (const words of [
      ['put', 'wcs://demo/a', 'an'],
      ['put', 'wcs://demo', 'an'],
      ['get', 'http://h:8/a?b=c', 'an'],
      ['-c', 'an'],
      ['--config=an'],
      ['crc64', '--', 'an'],
    ]) {
      expect((await offered('wcscmd', words, cwd)).sort(), words.join(' ')).toEqual(files);
    }
    expect(await offered('wcscmd', ['put', 'an'], cwd)).toEqual([]);
    expect(await offered('wcscmd', ['serve', '--folder', ''], cwd)).toEqual(['and more']);
    expect((await offered('curvecmd', ['import', 'an'], cwd)).sort()).toEqual(files);
    expect(await offered('curvecmd', ['import', 'b', 'an'], cwd)).toEqual([]);
    expect((await offered('curvecmd', ['export', '/vol1', 'an'], cwd)).sort()).toEqual(files);
  });

  test('completes what is typed', async () => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'script'), await scriptFor('wcscmd', 'bash'));
    writeFileSync(join(cwd, 'my file'), '');
    const typed = [
      'source ./script',
      'wcscmd() { printf "<%s>" "$@"; }',
      'wcscmd multip\t wcs://demo/x my\t--sep\t1',
      'exit',
      '',
    ].join('\n');
    const command = 'bash --norc --noprofile -i';
    const { stdout } = spawnSync(
      'script',
      process.platform === 'linux'
        ? ['-qec', command, '/dev/null']
        : ['-q', '/dev/null', ...command.split(' ')],
      {
        cwd,
        input: typed,
        encoding: 'utf8',
        env: { ...process.env, INPUTRC: '/dev/null', TERM: 'xterm', HOME: cwd },
      },
    );
    expect(stripVTControlCharacters(stdout)).toContain('<multiput><wcs://demo/x><my file><--separate><1>');
  });
});

/** Whether a shell is here; then it reads the script itself. */
function installed(shell: string): boolean {
  return spawnSync(shell, ['--version']).status === 0;
}

describe.each(['wcscmd', 'curvecmd'] as const)('the scripts of %s', tool => {
  const { commands, options } = TOOLS[tool];
  const names = commands.flatMap(({ name, aliases = [] }) => [name, ...aliases]);

  test('for bash can be read by it', async () => {
    const { status, stderr } = spawnSync('bash', ['-n'], { input: await scriptFor(tool, 'bash') });
    expect({ status, stderr: String(stderr) }).toEqual({ status: 0, stderr: '' });
  });

  test('for zsh describes every command and option', async () => {
    const script = await scriptFor(tool, 'zsh');
    // What of zsh is in it bash can parse as well.
    const { status, stderr } = spawnSync(installed('zsh') ? 'zsh' : 'bash', ['-n'], { input: script });
    expect({ status, stderr: String(stderr) }).toEqual({ status: 0, stderr: '' });
    expect(script).toMatch(new RegExp(`^#compdef ${tool}\n`));
    for (const name of names) expect(script).toContain(`\n    '${name}:`);
    for (const { long, short } of options as readonly { long: string; short?: string }[]) {
      expect(script).toContain(`\n    '--${long}:`);
      if (short !== undefined) expect(script).toContain(`\n    '-${short}:`);
    }
  });

  test('for fish describes every command and option', async () => {
    const script = await scriptFor(tool, 'fish');
    if (installed('fish')) expect(spawnSync('fish', ['-n'], { input: script }).status).toBe(0);
    const quoted = String.raw`'(?:[^'\\]|\\.)*'`;
    const line = new RegExp(
      `^complete -c ${tool}( -f| -F| -r| -x| -n (${quoted}|\\w+)| -l [\\w-]+| -s \\w| -a (${quoted}|[\\w-]+)| -d ${quoted})+$`,
    );
    for (const one of script.trimEnd().split('\n').slice(1)) expect(one).toMatch(line);
    for (const name of names) expect(script).toContain(` -n __fish_use_subcommand -a ${name} -d '`);
    for (const { long } of options) expect(script).toMatch(new RegExp(` -l ${long} .*-d '`));
  });

  test('for any other shell are refused', async () => {
    const run = await runTool(TOOLS[tool].run, ['completion', 'csh'], { cwd: temporaryFolder() });
    expect(run).toEqual({
      exitCode: ExitCode.usage,
      stdout: '',
      stderr: `${tool}: there is completion for bash|zsh|fish, not for csh\n`,
    });
  });

  test('come from the program', async () => {
    const spawned = spawnCli(tool, ['completion', 'bash'], { cwd: temporaryFolder() });
    expect(await spawned.ended).toMatchObject({
      exitCode: 0,
      stdout: await scriptFor(tool, 'bash'),
      stderr: '',
    });
  });
});
