import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { ExitCode } from '../src/index.js';
import { spawnCli } from './support/spawn-cli.js';
import { startTestBed, type TestBed } from './support/test-bed.js';

const TIME = 1_700_000_000_000;

let bed: TestBed;
beforeEach(async () => {
  bed = await startTestBed({ buckets: ['demo', 'other'], clock: () => TIME });
  bed.configure({ deadline: String(10 * 365 * 86_400) });
  for (const key of ['a.txt', 'dir/b.txt', 'dir/c\u001b[31m\n.txt']) {
    const { exitCode } = await bed.wcscmd(['put', `wcs://demo/${key}`, '-'], { stdin: 'hello' });
    expect(exitCode).toBe(ExitCode.success);
  }
});

describe('stat', () => {
  test('prints what the service knows', async () => {
    const { exitCode, stdout, stderr } = await bed.wcscmd(['stat', 'wcs://demo/a.txt']);
    expect({ exitCode, stderr }).toEqual({ exitCode: ExitCode.success, stderr: '' });
    expect(stdout).toMatch(
      /^bucket: demo\nkey: a\.txt\nsize: 5\nhash: F\S{27}\ntype: text\/plain\ntime: 2023-11-14T22:13:20Z\nstorage class: \w+\nrequest id: \w+\n$/,
    );
  });

  test('prints JSON', async () => {
    const { stdout } = await bed.wcscmd(['stat', 'wcs://demo/a.txt', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      bucket: 'demo',
      key: 'a.txt',
      size: 5,
      putTime: '2023-11-14T22:13:20.000Z',
    });
  });

  test('fails for what is not there', async () => {
    const object = await bed.wcscmd(['stat', 'wcs://demo/none']);
    expect(object).toMatchObject({ exitCode: ExitCode.failed, stdout: '' });
    expect(object.stderr).toMatch(/^wcscmd: stat demo:none: .*\(HTTP 404, request \w+\)\n$/);
    const bucket = await bed.wcscmd(['stat', 'wcs://none/a', '--json']);
    expect(bucket).toMatchObject({ exitCode: ExitCode.failed, stdout: '' });
    expect(bucket.stderr).toMatch(
      /\(HTTP 631, request \w+\); wcscmd listbucket shows which buckets there are\n$/,
    );
  });
});

describe('del', () => {
  test('deletes, once', async () => {
    const { exitCode, stdout } = await bed.wcscmd(['del', 'wcs://demo/a.txt']);
    expect(exitCode).toBe(ExitCode.success);
    expect(stdout).toMatch(/^bucket: demo\ndeleted: a\.txt\nrequest id: \w+\n$/);
    expect((await bed.wcscmd(['del', 'wcs://demo/a.txt'])).exitCode).toBe(ExitCode.failed);
  });

  test('prints JSON', async () => {
    const { stdout } = await bed.wcscmd(['del', 'wcs://demo/a.txt', '--json']);
    expect(JSON.parse(stdout)).toEqual({
      bucket: 'demo',
      key: 'a.txt',
      deleted: true,
      requestId: expect.any(String),
    });
  });
});

describe('list', () => {
  test('prints size, time and key', async () => {
    const { exitCode, stdout, stderr } = await bed.wcscmd(['list', 'wcs://demo']);
    expect({ exitCode, stderr }).toEqual({ exitCode: ExitCode.success, stderr: '' });
    const time = '2023-11-14T22:13:20Z';
    expect(stdout).toBe(`5\t${time}\ta.txt\n5\t${time}\tdir/b.txt\n5\t${time}\tdir/c\\u001b[31m\\n.txt\n`);
  });

  test('obeys limit, marker, prefix and mode', async () => {
    const first = await bed.wcscmd(['list', 'wcs://demo', '--limit', '1', '--json']);
    const page = JSON.parse(first.stdout);
    expect(page.items).toEqual([expect.objectContaining({ key: 'a.txt' })]);
    expect(first.stderr).toBe(`wcscmd: there is more: go on with --marker ${page.marker}\n`);
    const second = await bed.wcscmd([
      'list',
      'wcs://demo',
      '--limit',
      '1',
      '--marker',
      page.marker,
      '--json',
      '--quiet',
    ]);
    expect(JSON.parse(second.stdout).items).toEqual([expect.objectContaining({ key: 'dir/b.txt' })]);
    expect(second.stderr).toBe('');
    expect((await bed.wcscmd(['list', 'wcs://demo', '--prefix', 'a'])).stdout.split('\n')).toHaveLength(2);
    const folders = await bed.wcscmd(['list', 'wcs://demo', '--mode', '1', '--json']);
    expect(JSON.parse(folders.stdout)).toMatchObject({ commonPrefixes: ['dir/'], items: [{ key: 'a.txt' }] });
    expect((await bed.wcscmd(['list', 'wcs://demo', '--mode', '0'])).stdout).toContain('-\t-\tdir/\n');
  });

  test("writes the service's answer to a file, in place of what was there", async () => {
    bed.write('result.json', 'x'.repeat(10_000));
    const { exitCode, stdout } = await bed.wcscmd(['list', 'wcs://demo', 'result.json']);
    expect(exitCode).toBe(ExitCode.success);
    expect(stdout).toMatch(
      new RegExp(`^file: ${join(bed.folder, 'result.json')}\nobjects: 3\nrequest id: \\w+\n$`),
    );
    const answer = JSON.parse(bed.read('result.json').toString());
    expect(answer).toMatchObject({ marker: '', items: [{ key: 'a.txt', fsize: 5, putTime: TIME }, {}, {}] });
    const failed = await bed.wcscmd(['list', 'wcs://demo', 'none/result.json']);
    expect(failed).toMatchObject({ exitCode: ExitCode.failed, stdout: '' });
    expect(failed.stderr).toMatch(/^wcscmd: cannot write .*ENOENT/);
  });

  test('an empty bucket is no failure', async () => {
    expect(await bed.wcscmd(['list', 'wcs://other'])).toEqual({
      exitCode: ExitCode.success,
      stdout: '',
      stderr: '',
    });
  });
});

test('listbucket', async () => {
  expect(await bed.wcscmd(['listbucket'])).toEqual({
    exitCode: ExitCode.success,
    stdout: 'demo\nother\n',
    stderr: '',
  });
  expect(JSON.parse((await bed.wcscmd(['listbucket', '--json'])).stdout)).toEqual({
    buckets: [{ name: 'demo' }, { name: 'other' }],
  });
});

test.each([
  [['stat', 'wcs://demo/a.txt'], 'size: 5\n'],
  [['list', 'wcs://demo', '--prefix', 'a'], 'a.txt\n'],
  [['listbucket'], 'demo\nother\n'],
  [['del', 'wcs://demo/a.txt'], 'deleted: a.txt\n'],
  [['get', 'wcs://demo/a.txt', 'b'], 'size: 5\n'],
])('as a program: %j', async (argv, expected) => {
  const run = await spawnCli('wcscmd', argv, { cwd: bed.folder }).ended;
  expect(run).toMatchObject({ exitCode: ExitCode.success, stderr: '' });
  expect(run.stdout).toContain(expected);
});

test('a lost service fails each command', async () => {
  await bed.emulator.close();
  for (const argv of [
    ['stat', 'wcs://demo/a'],
    ['del', 'wcs://demo/a'],
    ['list', 'wcs://demo'],
    ['listbucket'],
    ['get', 'wcs://demo/a'],
  ]) {
    const { exitCode, stdout, stderr } = await bed.wcscmd(argv);
    expect({ exitCode, stdout }, argv[0]).toEqual({ exitCode: ExitCode.failed, stdout: '' });
    expect(stderr, argv[0]).toMatch(/^wcscmd: .*; check the connection and the address\n$/);
  }
});
