import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@curve-wcs/test-support';
import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import { FolderLock } from '../../src/folder-lock.js';
import { compareKeys } from '../../src/wcscmd/trees/compare-keys.js';
import { FilesAndFolders } from '../../src/wcscmd/trees/file-path.js';
import { KnownContents } from '../../src/wcscmd/trees/known-contents.js';
import { localFiles } from '../../src/wcscmd/trees/local-files.js';
import { pathFilter } from '../../src/wcscmd/trees/path-filter.js';
import { Spool } from '../../src/wcscmd/trees/spool.js';
import { TargetFolder } from '../../src/wcscmd/trees/target-folder.js';
import { TaskPool } from '../../src/wcscmd/trees/task-pool.js';
import { treeProgressLine } from '../../src/wcscmd/trees/tree-progress.js';

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

describe('keys', () => {
  property.prop([fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' })])(
    'are compared by their bytes in UTF-8',
    (a, b) => {
      expect(Math.sign(compareKeys(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
    },
  );

  property.prop([fc.uniqueArray(fc.stringMatching(/^[ab./-]{1,6}$/), { maxLength: 12 })])(
    'that need a file and a folder of one name are found',
    keys => {
      const found = new FilesAndFolders();
      const taken: string[] = [];
      for (const key of keys.sort(compareKeys)) {
        const expected = taken.find(file => key.startsWith(`${file}/`));
        expect(found.fileInTheWay(key)).toBe(expected);
        if (expected === undefined) taken.push(key);
      }
    },
  );
});

describe('patterns', () => {
  test.each([
    ['*.tmp', ['a.tmp', 'x/y/.b.tmp', '.tmp'], ['a.tmpx', 'a']],
    ['node_modules', ['node_modules/a', 'x/node_modules/b/c'], ['node_modulesx/a']],
    ['build/', ['build/a', 'x/build/b'], ['builder/a']],
    ['/TODO', ['TODO'], ['x/TODO']],
    ['css/*.map', ['css/a.map'], ['css/x/a.map', 'x/css/a.map', 'a.map']],
    ['css/**', ['css/a', 'css/x/.y'], ['x/css/a']],
    ['**/css/*', ['css/a', 'x/y/css/b'], ['css']],
    ['{a,b}?', ['a1', 'x/b2'], ['a', 'c1']],
    ['[!a]*', ['b', 'ä'], ['a', 'ab']],
    ['!a', ['!a'], ['b', 'a']],
    ['文*', ['文件', 'x/文'], ['x文']],
  ])('%j excludes %j and not %j', async (pattern, out, kept) => {
    const { takes } = await pathFilter([], [pattern]);
    expect(out.filter(takes)).toEqual([]);
    expect(kept.filter(takes)).toEqual(kept);
    const included = await pathFilter([pattern], []);
    expect(out.filter(included.takes)).toEqual(out);
    expect(kept.filter(included.takes)).toEqual([]);
  });

  test('an excluded folder is not even read', async () => {
    const root = temporaryFolder();
    mkdirSync(join(root, 'a/cache'), { recursive: true });
    writeFileSync(join(root, 'a/cache/x'), '');
    writeFileSync(join(root, 'a/y'), '');
    const { takes, excludesFolder } = await pathFilter([], ['cache']);
    const asked: string[] = [];
    const filter = { excludesFolder, takes: (path: string) => asked.push(path) > 0 && takes(path) };
    const options = { filter, signal: new AbortController().signal, onPassedOver() {}, onFailure() {} };
    const found = await all(localFiles(root, options));
    expect(found.map(({ path }) => path)).toEqual(['a/y']);
    expect(asked).toEqual(['a/y']);
  });

  test('fails when the folder is moved meanwhile, rather than to have no more files', async () => {
    const root = join(temporaryFolder(), 'root');
    for (const folder of ['a', 'b', 'c']) {
      mkdirSync(join(root, folder), { recursive: true });
      writeFileSync(join(root, folder, 'file'), '');
    }
    const filter = await pathFilter([], []);
    const options = { filter, signal: new AbortController().signal, onPassedOver() {}, onFailure() {} };
    const files = localFiles(root, options);
    expect((await files.next()).value?.path).toBe('a/file');
    renameSync(root, `${root}2`);
    await expect(all(files)).rejects.toThrow(`${root} was moved or unmounted while it was read`);
  });
});

describe('a spool', () => {
  property.prop([fc.array(fc.string({ unit: 'binary', maxLength: 4000 }), { maxLength: 60 }), fc.nat(60)], {
    numRuns: 20,
  })('gives everything in order, while it is written and afterwards', async (items, first) => {
    await using spool = await Spool.create<string>();
    for (const item of items.slice(0, first)) await spool.add(item);
    const reading = all(spool);
    for (const item of items.slice(first)) await spool.add(item);
    spool.end();
    expect(await reading).toEqual(items.map(item => JSON.parse(JSON.stringify(item))));
    expect(spool.count).toBe(items.length);
  });

  test('ends with the failure of its writer', async () => {
    await using spool = await Spool.create<number>();
    await spool.add(1);
    spool.end({ error: new Error('no more') });
    await expect(all(spool)).rejects.toThrow('no more');
  });
});

test('a pool never does more at a time than it may, and ends with the first failure', async () => {
  const pool = new TaskPool(3);
  let running = 0;
  const seen: number[] = [];
  for (let index = 0; index < 20; index++) {
    await pool.add(async () => {
      seen.push(++running);
      await new Promise(resolve => setTimeout(resolve, index % 3));
      running--;
    });
  }
  await pool.finish();
  expect(Math.max(...seen)).toBe(3);
  expect(seen).toHaveLength(20);
  await pool.add(() => Promise.reject(new Error('broken')));
  await expect(pool.finish()).rejects.toThrow('broken');
  await expect(pool.add(async () => {})).rejects.toThrow('broken');
});

describe('where names differ only by case', () => {
  test('the second of them is refused, wherever it stands', async () => {
    const root = temporaryFolder();
    mkdirSync(join(root, 'Folder'));
    writeFileSync(join(root, 'Folder/File'), '');
    const target = new TargetFolder(root, { foldsCase: true });
    await expect(target.prepare('folder/x')).rejects.toThrow('"folder" is "Folder" to this file system');
    await expect(target.prepare('Folder/FILE')).rejects.toThrow('"FILE" is "File" to this file system');
    await target.prepare('Folder/File');
    await target.prepare('new/a');
    await expect(target.prepare('new/A')).rejects.toThrow('"A" is "a"');
    // One letter, composed in two ways.
    await target.prepare('\u00e4');
    await expect(target.prepare('a\u0308')).rejects.toThrow('to this file system');
    expect(readdirSync(root).sort()).toEqual(['Folder', 'new']);
  });

  test('both are taken by a file system that tells them apart', async () => {
    const root = temporaryFolder();
    const target = await TargetFolder.open(root);
    await target.prepare('a/x');
    if (process.platform === 'linux') await target.prepare('A/x');
    expect(readdirSync(root)).toContain('a');
  });
});

describe('a lock', () => {
  test('is had by one at a time, and left by a process that is no more', async () => {
    const folder = temporaryFolder();
    const first = await FolderLock.acquire(folder, ['a']);
    await expect(FolderLock.acquire(folder, ['a'])).rejects.toThrow(
      `process ${process.pid} works on the same files`,
    );
    const [name = ''] = readdirSync(folder);
    await (await FolderLock.acquire(folder, ['b']))[Symbol.asyncDispose]();
    await first[Symbol.asyncDispose]();
    expect(readdirSync(folder)).toEqual([]);
    // No process has the largest id; one of our own id that is not ours has ended before we began.
    for (const owner of ['4194304', String(process.pid), '', 'x']) {
      writeFileSync(join(folder, name), owner);
      await (await FolderLock.acquire(folder, ['a']))[Symbol.asyncDispose]();
    }
    expect(readdirSync(folder)).toEqual([]);
  });

  test('of many who want it at once, one gets it', async () => {
    const folder = temporaryFolder();
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, () => FolderLock.acquire(folder, ['a'])),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });
});

test('what is known of contents counts for unchanged files only, and outlives partial runs', async () => {
  const folder = temporaryFolder();
  const file = (path: string, size = 1) => ({ path, size, mtimeMs: 1.5, ctimeMs: 2.25 });
  const first = await KnownContents.open(folder, '/root');
  for (const path of ['b', 'a', '\u{1f600}', '\ue000']) await first.remember(file(path), `hash of ${path}`);
  await first.remember({ ...file('fresh'), mtimeMs: Date.now() }, 'untold');
  await first.save({ whole: true });
  const second = await KnownContents.open(folder, '/root');
  expect(await second.hashOf(file('a'))).toBe('hash of a');
  expect(await second.hashOf(file('b', 2))).toBeUndefined();
  expect(await second.hashOf({ ...file('fresh'), mtimeMs: Date.now() })).toBeUndefined();
  expect(await second.hashOf(file('\ue000'))).toBe('hash of \ue000');
  expect(await second.hashOf(file('\u{1f600}'))).toBe('hash of \u{1f600}');
  await second.remember(file('b', 2), 'new hash of b');
  await second.save({ whole: false });
  const third = await KnownContents.open(folder, '/root');
  expect(await third.hashOf(file('a'))).toBe('hash of a');
  expect(await third.hashOf(file('b', 2))).toBe('new hash of b');
  await third.save({ whole: true });
  await using last = await KnownContents.open(folder, '/root');
  expect(await last.hashOf(file('a'))).toBeUndefined();
});

test('what is known of contents, and cannot be written, is told with its place', async () => {
  const folder = temporaryFolder();
  const known = await KnownContents.open(folder, '/root');
  await known.remember({ path: 'a', size: 1, mtimeMs: 1, ctimeMs: 1 }, 'hash');
  rmSync(folder, { recursive: true });
  await expect(known.save({ whole: true })).rejects.toThrow(`cannot write ${folder}`);
});

describe('the line of progress', () => {
  const state = {
    files: 12,
    bytes: 4096,
    growing: false,
    over: 3,
    transferred: 1024,
    current: ['a', '文件/b', 'c', 'd'],
  };

  test('has files, bar, share, bytes, rate, time left and what is under way', () => {
    expect(treeProgressLine(state, 2, 200)).toBe(
      '3 of 12 files  [=====               ]   25%  1.0 KiB of 4.0 KiB  512 B/s  6s left  a  文件/b  c  +1',
    );
    expect(treeProgressLine({ ...state, growing: true }, 2, 200)).toContain('3 of 12+ files');
    expect(treeProgressLine({ ...state, growing: true }, 2, 200)).not.toContain('left');
  });

  property.prop([fc.nat(120), fc.array(fc.string({ unit: 'grapheme' }), { maxLength: 5 })])(
    'has room in any terminal, and steers none',
    (columns, current) => {
      const line = treeProgressLine({ ...state, current }, 1, columns);
      expect([...line].length).toBeLessThanOrEqual(Math.max(0, columns - 1));
      // biome-ignore lint/suspicious/noControlCharactersInRegex: that there are none is the point
      expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
    },
  );

  test('counts wide characters twice', () => {
    const line = treeProgressLine({ ...state, current: ['文'.repeat(100)] }, 1, 100);
    expect([...line].reduce((sum, character) => sum + (character === '文' ? 2 : 1), 0)).toBeLessThan(100);
  });
});
