import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { etag } from '@curve-wcs/etag';
import { lcg, temporaryFolder } from '@curve-wcs/test-support';
import { describe, expect, test } from 'vitest';
import { ExitCode, runCrc64Cal, runEtagCal } from '../src/index.js';
import { spawnCli } from './support/spawn-cli.js';
import { runTool } from './support/test-io.js';

describe.each([
  {
    tool: 'wcs_etag_cal',
    run: runEtagCal,
    subcommand: 'etag',
    empty: 'Fto5o-5ea0sNMlW_75VgGJCv2AcJ',
    check: etag(Buffer.from('123456789')),
  },
  { tool: 'wcs_crc64_cal', run: runCrc64Cal, subcommand: 'crc64', empty: '0', check: '11051210869376104954' },
] as const)('$tool', ({ tool, run, subcommand, empty, check }) => {
  function folderWithFiles(): string {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'empty'), '');
    writeFileSync(join(folder, "it's 中\n"), '123456789');
    return folder;
  }

  test('prints names and values', async () => {
    const result = await runTool(run, [subcommand, 'empty', "it's 中\n"], { cwd: folderWithFiles() });
    expect(result).toEqual({
      exitCode: ExitCode.success,
      stdout: `['empty', "it's 中\\n"]\n${empty} ${check}\n`,
      stderr: '',
    });
  });

  test('works as a program', async () => {
    const result = await spawnCli(tool, [subcommand, './empty'], { cwd: folderWithFiles() }).ended;
    expect(result).toMatchObject({
      exitCode: ExitCode.success,
      stdout: `['./empty']\n${empty}\n`,
      stderr: '',
    });
  });

  test('does the other files when one cannot be read', async () => {
    const cwd = folderWithFiles();
    mkdirSync(join(cwd, 'folder'));
    const result = await runTool(run, [subcommand, 'nope', 'empty', 'folder'], { cwd });
    expect(result).toEqual({
      exitCode: ExitCode.failed,
      stdout: `['nope', 'empty', 'folder']\n${empty}\n`,
      stderr: `${tool}: nope: no such file\n${tool}: folder: not a file\n`,
    });
  });

  test('prints JSON', async () => {
    const { exitCode, stdout } = await runTool(run, ['--json', subcommand, 'empty', 'nope'], {
      cwd: folderWithFiles(),
    });
    expect(exitCode).toBe(ExitCode.failed);
    expect(JSON.parse(stdout)).toEqual([
      { file: 'empty', [subcommand]: empty },
      { file: 'nope', error: 'no such file' },
    ]);
  });

  test('explains itself', async () => {
    const cwd = temporaryFolder();
    expect(await runTool(run, [], { cwd })).toEqual({ exitCode: ExitCode.success, stdout: '', stderr: '' });
    expect((await runTool(run, ['-h'], { cwd })).stdout).toContain(
      `Usage: ${tool} [options] ${subcommand} FILE...\n`,
    );
    expect(await runTool(run, [subcommand, '--help'], { cwd })).toEqual(await runTool(run, ['-h'], { cwd }));
    expect((await runTool(run, ['--version'], { cwd })).stdout).toMatch(
      new RegExp(`^${tool} \\d+\\.\\d+\\.\\d+`),
    );
  });

  test.each([
    [[subcommand], 'no files given; usage: '],
    [['other', 'file'], 'there is no sub-command other; usage: '],
    [['--json'], 'no sub-command given; usage: '],
    [['--nope'], 'there is no option --nope'],
  ])('refuses %j', async (argv, message) => {
    const { exitCode, stdout, stderr } = await runTool(run, argv, { cwd: temporaryFolder() });
    expect({ exitCode, stdout }).toEqual({ exitCode: ExitCode.usage, stdout: '' });
    expect(stderr).toContain(`${tool}: ${message}`);
  });

  test('ends when aborted', async () => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'big'), lcg(9 * 2 ** 20));
    const { exitCode, stderr } = await runTool(run, [subcommand, 'big'], {
      cwd,
      signal: AbortSignal.abort(),
    });
    expect({ exitCode, stderr }).toEqual({
      exitCode: ExitCode.interrupted,
      stderr: `${tool}: interrupted\n`,
    });
  });
});
