import { lcg, temporaryFolder } from '@curve-wcs/test-support';
import { beforeEach, expect, test } from 'vitest';
import { ExitCode, runWcscmd } from '../src/index.js';
import { onTerminal } from './support/on-terminal.js';
import { spawnCli } from './support/spawn-cli.js';
import { startTestBed, type TestBed } from './support/test-bed.js';
import { Collector, runTool } from './support/test-io.js';

const MEBI = 2 ** 20;
const BIG = lcg(3 * MEBI);

let bed: TestBed;
beforeEach(async () => {
  bed = await startTestBed();
  for (const [key, stdin] of [
    ['a', 'first, '],
    ['b', 'second'],
    ['big', BIG],
  ] as const) {
    expect((await bed.wcscmd(['put', `wcs://demo/${key}`, '-'], { stdin })).exitCode).toBe(ExitCode.success);
  }
});

test('writes objects one after the other, and nothing else', async () => {
  const url = bed.emulator.downloadUrl('demo', 'b');
  expect(await bed.wcscmd(['cat', 'wcs://demo/a', url, 'wcs://demo/a'])).toEqual({
    exitCode: ExitCode.success,
    stdout: 'first, secondfirst, ',
    stderr: '',
  });
});

test('needs no configuration for a URL', async () => {
  const argv = ['cat', bed.emulator.downloadUrl('demo', 'b')];
  expect((await runTool(runWcscmd, argv, { cwd: temporaryFolder() })).stdout).toBe('second');
});

test('runs as a program, on a terminal too', async () => {
  const child = spawnCli('wcscmd', ['cat', 'wcs://demo/big', 'wcs://demo/big'], { cwd: bed.folder });
  const chunks: Buffer[] = [];
  child.process.stdout.on('data', chunk => chunks.push(chunk));
  expect(await child.ended).toMatchObject({ exitCode: 0, stderr: '' });
  expect(Buffer.concat(chunks).equals(Buffer.concat([BIG, BIG]))).toBe(true);
  expect(await onTerminal('wcscmd', ['cat', 'wcs://demo/a'], { cwd: bed.folder })).toBe('first, ');
});

test('ends quietly when its reader has seen enough', async () => {
  const child = spawnCli('wcscmd', ['cat', 'wcs://demo/big', 'wcs://demo/big'], { cwd: bed.folder });
  child.process.stdout.once('data', () => child.process.stdout.destroy());
  expect(await child.ended).toMatchObject({ exitCode: 141, stderr: '' });
});

test('ends with the first signal though its reader has stopped reading', async () => {
  const huge = Buffer.concat(Array.from({ length: 8 }, () => BIG));
  expect((await bed.wcscmd(['put', 'wcs://demo/huge', '-'], { stdin: huge })).exitCode).toBe(0);
  const child = spawnCli('wcscmd', ['cat', 'wcs://demo/huge'], { cwd: bed.folder });
  child.process.stdout.once('data', () => {
    child.process.stdout.pause();
    child.process.kill('SIGINT');
  });
  child.process.once('exit', () => child.process.stdout.resume());
  expect(await child.ended).toMatchObject({ exitCode: 130 });
});

test.each(['corrupt', 'truncate 1000000', 'status 404'])('is a failure after %s', async action => {
  bed.emulator.faults.add({ match: { path: '/-/demo/big' }, do: action });
  const stdout = new Collector();
  const { exitCode, stderr } = await runTool(
    runWcscmd,
    ['cat', 'wcs://demo/a', 'wcs://demo/big', 'wcs://demo/b'],
    { cwd: bed.folder, stdout },
  );
  expect(exitCode).toBe(ExitCode.failed);
  expect(stderr).toMatch(/^wcscmd: /);
  // What has been written stays written; what comes after the failure does not follow.
  expect(stdout.text.startsWith('first, ')).toBe(true);
  expect(stdout.text.endsWith('second')).toBe(false);
});

test('checks everything before it writes anything', async () => {
  for (const [argv, message] of [
    [['wcs://demo/a', 'nonsense'], 'cat takes an http:// or https:// URL, or wcs://BUCKET/KEY'],
    [['wcs://demo/a', 'wcs://demo'], 'expected wcs://BUCKET/KEY, got "wcs://demo"'],
    [['wcs://demo/a', '--json'], 'the objects themselves go to stdout: --json cannot go there as well'],
  ] as const) {
    expect(await bed.wcscmd(['cat', ...argv])).toEqual({
      exitCode: ExitCode.usage,
      stdout: '',
      stderr: `wcscmd: ${message}\n`,
    });
  }
});
