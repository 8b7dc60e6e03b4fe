import { stripVTControlCharacters } from 'node:util';
import { beforeEach, describe, expect, test } from 'vitest';
import { ExitCode } from '../src/index.js';
import { onTerminal } from './support/on-terminal.js';
import { spawnCli } from './support/spawn-cli.js';
import { startTestBed, type TestBed } from './support/test-bed.js';

const TIME = '2023-11-14T22:13:20Z';
const OBJECTS = { 'a.txt': 5, 'dir/b.txt': 2000, 'dir/sub/c.txt': 7, 'dir0/d.txt': 1, 'dir.txt': 3 };
const ESC = '\u001b';

let bed: TestBed;
beforeEach(async () => {
  bed = await startTestBed({ buckets: ['demo', 'other'], clock: () => Date.parse(TIME) });
  bed.configure({ deadline: String(10 * 365 * 86_400) });
  for (const [key, size] of Object.entries(OBJECTS)) {
    const { exitCode } = await bed.wcscmd(['put', `wcs://demo/${key}`, '-'], { stdin: 'x'.repeat(size) });
    expect(exitCode).toBe(ExitCode.success);
  }
});

const records = (ndjson: string) =>
  ndjson
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line));

/** What a command that works prints. */
async function printed(...argv: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await bed.wcscmd(argv);
  expect({ argv, exitCode, stderr }).toEqual({ argv, exitCode: ExitCode.success, stderr: '' });
  return stdout;
}

describe('ls', () => {
  test('without an argument lists the buckets', async () => {
    expect(await printed('ls')).toBe('demo\nother\n');
    expect(records(await printed('ls', '--json'))).toEqual([
      expect.objectContaining({ name: 'demo' }),
      expect.objectContaining({ name: 'other' }),
    ]);
  });

  test('lists one level, folders first', async () => {
    expect(await printed('ls', 'wcs://demo')).toBe('dir/\ndir0/\na.txt\ndir.txt\n');
    expect(await printed('ls', 'wcs://demo/dir')).toBe('sub/\nb.txt\n');
    expect(await printed('ls', 'wcs://demo/dir/')).toBe('sub/\nb.txt\n');
  });

  test('-r lists all keys below', async () => {
    expect(await printed('ls', '-r', 'wcs://demo')).toBe(
      'a.txt\ndir.txt\ndir/b.txt\ndir/sub/c.txt\ndir0/d.txt\n',
    );
    expect(await printed('ls', '--recursive', 'wcs://demo/dir')).toBe('dir/b.txt\ndir/sub/c.txt\n');
  });

  test('-l adds size, time and class, in columns with tabs', async () => {
    expect(await printed('ls', '-l', 'wcs://demo/dir')).toBe(
      `-\t-\t-\tsub/\n2000\t${TIME}\tStandard\tb.txt\n`,
    );
    expect(await printed('ls', '-rl', '--human', 'wcs://demo/dir')).toBe(
      `2.0 KiB\t${TIME}\tStandard\tdir/b.txt\n7 B\t${TIME}\tStandard\tdir/sub/c.txt\n`,
    );
  });

  test('prints an object a line as JSON', async () => {
    expect(records(await printed('ls', 'wcs://demo/dir', '--json'))).toEqual([
      { type: 'folder', key: 'dir/sub/' },
      expect.objectContaining({
        type: 'object',
        key: 'dir/b.txt',
        size: 2000,
        putTime: '2023-11-14T22:13:20.000Z',
      }),
    ]);
  });

  test('lists an object as itself', async () => {
    expect(await printed('ls', 'wcs://demo/dir/b.txt')).toBe('dir/b.txt\n');
    expect(await printed('ls', '-l', '-r', 'wcs://demo/a.txt')).toBe(`5\t${TIME}\tStandard\ta.txt\n`);
  });

  test('an empty bucket is no failure; what is not there is one', async () => {
    expect(await printed('ls', 'wcs://other')).toBe('');
    for (const name of ['none', 'none/', 'a.txt/', 'di']) {
      expect(await bed.wcscmd(['ls', `wcs://demo/${name}`])).toEqual({
        exitCode: ExitCode.failed,
        stdout: '',
        stderr: `wcscmd: there is nothing at wcs://demo/${name}\n`,
      });
    }
    expect((await bed.wcscmd(['ls', 'wcs://none'])).exitCode).toBe(ExitCode.failed);
  });

  test('goes through all pages, and takes no notice of settings for list', async () => {
    bed.configure({ limit: '2', prefix: 'a', marker: 'x', mode: '0' });
    expect(await printed('ls', '-r', 'wcs://demo')).toContain('dir0/d.txt\n');
  });

  test('stops at Ctrl-C', async () => {
    const abort = new AbortController();
    bed.emulator.faults.add({ match: { path: '/list' }, do: 'hang' });
    const listing = bed.wcscmd(['ls', 'wcs://demo'], { signal: abort.signal });
    await expect.poll(() => bed.emulator.faults.list().some(({ fired }) => fired > 0)).toBe(true);
    abort.abort();
    expect(await listing).toEqual({
      exitCode: ExitCode.interrupted,
      stdout: '',
      stderr: 'wcscmd: interrupted\n',
    });
  });

  test('on a terminal has aligned columns under headings, in bold unless that is not wanted', async () => {
    const shown = await onTerminal('wcscmd', ['ls', '-l', 'wcs://demo'], { cwd: bed.folder });
    const [heading = '', ...rows] = stripVTControlCharacters(shown).split('\r\n');
    expect(shown.startsWith(`${ESC}[1m`)).toBe(true);
    const column = heading.indexOf('name');
    expect(rows.slice(0, 4).map(row => row.slice(column))).toEqual(['dir/', 'dir0/', 'a.txt', 'dir.txt']);
    const plain = await onTerminal('wcscmd', ['ls', '-l', 'wcs://demo'], {
      cwd: bed.folder,
      env: { NO_COLOR: '1' },
    });
    expect(plain).not.toContain(ESC);
    expect(plain).toMatch(/^ +size +time +class +name\r\n/);
  });

  test('ends quietly when its reader has seen enough', async () => {
    const { process, ended } = spawnCli('wcscmd', ['ls', '-r', 'wcs://demo'], { cwd: bed.folder });
    process.stdout.destroy();
    expect(await ended).toMatchObject({ exitCode: 141, stderr: '' });
  });
});

describe('du', () => {
  test('counts objects and bytes', async () => {
    expect(await printed('du', 'wcs://demo')).toBe('bucket: demo\nobjects: 5\nbytes: 2016\n');
    expect(await printed('du', 'wcs://demo/dir', '--human')).toBe(
      'bucket: demo\nprefix: dir\nobjects: 2\nbytes: 2.0 KiB\n',
    );
    expect(await printed('du', 'wcs://demo/a.txt')).toContain('objects: 1\nbytes: 5\n');
    // Of a folder and an object of one name it is the folder, as for ls, get -r and del -r.
    await bed.wcscmd(['put', 'wcs://demo/dir', '-'], { stdin: 'x' });
    expect(await printed('du', 'wcs://demo/dir')).toContain('objects: 2\n');
    expect(await printed('du', 'wcs://demo/none/')).toContain('objects: 0\nbytes: 0\n');
    expect(JSON.parse(await printed('du', 'wcs://demo/dir/', '--json'))).toEqual({
      bucket: 'demo',
      prefix: 'dir/',
      objects: 2,
      bytes: 2007,
    });
  });

  test('--by-folder adds those of the first level', async () => {
    expect(await printed('du', '--by-folder', 'wcs://demo')).toBe(
      '2\t2007\twcs://demo/dir/\n1\t1\twcs://demo/dir0/\n5\t2016\twcs://demo/\n',
    );
    expect(records(await printed('du', '--by-folder', 'wcs://demo/dir', '--json'))).toEqual([
      { bucket: 'demo', prefix: 'dir/sub/', objects: 1, bytes: 7 },
      { bucket: 'demo', prefix: 'dir', objects: 2, bytes: 2007 },
    ]);
  });

  test('runs as a program', async () => {
    const child = spawnCli('wcscmd', ['du', 'wcs://demo', '--json'], { cwd: bed.folder });
    const { exitCode, stdout, stderr } = await child.ended;
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({ objects: 5, bytes: 2016 });
    expect((await spawnCli('wcscmd', ['du', 'wcs://none'], { cwd: bed.folder }).ended).exitCode).toBe(1);
  });

  test('on a terminal has a table', async () => {
    const argv = ['du', '--by-folder', '--human', 'wcs://demo'];
    const shown = await onTerminal('wcscmd', argv, { cwd: bed.folder, env: { NO_COLOR: '1' } });
    expect(shown).toMatch(/^ +objects +bytes +folder\r\n +2 +2\.0 KiB {2}wcs:\/\/demo\/dir\/\r\n/);
  });
});
