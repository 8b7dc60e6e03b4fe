import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { lcg } from '@curve-wcs/test-support';
import { beforeEach, describe, expect, test } from 'vitest';
import { ExitCode } from '../src/index.js';
import { onTerminal } from './support/on-terminal.js';
import { spawnCli } from './support/spawn-cli.js';
import { startTestBed, type TestBed } from './support/test-bed.js';

let bed: TestBed;
beforeEach(async () => {
  bed = await startTestBed({ buckets: ['demo', 'other'] });
  for (const key of ['a.txt', 'dir/b.txt', 'dir/c.txt', 'dirty.txt']) {
    await succeed(['put', `wcs://demo/${key}`, '-'], { stdin: 'hello' });
  }
});

/** Runs a command that must succeed without a complaint. */
async function succeed(argv: string[], options: Parameters<TestBed['wcscmd']>[1] = {}): Promise<string> {
  const { exitCode, stdout, stderr } = await bed.wcscmd(argv, options);
  expect({ exitCode, stderr }, argv.join(' ')).toEqual({ exitCode: ExitCode.success, stderr: '' });
  return stdout;
}

const json = async (argv: string[]) => JSON.parse(await succeed([...argv, '--json']));
const keys = async (bucket = 'demo') =>
  (await json(['list', `wcs://${bucket}`])).items.map(({ key }: { key: string }) => key);

/** Asks until a job is done. */
async function finished(command: 'fopsStatus' | 'fmgrStatus', job: string) {
  await expect.poll(async () => (await json([command, job])).finished).toBe(true);
  return json([command, job]);
}

describe('mv', () => {
  test.each(['mv', 'move'])('%s moves an object', async name => {
    const stdout = await succeed([name, 'wcs://demo/a.txt', 'wcs://other/new.txt']);
    expect(stdout).toMatch(/^from: wcs:\/\/demo\/a\.txt\nto: wcs:\/\/other\/new\.txt\nrequest id: \w+\n$/);
    expect(await keys()).not.toContain('a.txt');
    expect(await keys('other')).toEqual(['new.txt']);
  });

  test('without a key keeps it', async () => {
    expect(await json(['mv', 'wcs://demo/dir/b.txt', 'wcs://other'])).toEqual({
      from: { bucket: 'demo', key: 'dir/b.txt' },
      to: { bucket: 'other', key: 'dir/b.txt' },
      requestId: expect.any(String),
    });
  });

  test('to itself is refused before anything is sent', async () => {
    const before = bed.emulator.requests.length;
    const run = await bed.wcscmd(['mv', 'wcs://demo/a.txt', 'wcs://demo']);
    expect(run).toMatchObject({ exitCode: ExitCode.usage, stdout: '' });
    expect(bed.emulator.requests.length).toBe(before);
  });
});

describe('cp', () => {
  test.each(['cp', 'copy'])('%s copies an object', async name => {
    await succeed([name, 'wcs://demo/a.txt', 'wcs://other/']);
    expect(await keys()).toContain('a.txt');
    expect(await keys('other')).toEqual(['a.txt']);
  });

  test('fails for what is not there', async () => {
    const run = await bed.wcscmd(['cp', 'wcs://demo/none', 'wcs://other']);
    expect(run).toMatchObject({ exitCode: ExitCode.failed, stdout: '' });
    expect(run.stderr).toMatch(/HTTP 404/);
  });
});

describe('setdeadline', () => {
  test.each(['30', '-1', '"-1"', "'-1'", '"7"'])('takes %s', async days => {
    const number = days.replace(/['"]/g, '');
    const stdout = await succeed(['setdeadline', 'wcs://demo/a.txt', days]);
    expect(stdout).toMatch(new RegExp(`^bucket: demo\nkey: a\\.txt\ndays: ${number}\nrequest id: \\w+\n$`));
    const { expirationDate } = await json(['stat', 'wcs://demo/a.txt']);
    expect(expirationDate === undefined).toBe(number === '-1');
  });

  test('0 removes the object', async () => {
    await succeed(['setdeadline', 'wcs://demo/a.txt', '0']);
    await expect.poll(async () => (await bed.wcscmd(['stat', 'wcs://demo/a.txt'])).exitCode).toBe(1);
  });

  test('--relevance is sent', async () => {
    expect(await json(['setdeadline', 'wcs://demo/a.txt', '5', '--relevance'])).toMatchObject({
      days: 5,
      relevance: true,
    });
  });

  test.each(['-2', 'abc', '', '1.5', '"3', '\'3"', '1e3', '9999999999'])('refuses %j', async days => {
    const before = bed.emulator.requests.length;
    expect(await bed.wcscmd(['setdeadline', 'wcs://demo/a.txt', days])).toEqual({
      exitCode: ExitCode.usage,
      stdout: '',
      stderr: `wcscmd: DAYS must be a whole number, or -1 for ever; it is ${JSON.stringify(days)}\n`,
    });
    expect(bed.emulator.requests.length).toBe(before);
  });
});

describe('deletePrefix', () => {
  test('deletes a folder, and tells how the job went', async () => {
    const stdout = await succeed(['deletePrefix', 'wcs://demo', 'dir']);
    const [, job = ''] = /^job: (\w+)\n$/.exec(stdout) ?? [];
    expect(await finished('fmgrStatus', job)).toMatchObject({ id: job, items: [{ state: 'succeeded' }] });
    expect(await keys()).toEqual(['a.txt', 'dirty.txt']);
    expect(await succeed(['fmgrStatus', job])).toMatch(
      new RegExp(
        `^job: ${job}\nstate: \\w+\n(description: .*\n)?request id: \\w+\nsucceeded\t.*\tbucket/.*\n$`,
      ),
    );
  });

  test('--output has the deleted keys written to an object', async () => {
    const { job } = await json(['deletePrefix', 'wcs://demo', 'dir/', '--output', 'other:deleted.txt']);
    await finished('fmgrStatus', job);
    await succeed(['get', 'wcs://other/deleted.txt', 'deleted.txt']);
    expect(bed.read('deleted.txt').toString()).toContain('dir/b.txt');
  });

  test.each([
    [['--output', 'no key'], /output/],
    [['--notify', 'ftp://example.com'], /notifyUrl must be an http/],
    [['--separate', '2'], /--separate must be 0 or 1/],
    [['--force', 'yes'], /--force must be 0 or 1/],
  ])('refuses %j before anything is sent', async (options, message) => {
    const before = bed.emulator.requests.length;
    const run = await bed.wcscmd(['deletePrefix', 'wcs://demo', 'dir', ...options]);
    expect(run).toMatchObject({
      exitCode: ExitCode.usage,
      stdout: '',
      stderr: expect.stringMatching(message),
    });
    expect(bed.emulator.requests.length).toBe(before);
  });
});

describe('fops', () => {
  test('has an object processed', async () => {
    await succeed(['put', 'wcs://demo/plain.gz', '-'], { stdin: 'no archive' });
    const { job, kind } = await json(['fops', 'wcs://demo/plain.gz', 'decompression/zip']);
    expect(kind).toBe('fops');
    const status = await finished('fopsStatus', job);
    expect(status).toMatchObject({ inputBucket: 'demo', inputKey: 'plain.gz', items: [{ state: 'failed' }] });
    expect(await succeed(['fopsStatus', job])).toContain('\nfailed\t');
  });

  test('a job that is not known is a failure', async () => {
    for (const command of ['fopsStatus', 'fmgrStatus']) {
      const run = await bed.wcscmd([command, 'nosuchjob']);
      expect(run, command).toMatchObject({ exitCode: ExitCode.failed, stdout: '' });
      expect((await bed.wcscmd([command, 'no job'])).exitCode, command).toBe(ExitCode.usage);
    }
  });
});

describe('listall', () => {
  const LIMIT = ['--limit', '1'];

  test('prints the objects of all pages', async () => {
    const stdout = await succeed(['listall', 'wcs://demo', ...LIMIT]);
    expect(stdout.replaceAll(/\d{4}-[\dT:-]+Z/g, 'TIME')).toBe(
      '5\tTIME\ta.txt\n5\tTIME\tdir/b.txt\n5\tTIME\tdir/c.txt\n5\tTIME\tdirty.txt\n',
    );
  });

  test('prints JSON, an object a line', async () => {
    const stdout = await succeed(['listall', 'wcs://demo', '--mode', '1', '--json', ...LIMIT]);
    const records = stdout
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line));
    expect(records).toEqual([
      { prefix: 'dir/' },
      expect.objectContaining({ key: 'a.txt', size: 5 }),
      expect.objectContaining({ key: 'dirty.txt' }),
    ]);
  });

  test('writes a page a line to a file, in place of what was there', async () => {
    bed.write('all', 'x'.repeat(10_000));
    const stdout = await succeed(['listall', 'wcs://demo', 'all', '--prefix', 'dir', '--limit', '2']);
    expect(stdout).toMatch(new RegExp(`^file: ${join(bed.folder, 'all')}\nobjects: 3\nrequest id: \\w+\n$`));
    const pages = bed.read('all').toString().trimEnd().split('\n');
    expect(pages.map(line => JSON.parse(line))).toMatchObject([
      { items: [{ key: 'dir/b.txt', fsize: 5 }, { key: 'dir/c.txt' }] },
      { marker: '', items: [{ key: 'dirty.txt' }] },
    ]);
  });

  test('writes what the official tool writes with --format python', async () => {
    const written = async (command: string) => {
      await succeed([command, 'wcs://demo', 'list', '--format', 'python', '--prefix', 'a']);
      return bed.read('list').toString();
    };
    const page = /^\{'marker': '', 'commonPrefixes': \[\], 'items': \[\{'key': 'a\.txt', .*\}\]\}$/;
    expect(await written('list')).toMatch(page);
    expect((await written('listall')).replace(/\n$/, '')).toMatch(page);
    expect(await written('listall')).toMatch(/\n$/);
  });

  test('a listing that breaks off leaves the old file, and nothing beside it', async () => {
    bed.write('all', 'old');
    bed.emulator.faults.add({ match: { path: '/list', nth: 2 }, do: 'status 500' });
    const run = await bed.wcscmd(['listall', 'wcs://demo', 'all', ...LIMIT]);
    expect(run).toMatchObject({ exitCode: ExitCode.failed, stdout: '' });
    expect(bed.read('all').toString()).toBe('old');
    expect(bed.files()).toEqual(['.wcscfg', 'all']);
  });

  test('writes into what is no file', async () => {
    const pipe = join(bed.folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const [content] = await Promise.all([
      readFile(pipe, 'utf8'),
      succeed(['listall', 'wcs://demo', 'pipe', '--prefix', 'a']),
    ]);
    expect(JSON.parse(content)).toMatchObject({ items: [{ key: 'a.txt' }] });
    expect(bed.files()).toEqual(['.wcscfg', 'pipe']);
  });

  test.each(['list', 'listall'])('%s refuses a format that it does not know', async command => {
    const run = await bed.wcscmd([command, 'wcs://demo', 'f', '--format', 'yaml']);
    expect(run).toMatchObject({
      exitCode: ExitCode.usage,
      stderr: 'wcscmd: --format must be one of json, python; it is "yaml"\n',
    });
    expect(bed.has('f')).toBe(false);
  });
});

describe('bucketstat', () => {
  test('shows yesterday and today', async () => {
    const today = new Date();
    const day = (fromToday: number) => {
      const date = new Date(today.getFullYear(), today.getMonth(), today.getDate() + fromToday, 12);
      const two = (number: number) => String(number).padStart(2, '0');
      return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
    };
    await succeed(['bucketstat', 'demo|other']);
    const { path } = bed.emulator.requests.at(-1) ?? { path: '' };
    expect(path).toContain(`&startdate=${day(-1)}&enddate=${day(0)}&isListDetails=false`);
  });

  test('shows days, megabytes and buckets', async () => {
    bed = await startTestBed({ clock: () => Date.UTC(2026, 2, 10, 12) });
    bed.configure({ deadline: String(10 * 365 * 86_400) });
    bed.write('file', lcg(1_500_000));
    await bed.wcscmd(['put', 'wcs://demo/file', 'file']);
    const days = ['--startdate', '2026-03-09', '--enddate', '2026-03-10'];
    const stdout = await succeed(['bucketstat', 'demo', ...days]);
    expect(stdout).toMatch(/^(2026-03-09\t0\.000\tdemo\n)?2026-03-10\t1\.\d{3}\tdemo\n$/);
    const { buckets } = await json([
      'bucketstat',
      'demo',
      ...days,
      '--islistdetails',
      'true',
      '--storagetype',
      'Standard',
    ]);
    expect(buckets).toMatchObject([{ name: 'demo' }]);
    expect(buckets[0].days.at(-1)).toMatchObject({ date: '2026-03-10', details: expect.any(Object) });
    const archived = await json(['bucketstat', 'demo', ...days, '--storagetype', 'Archive']);
    expect(archived.buckets[0].days.at(-1)).toEqual({ date: '2026-03-10', storage: 0 });
  });

  test.each([
    [['--startdate', 'yesterday'], '--startdate must be a day as YYYY-MM-DD; it is "yesterday"'],
    [['--enddate', '2026-1-1'], '--enddate must be a day as YYYY-MM-DD; it is "2026-1-1"'],
    [['--islistdetails', 'yes'], '--islistdetails must be one of true, false; it is "yes"'],
    [
      ['--storagetype', 'Cold'],
      '--storagetype must be one of Standard, InfrequentAccess, Archive; it is "Cold"',
    ],
    [
      ['--startdate', '2026-02-30', '--enddate', '2026-03-01'],
      'startDate must be a day as YYYY-MM-DD, or a Date; got "2026-02-30"',
    ],
  ])('refuses %j', async (options, message) => {
    const before = bed.emulator.requests.length;
    expect(await bed.wcscmd(['bucketstat', 'demo', ...options])).toEqual({
      exitCode: ExitCode.usage,
      stdout: '',
      stderr: `wcscmd: ${message}\n`,
    });
    expect(bed.emulator.requests.length).toBe(before);
  });

  test('an empty option is none', async () => {
    await succeed(['bucketstat', 'demo', '--storagetype', '', '--startdate=', '--islistdetails=']);
  });
});

describe('crc64', () => {
  test('needs neither keys nor a service', async () => {
    bed.write('check', '123456789');
    bed.write('.wcscfg', '');
    expect(await succeed(['crc64', 'check'])).toBe('file: check\ncrc64: 11051210869376104954\n');
    expect(await json(['crc64', 'check'])).toEqual({ file: 'check', crc64: '11051210869376104954' });
  });

  test('fails for what is no file', async () => {
    expect(await bed.wcscmd(['crc64', 'none'])).toEqual({
      exitCode: ExitCode.failed,
      stdout: '',
      stderr: 'wcscmd: cannot read none: no such file\n',
    });
    expect((await bed.wcscmd(['crc64', '.'])).stderr).toBe('wcscmd: cannot read .: not a file\n');
  });
});

test.each([
  [['mv', 'wcs://demo/a.txt', 'wcs://demo/b.txt'], 'to: wcs://demo/b.txt\n'],
  [['cp', 'wcs://demo/a.txt', 'wcs://other'], 'to: wcs://other/a.txt\n'],
  [['setdeadline', 'wcs://demo/a.txt', '-1'], 'days: -1\n'],
  [['deletePrefix', 'wcs://demo', 'dir'], 'job: '],
  [['fops', 'wcs://demo/a.txt', 'vframe/jpg/offset/1'], 'job: '],
  [['listall', 'wcs://demo'], '\ta.txt\n'],
  [['bucketstat', 'demo'], '\tdemo\n'],
  [['crc64', 'file'], 'crc64: 11051210869376104954\n'],
])('as a program: %j', async (argv, expected) => {
  bed.write('file', '123456789');
  const run = await spawnCli('wcscmd', argv, { cwd: bed.folder }).ended;
  expect(run).toMatchObject({ exitCode: ExitCode.success, stderr: '' });
  expect(run.stdout).toContain(expected);
});

test('jobs as a program, on a terminal', async () => {
  const { job } = await json(['deletePrefix', 'wcs://demo', 'dir']);
  await finished('fmgrStatus', job);
  const run = await spawnCli('wcscmd', ['fmgrStatus', job], { cwd: bed.folder }).ended;
  expect(run).toMatchObject({ exitCode: ExitCode.success, stderr: '' });
  const shown = await onTerminal('wcscmd', ['fmgrStatus', job], { cwd: bed.folder, env: { NO_COLOR: '1' } });
  expect(shown).toMatch(/\r\n +state +result +command\r\nsucceeded +.*bucket\//);
  const fops = (await json(['fops', 'wcs://demo/a.txt', 'decompression/zip'])).job;
  const status = await spawnCli('wcscmd', ['fopsStatus', fops], { cwd: bed.folder }).ended;
  expect(status).toMatchObject({ exitCode: ExitCode.success, stdout: expect.stringMatching(/^job: /) });
});

test('statistics on a terminal are a table', async () => {
  const shown = await onTerminal('wcscmd', ['bucketstat', 'demo|other'], {
    cwd: bed.folder,
    env: { NO_COLOR: '1' },
  });
  expect(shown).toMatch(
    /^ +day {2}megabytes {2}bucket\r\n(\d{4}-\d\d-\d\d {6}\d\.\d{3} {2}(demo|other)\r\n)+$/,
  );
});

test('a lost service fails each command', async () => {
  await bed.emulator.close();
  for (const argv of [
    ['mv', 'wcs://demo/a', 'wcs://demo/b'],
    ['cp', 'wcs://demo/a', 'wcs://demo/b'],
    ['setdeadline', 'wcs://demo/a', '1'],
    ['deletePrefix', 'wcs://demo', 'a'],
    ['fops', 'wcs://demo/a', 'vframe/jpg/offset/1'],
    ['fopsStatus', 'id'],
    ['fmgrStatus', 'id'],
    ['listall', 'wcs://demo'],
    ['bucketstat', 'demo'],
  ]) {
    const { exitCode, stdout, stderr } = await bed.wcscmd(argv);
    expect({ exitCode, stdout }, argv[0]).toEqual({ exitCode: ExitCode.failed, stdout: '' });
    expect(stderr, argv[0]).toMatch(/^wcscmd: .*; check the connection and the address\n$/);
  }
});
