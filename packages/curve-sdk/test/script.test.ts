import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startCurveEmulator } from '@curve-wcs/curve-emulator';
import { temporaryFolder, typescriptFlags, vectors } from '@curve-wcs/test-support';
import { describe, expect, it } from 'vitest';
import { CBDClient } from '../src/index.js';
import { Command, parseNumber, parseScript, ScriptError } from '../src/script/command.js';
import { ScriptRunner } from '../src/script/runner.js';
import { commandOf, transcript } from './support/transcript.js';

const execute = promisify(execFile);
const PACKAGE = fileURLToPath(new URL('..', import.meta.url));

describe('the script language', () => {
  it.each([
    ['0', 0],
    ['-1', -1],
    ['4K', 4096],
    ['10G', 10 * 2 ** 30],
    ['21T', 21 * 2 ** 40],
    ['0M', 0],
    ['1m', 2 ** 20],
    ['0.2', 0.2],
  ])('reads %s as %d', (word, value) => expect(parseNumber(word)).toBe(value));

  it.each(['', 'K', '4X', '4KB', '0x10', 'fd', '1,5'])('does not read %j as a number', word => {
    expect(parseNumber(word)).toBeUndefined();
  });

  it('leaves out comments and blank lines, and keeps lines as written', () => {
    const commands = parseScript('# note\n\nuser -  \r\nstat\n');
    expect(commands.map(({ line }) => line)).toEqual(['user -  ', 'stat']);
    expect(commands[1]?.word(0)).toBe('');
    expect(commands[1]?.number(3)).toBe(0);
  });

  it('knows every command of the recordings', async () => {
    const { runner } = uninitialised();
    const recorded = ['api-api.txt', 'api-io.txt', 'api-del.txt'].flatMap(transcript);
    const { api } = vectors<{ api: string[] }>(import.meta.url, '18_aio_depth16.json');
    const quick = [...recorded, ...api]
      .map(commandOf)
      .filter(line => line !== undefined && !/^(sleep|init|bench)/.test(line));
    expect(quick.length).toBeGreaterThan(200);
    for (const line of quick) await expect(runner.execute(new Command(line ?? ''))).resolves.toBeUndefined();
  });

  it('prints the command as written, the result, its name, details and the time', async () => {
    const { runner, printed } = uninitialised();
    await runner.run('clusterid\nuser alice\nread 5 0 4K 1\nerrname\nls /\npoolsets\nrss\nsleep 1');
    expect(printed[0]).toMatch(/^clusterid => -2 \[FAILED\] '' \(\d+ us\)$/);
    expect(printed[1]).toMatch(/^user alice => 0 \(\d+ us\)$/);
    expect(printed[2]).toMatch(/^read 5 0 4K 1 => -23 \[BAD_FD\] \(\d+ us\)$/);
    expect(printed.slice(3, 6)).toEqual(['0 OK', '1 EXISTS', '2 FAILED']);
    expect(printed.slice(35, 37)).toEqual(['32 Unknown[32]', '100 Unknown[100]']);
    expect(printed[37]).toMatch(/^errname => 0 \(/);
    expect(printed[38]).toMatch(/^ls \/ => -2 \[FAILED\] n=0 \(/);
    expect(printed[39]).toMatch(/^poolsets => 0 \(/);
    expect(printed[40]).toMatch(/^rss => 0 VmHWM=\d+kB VmRSS=\d+kB/);
    expect(printed).toHaveLength(42);
  });

  it.each(['frobnicate', 'create /v ten', 'bench 0 x rand 4K 1 1 0 1M', 'close x'])(
    'refuses %s',
    async line => {
      await expect(uninitialised().runner.run(line)).rejects.toThrow(ScriptError);
    },
  );
});

describe('run-script', () => {
  const SCRIPT = `init client.conf
user alice
create /s 10G
open /s
prep fd 0 3M
read fd 1M 1M 7
read fd 1M 1M 8
read fd 3M 4K zero
read fd 0 4K zero
bench fd r seq 4K 4 0.1 0 1M
bench fd w rand 4K 4 0.1 0 1M
aiodiscard fd 0 4K
close fd
uninit
`;

  it.each([['--promises'], []])('runs a file on the cluster of a client.conf %s', async (...flags) => {
    await using emulator = await startCurveEmulator({ durability: 'fast' });
    const file = join(temporaryFolder(), 'script');
    writeFileSync(file, SCRIPT);
    const lines = (await runScript(file, emulator.clientConfPath, ...flags)).map(line =>
      line.replace(/ \(\d+ us\)$/, ''),
    );
    expect(lines.slice(0, 9)).toEqual([
      'init client.conf => 0',
      'user alice => 0',
      'create /s 10G => 0',
      'open /s => 0',
      'prep fd 0 3M => 0',
      'read fd 1M 1M 7 => 1048576 DATA-OK',
      'read fd 1M 1M 8 => 1048576 DATA-MISMATCH@0',
      'read fd 3M 4K zero => 4096 ALLZERO',
      'read fd 0 4K zero => 4096 NOTZERO',
    ]);
    const measured =
      /=> 0 ops=[1-9]\d* secs=\S+ iops=\d+ MiB\/s=\S+ lat_us avg=\d+ p50=\d+ p95=\d+ p99=\d+ max=\d+ errs=0 lasterr=0 client_cpu_s=\S+$/;
    expect(lines[9]).toMatch(measured);
    expect(lines[10]).toMatch(measured);
    expect(lines.slice(11)).toEqual(['aiodiscard fd 0 4K => 0 cb.ret=0', 'close fd => 0', 'uninit => 0']);
  });

  it.each([[['no-file']], [[]]])('tells how it is used, given %j', async args => {
    await expect(runScript(...args)).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining('usage: run-script'),
    });
  });
});

function uninitialised(): { runner: ScriptRunner; printed: string[] } {
  const printed: string[] = [];
  const runner = new ScriptRunner(new CBDClient(), {
    print: line => printed.push(line),
    config: word => word,
    form: 'sync',
    sleep: async () => {},
  });
  return { runner, printed };
}

async function runScript(...args: string[]): Promise<string[]> {
  const { stdout } = await execute(
    process.execPath,
    [...typescriptFlags(), 'scripts/run-script.ts', ...args],
    {
      cwd: PACKAGE,
      env: { ...process.env, INIT_CWD: PACKAGE },
    },
  );
  return stdout.trimEnd().split('\n');
}
