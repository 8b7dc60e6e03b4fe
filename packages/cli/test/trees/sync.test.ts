import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { etag } from '@curve-wcs/etag';
import { describe, expect, onTestFinished, test } from 'vitest';
import { spawnCli } from '../support/spawn-cli.js';
import { filesIn, startTreeBed } from '../support/tree-bed.js';

const TREE = {
  'a.txt': 'one',
  'a/b.txt': 'two',
  'a/c/d': 'three',
  '.hidden/.x': 'four',
  'a-b': '',
  'ä/ü b': 'five',
};

function lines(stdout: string): Record<string, unknown>[] {
  return stdout
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as Record<string, unknown>);
}

describe('sync to a prefix', () => {
  test('uploads what differs, and does nothing the second time', async () => {
    const bed = await startTreeBed();
    bed.plant('site', TREE);
    await bed.store('www/', { 'a.txt': 'eno', 'a/b.txt': 'two', 'more.txt': 'stays' });
    bed.transfers();
    const run = await bed.wcscmd(['sync', 'site', 'wcs://demo/www', '--json']);
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    const printed = lines(run.stdout);
    expect(printed.at(-1)).toEqual({
      summary: { uploaded: { files: 5, bytes: 16 }, unchanged: 1, passedOver: 0, failed: 0 },
    });
    expect(
      printed
        .slice(0, -1)
        .map(({ path }) => path)
        .sort(),
    ).toEqual(['.hidden/.x', 'a-b', 'a.txt', 'a/c/d', 'ä/ü b'].sort());
    expect(await bed.objects('www/')).toEqual({ ...TREE, 'more.txt': 'stays' });
    const again = await bed.wcscmd(['sync', 'site/', 'wcs://demo/www/', '--json']);
    expect(lines(again.stdout)).toEqual([
      { summary: { uploaded: { files: 0, bytes: 0 }, unchanged: 6, passedOver: 0, failed: 0 } },
    ]);
    expect(bed.transfers()).toEqual([]);
  });

  test('sees a change that keeps size and modification time', async () => {
    const bed = await startTreeBed();
    bed.plant('site', { a: 'one' });
    const { mtime } = statSync(join(bed.folder, 'site/a'));
    for (const [content, uploaded] of [
      ['one', '1 file, 3 B'],
      ['one', '0 files, 0 B'],
      ['two', '1 file, 3 B'],
    ] as const) {
      if (content === 'two') writeFileSync(join(bed.folder, 'site/a'), content);
      utimesSync(join(bed.folder, 'site/a'), mtime, mtime);
      const { stdout } = await bed.wcscmd(['sync', 'site', 'wcs://demo']);
      expect(stdout).toContain(`uploaded: ${uploaded}\n`);
    }
    expect(await bed.objects()).toEqual({ a: 'two' });
  });

  test('goes by what it remembers, and reads everything anew with --checksum', async () => {
    const bed = await startTreeBed();
    bed.plant('site', { a: 'one' });
    const sync = async (...options: string[]) => {
      const { stdout } = await bed.wcscmd(['sync', 'site', 'wcs://demo', '--json', ...options]);
      return lines(stdout).at(-1)?.['summary'];
    };
    // What has just been changed is not remembered: the next change might leave the same times.
    await new Promise(resolve => setTimeout(resolve, 2100));
    expect(await sync()).toMatchObject({ uploaded: { files: 1 } });
    const memory = join(bed.folder, '.local/state/curve-wcs/trees/contents');
    const [file = ''] = Object.keys(filesIn(memory));
    expect(file).toMatch(/\.known$/);
    // A memory that is wrong shows that it is what counts.
    await bed.store('', { a: 'two' });
    const remembered = readFileSync(join(memory, file), 'utf8');
    writeFileSync(join(memory, file), remembered.replace(etag('one'), etag('two')));
    expect(await sync()).toMatchObject({ uploaded: { files: 0 }, unchanged: 1 });
    expect(await sync('--checksum')).toMatchObject({ uploaded: { files: 1 }, unchanged: 0 });
    expect(await bed.objects()).toEqual({ a: 'one' });
    // One that is damaged is as good as none.
    writeFileSync(join(memory, Object.keys(filesIn(memory))[0] ?? ''), '["a",3\n[]\n\0{');
    expect(await sync()).toMatchObject({ uploaded: { files: 0 }, unchanged: 1 });
  });

  test('deletes with --delete only, and never what is excluded', async () => {
    const bed = await startTreeBed();
    bed.plant('site', { a: '1', 'keep.log': '2' });
    await bed.store('', { b: 'b', 'c/d': 'd', 'old.log': 'l', 'node_modules/x/y': 'n' });
    await bed.wcscmd(['sync', 'site', 'wcs://demo', '--exclude', '*.log', '--exclude', 'node_modules']);
    expect(Object.keys(await bed.objects())).toEqual(['a', 'b', 'c/d', 'node_modules/x/y', 'old.log']);
    const filtered = [
      'sync',
      'site',
      'wcs://demo',
      '--exclude',
      '*.log',
      '--exclude',
      'node_modules',
      '--delete',
    ];
    const dry = await bed.wcscmd([...filtered, '--dry-run']);
    expect(dry.stdout).toContain('delete\t\tb\ndelete\t\tc/d\n');
    expect(dry.stdout).toContain('would be deleted: 2 files\n');
    expect(Object.keys(await bed.objects())).toHaveLength(5);
    expect(await bed.wcscmd(filtered)).toMatchObject({ exitCode: 0 });
    expect(Object.keys(await bed.objects())).toEqual(['a', 'node_modules/x/y', 'old.log']);
  });

  test('deletes nothing when something failed, and goes on with the others', async () => {
    const bed = await startTreeBed();
    bed.plant('site', { a: '1', b: '2', 'c\\d': '3' });
    await bed.store('', { old: 'x' });
    bed.emulator.faults.add({ match: { method: 'POST', path: '/file/upload', nth: 1 }, do: 'status 400' });
    const run = await bed.wcscmd(['sync', 'site', 'wcs://demo', '--delete', '--json']);
    expect(run.exitCode).toBe(1);
    expect(lines(run.stdout).at(-1)).toMatchObject({
      summary: { uploaded: { files: 1 }, deleted: { files: 0 }, failed: 2 },
    });
    expect(run.stderr).toContain('nothing is deleted, since 2 files failed');
    expect(run.stderr).toContain('wcscmd: cannot upload c\\d: it cannot be a key: it has a backslash\n');
    expect(Object.keys(await bed.objects())).toContain('old');
  });

  test('an empty source with --delete takes a --yes', async () => {
    const bed = await startTreeBed();
    bed.plant('site', {});
    await bed.store('', { a: '1', b: '2' });
    const run = await bed.wcscmd(['sync', 'site', 'wcs://demo', '--delete']);
    expect(run.exitCode).toBe(1);
    expect(run.stderr).toContain('the source has no files: --delete would delete all of the target, 2 files');
    expect(Object.keys(await bed.objects())).toHaveLength(2);
    expect(await bed.wcscmd(['sync', 'site', 'wcs://demo', '--delete', '--yes'])).toMatchObject({
      exitCode: 0,
    });
    expect(await bed.objects()).toEqual({});
  });

  test('passes over links, special files and unfinished downloads', async () => {
    const bed = await startTreeBed();
    bed.plant('site', {
      a: '1',
      '.a.wcs-part': 'x',
      'f/.b.0123456789ab.wcs-part': 'z',
    });
    bed.plant('elsewhere', { secret: 's' });
    symlinkSync(join(bed.folder, 'elsewhere'), join(bed.folder, 'site/folder'));
    symlinkSync(join(bed.folder, 'elsewhere/secret'), join(bed.folder, 'site/file'));
    symlinkSync('nowhere', join(bed.folder, 'site/dangling'));
    const run = await bed.wcscmd(['sync', 'site', 'wcs://demo']);
    expect(run).toMatchObject({ exitCode: 0 });
    expect(run.stdout).toBe('uploaded: 1 file, 1 B\nunchanged: 0\npassed over: 3\nfailed: 0\n');
    expect(run.stderr).toContain('wcscmd: folder is passed over: a symbolic link\n');
    expect(await bed.objects()).toEqual({ a: '1' });
  });

  test('deletes nothing that a link of the source may stand for', async () => {
    const bed = await startTreeBed();
    bed.plant('site', { a: '1', 'f/b': '2' });
    bed.plant('elsewhere', { c: '3' });
    symlinkSync(join(bed.folder, 'elsewhere'), join(bed.folder, 'site/f/folder'));
    symlinkSync(join(bed.folder, 'elsewhere/c'), join(bed.folder, 'site/link'));
    const kept = { 'f/folder/c': '3', 'f/folder/deep/d': '4', link: '3' };
    await bed.store('', { ...kept, 'f/folder2': '5', link2: '6' });
    const run = await bed.wcscmd(['sync', 'site', 'wcs://demo', '--delete']);
    expect(run).toMatchObject({
      exitCode: 0,
      stdout: 'uploaded: 2 files, 2 B\ndeleted: 2 files\nunchanged: 0\npassed over: 2\nfailed: 0\n',
    });
    expect(await bed.objects()).toEqual({ a: '1', 'f/b': '2', ...kept });
  });

  test('deletes no more when it is interrupted', async () => {
    const bed = await startTreeBed();
    await bed.store('', { a: '1' });
    bed.plant('copy', Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`old${index}`, ''])));
    const abort = new AbortController();
    const running = bed.wcscmd(['sync', 'wcs://demo', 'copy', '--delete'], { signal: abort.signal });
    const watcher = watch(join(bed.folder, 'copy'), (_, name) => {
      if (name?.startsWith('old')) abort.abort();
    });
    onTestFinished(() => watcher.close());
    const { exitCode, stdout } = await running;
    expect(exitCode).toBe(130);
    const left = Object.keys(bed.tree('copy')).length - 1;
    expect(left).toBeGreaterThan(0);
    expect(stdout).toContain(`\ndeleted: ${500 - left} file`);
  });

  test('a large file goes on where an earlier run was interrupted', async () => {
    const bed = await startTreeBed();
    const size = 30 * 2 ** 20;
    bed.plant('site', { small: 's' });
    writeFileSync(join(bed.folder, 'site/large'), Buffer.alloc(size, 'large '));
    bed.emulator.faults.add({ match: { path: /^\/mkblk\/\d+\/5/ }, do: 'hang' });
    const abort = new AbortController();
    const running = bed.wcscmd(['sync', 'site', 'wcs://demo'], { signal: abort.signal });
    const blocks = () =>
      bed.emulator.requests.filter(({ path, status }) => /^\/mkblk/.test(path) && status === 200);
    await expect.poll(() => blocks().length).toBe(7);
    abort.abort();
    const interrupted = await running;
    expect(interrupted.exitCode).toBe(130);
    expect(interrupted.stderr).toBe('wcscmd: interrupted; the same command goes on where this one ended\n');
    bed.emulator.faults.clear();
    expect(await bed.wcscmd(['sync', 'site', 'wcs://demo'])).toMatchObject({ exitCode: 0 });
    // A block whose answer was under way is sent again; from the start there would be 15.
    expect(blocks().length).toBeLessThanOrEqual(11);
    const { data } = await bed.client.download({ bucket: 'demo', key: 'large' });
    expect(data.equals(readFileSync(join(bed.folder, 'site/large')))).toBe(true);
  });

  test('goes on after kill -9', async () => {
    const bed = await startTreeBed();
    bed.plant('site', { small: 's' });
    writeFileSync(join(bed.folder, 'site/large'), Buffer.alloc(30 * 2 ** 20, 'large '));
    bed.emulator.faults.add({ match: { path: /^\/mkblk\/\d+\/5/ }, do: 'hang' });
    const blocks = () =>
      bed.emulator.requests.filter(({ path, status }) => /^\/mkblk/.test(path) && status === 200).length;
    const killed = spawnCli('wcscmd', ['sync', 'site', 'wcs://demo'], { cwd: bed.folder });
    await expect.poll(blocks).toBe(7);
    killed.process.kill('SIGKILL');
    expect((await killed.ended).signal).toBe('SIGKILL');
    bed.emulator.faults.clear();
    expect(await bed.wcscmd(['sync', 'site', 'wcs://demo'])).toMatchObject({ exitCode: 0 });
    // Blocks that were not on record yet are sent again; from the start there would be 15.
    expect(blocks()).toBeLessThan(15);
    const { data } = await bed.client.download({ bucket: 'demo', key: 'large' });
    expect(data.equals(readFileSync(join(bed.folder, 'site/large')))).toBe(true);
  });

  test('a large download goes on where it was interrupted', async () => {
    const bed = await startTreeBed();
    const large = Buffer.alloc(50 * 2 ** 20, 'large ');
    await bed.client.upload({ bucket: 'demo', key: 'large', source: large });
    const gets = () => bed.emulator.requests.filter(({ path }) => path.startsWith('/-/demo/large'));
    bed.emulator.faults.add({ match: { path: '/-/demo/large', nth: 6 }, do: 'hang' });
    const abort = new AbortController();
    const running = bed.wcscmd(['get', '-r', 'wcs://demo', 'target'], { signal: abort.signal });
    const target = join(bed.folder, 'target');
    /** Which parts are there stands behind the content. */
    const finished = () => {
      const [part] = existsSync(target) ? readdirSync(target).filter(name => /wcs-part$/.test(name)) : [];
      if (part === undefined) return 0;
      return readFileSync(join(target, part)).subarray(large.length).toString().trim().split('\n').length - 1;
    };
    await expect.poll(() => finished() >= 5 && gets().length >= 6).toBe(true);
    abort.abort();
    expect((await running).exitCode).toBe(130);
    bed.emulator.faults.clear();
    const before = gets().length;
    expect(await bed.wcscmd(['get', '-r', 'wcs://demo', 'target'])).toMatchObject({ exitCode: 0 });
    // Seven parts, of which five were there; the first request tells which version it is.
    expect(gets().length - before).toBeLessThanOrEqual(4);
    expect(readFileSync(join(bed.folder, 'target/large')).equals(large)).toBe(true);
    expect(readdirSync(join(bed.folder, 'target'))).toEqual(['large']);
  });

  test('a file that changes while it is uploaded is a failure, and the next run sends it', async () => {
    const bed = await startTreeBed();
    bed.plant('site', { other: 'o' });
    const large = join(bed.folder, 'site/large');
    writeFileSync(large, Buffer.alloc(22 * 2 ** 20, 'a'));
    bed.emulator.faults.add({ match: { path: '/mkblk/', nth: 1 }, do: 'delay 1s' });
    const running = bed.wcscmd(['sync', 'site', 'wcs://demo', '--json']);
    await expect.poll(() => bed.emulator.requests.some(({ path }) => path.startsWith('/mkblk/'))).toBe(true);
    writeFileSync(large, Buffer.alloc(22 * 2 ** 20, 'b'));
    const run = await running;
    expect(run.exitCode).toBe(1);
    expect(run.stdout).toContain('"code":"SOURCE_CHANGED"');
    expect(lines(run.stdout).at(-1)).toMatchObject({ summary: { uploaded: { files: 1 }, failed: 1 } });
    expect(await bed.wcscmd(['sync', 'site', 'wcs://demo'])).toMatchObject({ exitCode: 0 });
    const { data } = await bed.client.download({ bucket: 'demo', key: 'large' });
    expect(data.equals(readFileSync(large))).toBe(true);
  });

  test('works as a process of its own', async () => {
    const bed = await startTreeBed();
    bed.plant('site', TREE);
    const { exitCode, stdout } = await spawnCli('wcscmd', ['sync', 'site', 'wcs://demo/p'], {
      cwd: bed.folder,
    }).ended;
    expect({ exitCode, stdout }).toEqual({
      exitCode: 0,
      stdout: 'uploaded: 6 files, 19 B\nunchanged: 0\nfailed: 0\n',
    });
    expect(await bed.objects('p/')).toEqual(TREE);
  });
});

describe('sync to a folder', () => {
  test('downloads what differs, and does nothing the second time', async () => {
    const bed = await startTreeBed();
    await bed.store('www/', TREE);
    bed.plant('site', { 'a.txt': 'eno', 'a/b.txt': 'two', mine: 'stays' });
    expect(await bed.wcscmd(['sync', 'wcs://demo/www', 'site'])).toMatchObject({
      exitCode: 0,
      stdout: 'downloaded: 5 files, 16 B\nunchanged: 1\nfailed: 0\n',
    });
    expect(bed.tree('site')).toEqual({ ...TREE, mine: 'stays' });
    bed.transfers();
    const again = await bed.wcscmd(['sync', 'wcs://demo/www', 'site']);
    expect(again.stdout).toBe('downloaded: 0 files, 0 B\nunchanged: 6\nfailed: 0\n');
    expect(bed.transfers()).toEqual([]);
    const { putTime } = await bed.client.stat({ bucket: 'demo', key: 'www/a.txt' });
    expect(Math.round(statSync(join(bed.folder, 'site/a.txt')).mtimeMs)).toBe(putTime.getTime());
  });

  test('makes the folder, unless it only tells what it would do', async () => {
    const bed = await startTreeBed();
    await bed.store('', { 'a/b': '1' });
    const dry = await bed.wcscmd(['sync', 'wcs://demo', 'new/folder', '--dry-run']);
    expect(dry.stdout).toBe('download\t1\ta/b\nwould be downloaded: 1 file, 1 B\nunchanged: 0\nfailed: 0\n');
    expect(bed.has('new')).toBe(false);
    expect(await bed.wcscmd(['sync', 'wcs://demo', 'new/folder'])).toMatchObject({ exitCode: 0 });
    expect(bed.tree('new/folder')).toEqual({ 'a/b': '1' });
  });

  test('--delete removes files and the folders that they leave empty, and nothing that is excluded', async () => {
    const bed = await startTreeBed();
    await bed.store('', { a: '1' });
    // Of a process that nobody here can see, and that may still be at work.
    const inUse = '.y.ffffffff-1-1-0123456789ab.wcs-part';
    const left = { '.z.wcs-part': 'p', 'b/.y.ffffffff-1-1-ba9876543210.wcs-part': 'q' };
    bed.plant('site', { 'b/c/d': 'x', 'e/f.log': 'y', 'e/g': 'z', [inUse]: 'i', ...left });
    utimesSync(join(bed.folder, 'site/b/.y.ffffffff-1-1-ba9876543210.wcs-part'), 1, 1);
    mkdirSync(join(bed.folder, 'site/empty'));
    const argv = ['sync', 'wcs://demo', 'site', '--delete', '--exclude', '*.log'];
    expect((await bed.wcscmd([...argv, '--dry-run'])).stdout).toContain('delete\t\tb/c/d\ndelete\t\te/g\n');
    expect(await bed.wcscmd(argv)).toMatchObject({ exitCode: 0 });
    expect(bed.tree('site')).toEqual({ a: '1', 'e/f.log': 'y', [inUse]: 'i' });
    expect(bed.has('site/b')).toBe(false);
    expect(bed.has('site/empty')).toBe(true);
  });

  test('files and folders change places with --delete, and are in the way without', async () => {
    const bed = await startTreeBed();
    await bed.store('', { a: 'file', 'b/c': 'in folder' });
    bed.plant('site', { 'a/x/y': '1', b: '2' });
    const without = await bed.wcscmd(['sync', 'wcs://demo', 'site']);
    expect(without.exitCode).toBe(1);
    expect(without.stderr).toMatch(/cannot download a: .*site\/a is a folder\n/);
    expect(without.stderr).toMatch(/cannot download b\/c: .*site\/b is a file, not a folder\n/);
    expect(bed.tree('site')).toEqual({ 'a/x/y': '1', b: '2' });
    expect(await bed.wcscmd(['sync', 'wcs://demo', 'site', '--delete'])).toMatchObject({ exitCode: 0 });
    expect(bed.tree('site')).toEqual({ a: 'file', 'b/c': 'in folder' });
  });

  test('two runs at the same time: the second is refused', async () => {
    const bed = await startTreeBed();
    await bed.store('', { a: '1' });
    bed.emulator.faults.add({ match: { path: '/-/demo/a' }, do: 'hang' });
    const abort = new AbortController();
    const first = bed.wcscmd(['sync', 'wcs://demo', 'site'], { signal: abort.signal });
    await expect
      .poll(() => bed.emulator.requests.some(({ path }) => path.startsWith('/-/demo/a')))
      .toBe(true);
    const second = await bed.wcscmd(['get', '-r', 'wcs://demo', 'site']);
    expect(second.exitCode).toBe(1);
    expect(second.stderr).toContain(`process ${process.pid} works on the same files: nothing was done`);
    abort.abort();
    expect((await first).exitCode).toBe(130);
    bed.emulator.faults.clear();
    expect(await bed.wcscmd(['sync', 'wcs://demo', 'site'])).toMatchObject({ exitCode: 0 });
  });
});

describe('put -r, get -r and del -r', () => {
  test('put -r replaces only with --overwrite 1, and passes over what is there', async () => {
    const bed = await startTreeBed();
    bed.plant('site', { a: 'new', b: 'same', c: 'c' });
    await bed.store('p/', { a: 'old', b: 'same' });
    const run = await bed.wcscmd(['put', '-r', 'wcs://demo/p', 'site']);
    expect(run.exitCode).toBe(1);
    expect(run.stdout).toBe('uploaded: 1 file, 1 B\nunchanged: 1\nfailed: 1\n');
    expect(run.stderr).toContain('an object with other content is there; replace it with --overwrite 1');
    expect(await bed.objects('p/')).toEqual({ a: 'old', b: 'same', c: 'c' });
    expect(await bed.wcscmd(['put', '-r', 'wcs://demo/p', 'site', '--overwrite', '1'])).toMatchObject({
      exitCode: 0,
    });
    expect(await bed.objects('p/')).toEqual({ a: 'new', b: 'same', c: 'c' });
  });

  test('get -r writes into the current folder by default', async () => {
    const bed = await startTreeBed();
    await bed.store('p/', { 'x/y': '1', 'x/z.tmp': '2' });
    expect(
      await bed.wcscmd(['get', '-r', 'wcs://demo/p', '--include', 'x', '--exclude', '*.tmp']),
    ).toMatchObject({
      exitCode: 0,
    });
    expect(bed.has('x/y')).toBe(true);
    expect(bed.has('x/z.tmp')).toBe(false);
  });

  test('del -r wants a --yes where nobody can be asked, and keeps to its prefix', async () => {
    const bed = await startTreeBed();
    await bed.store('', { 'p/a': '1', 'p/b/c': '2', 'p/keep.txt': '3', 'p2/d': '4', p: '5' });
    const refused = await bed.wcscmd(['del', '-r', 'wcs://demo/p']);
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toContain('--yes');
    const dry = await bed.wcscmd(['del', '-r', 'wcs://demo/p', '--dry-run', '--exclude', 'keep.*']);
    expect(dry.stdout).toBe('delete\t\ta\ndelete\t\tb/c\nwould be deleted: 2 files\nfailed: 0\n');
    const run = await bed.wcscmd(['del', '-r', 'wcs://demo/p/', '--yes', '--exclude', 'keep.*']);
    expect(run).toMatchObject({ exitCode: 0, stdout: 'deleted: 2 files\nfailed: 0\n' });
    expect(Object.keys(await bed.objects())).toEqual(['p', 'p/keep.txt', 'p2/d']);
  });

  test.each([
    ['n\n', 1, 2],
    ['', 1, 2],
    ['yes\n', 0, 0],
  ])('del -r asks on a terminal; the answer is %j', async (stdin, exitCode, left) => {
    const bed = await startTreeBed();
    await bed.store('p/', { a: '1', b: '22' });
    const run = await bed.wcscmd(['del', '-r', 'wcs://demo/p'], { stdin, terminal: true });
    expect(run.stderr).toContain('delete 2 objects (3 B) in wcs://demo/p/ for good? [y/N] ');
    expect(run.exitCode).toBe(exitCode);
    expect(Object.keys(await bed.objects())).toHaveLength(left);
  });

  test.each([
    [['del', 'wcs://demo/a', '--dry-run'], 'del takes --dry-run only with -r'],
    [['put', 'wcs://demo/a', 'a', '--exclude', 'x'], 'put takes --exclude only with -r'],
    [['put', '-r', 'wcs://demo/a', 'a', '--delete'], 'put does not take --delete'],
    [['stat', 'wcs://demo/a', '-r'], 'stat does not take --recursive'],
    [['list', 'wcs://demo', '--dry-run'], 'list does not take --dry-run'],
    [['put', '-r', 'wcs://demo/a', 'a', '--yes'], 'put does not take --yes'],
    [['sync', 'a', 'b'], 'sync takes a folder and wcs://BUCKET[/PREFIX]'],
    [['sync', 'wcs://a', 'wcs://b'], 'sync takes a folder and wcs://BUCKET[/PREFIX]'],
    [['sync', '.', 'wcs://demo/a/../b'], 'cannot be a folder: it has a segment . or ..'],
    [['sync', '.', 'wcs://demo', '--include', '/'], '"/" is no pattern'],
  ])('%j makes no sense', async (argv, message) => {
    const bed = await startTreeBed();
    const { exitCode, stderr } = await bed.wcscmd(argv);
    expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: expect.stringContaining(message) });
    expect(bed.emulator.requests).toEqual([]);
  });

  test('what would not be heeded is refused with the output of the official tool, too', async () => {
    const bed = await startTreeBed();
    await bed.store('', { a: '1', 'p/b': '2' });
    const run = await bed.wcscmd(['del', 'wcs://demo/a', '--dry-run', '--legacy-output']);
    expect(run.exitCode).toBe(2);
    expect(Object.keys(await bed.objects())).toEqual(['a', 'p/b']);
    expect(await bed.wcscmd(['del', '-r', 'wcs://demo/p', '--yes', '--legacy-output'])).toMatchObject({
      exitCode: 0,
      stdout: 'deleted: 1 file\nfailed: 0\n',
    });
  });

  test.each(['drop', 'status 401'] as const)('a listing that breaks off deletes nothing: %s', async fault => {
    const bed = await startTreeBed();
    await bed.store('', Object.fromEntries(Array.from({ length: 1001 }, (_, index) => [`${index}`, ''])));
    expect(await bed.wcscmd(['get', '-r', 'wcs://demo', 'copy'])).toMatchObject({ exitCode: 0 });
    bed.plant('copy', { '1old': '', old: '' });
    bed.emulator.faults.add({ match: { path: /^\/list\?.*marker=/ }, do: fault });
    const run = await bed.wcscmd(['sync', 'wcs://demo', 'copy', '--delete', '--yes']);
    expect(run).toMatchObject({ exitCode: 1, stdout: '', stderr: expect.stringMatching(/^wcscmd: list/) });
    expect(Object.keys(bed.tree('copy'))).toHaveLength(1003);
  });

  test('a name that is no UTF-8 is a failure, be it that of a file or of a folder', async () => {
    const bed = await startTreeBed();
    bed.plant('site', { a: '1' });
    const site = Buffer.from(`${join(bed.folder, 'site')}/`);
    writeFileSync(Buffer.concat([site, Buffer.from([0xff])]), 'x');
    mkdirSync(Buffer.concat([site, Buffer.from([0x62, 0xff])]));
    writeFileSync(Buffer.concat([site, Buffer.from([0x62, 0xff, 0x2f, 0x63])]), 'x');
    const run = await bed.wcscmd(['sync', 'site', 'wcs://demo', '--json']);
    expect(run.exitCode).toBe(1);
    const failed = lines(run.stdout).filter(({ ok }) => ok === false);
    expect(failed.map(({ path }) => path).sort()).toEqual(['b\ufffd', '\ufffd']);
    for (const { error } of failed) expect(error).toEqual({ message: 'its name is not UTF-8' });
    expect(await bed.objects()).toEqual({ a: '1' });
  });

  test.each([
    ['sync', 'wcs://demo/p', ''],
    ['sync', '', 'wcs://demo/p'],
    ['put', '-r', 'wcs://demo/p', ''],
    ['get', '-r', 'wcs://demo/p', ''],
  ])('an empty name is not that of the current folder: %s %j %j', async (...words) => {
    const bed = await startTreeBed();
    bed.write('precious', 'x');
    await bed.store('p/', { a: '1' });
    const more = words[0] === 'sync' ? ['--delete', '--yes'] : [];
    expect(await bed.wcscmd([...words, ...more])).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: 'wcscmd: the name of the folder is empty; the current one is .\n',
    });
    expect(bed.has('precious')).toBe(true);
    expect(await bed.objects()).toEqual({ 'p/a': '1' });
  });

  test('a folder that is none is told', async () => {
    const bed = await startTreeBed();
    bed.write('file', 'x');
    expect(await bed.wcscmd(['put', '-r', 'wcs://demo', 'file'])).toMatchObject({ exitCode: 1 });
    expect((await bed.wcscmd(['put', '-r', 'wcs://demo', 'missing'])).stderr).toContain('cannot read');
    expect((await bed.wcscmd(['get', '-r', 'wcs://demo', 'file'])).stderr).toContain('file is no folder');
    symlinkSync('nowhere/deep', join(bed.folder, 'dangling'));
    expect(await bed.wcscmd(['get', '-r', 'wcs://demo', 'dangling'])).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(/^wcscmd: cannot write to .*dangling: /),
    });
    const missing = await bed.wcscmd(['get', '-r', 'wcs://nothing', 'x']);
    expect(missing.stderr).toContain('wcscmd listbucket shows which buckets there are');
  });
});
