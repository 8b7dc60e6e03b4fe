import { join } from 'node:path';
import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import { filesIn, startTreeBed, type Tree, type TreeBed } from '../support/tree-bed.js';

/** Names whose order is another by bytes, by UTF-16, and by folders: `a-`, `a.x` and `a/…`; U+E000 and U+1F600. */
const segment = fc.constantFrom('a', 'a-', 'a.x', 'b', '.h', 'B', 'ä', '\ue000', '\u{1f600}', 'a b');
const path = fc.array(segment, { minLength: 1, maxLength: 3 }).map(segments => segments.join('/'));
/** Contents of few sizes, so that many differ in nothing else. */
const content = fc.constantFrom('', '1', '2', '11', '22');

/** Trees in which no file stands where a folder must be. */
const tree = fc
  .uniqueArray(fc.tuple(path, content), { selector: ([path]) => path, maxLength: 8 })
  .map(entries => {
    const isFolder = (path: string) => entries.some(([other]) => other.startsWith(`${path}/`));
    return Object.fromEntries(entries.filter(([path]) => !isFolder(path))) as Tree;
  });

const RUNS = { numRuns: 20 };

/** A place of its own for each run of a property: a folder, a prefix, and what is beside them. */
async function place(bed: TreeBed, run: number, local: Tree, remote: Tree) {
  const name = `run${run}`;
  bed.plant(name, local);
  await bed.store(`${name}/`, remote);
  const url = `wcs://demo/${name}`;
  return {
    folder: name,
    url,
    local: () => bed.tree(name),
    remote: () => bed.objects(`${name}/`),
    sync: async (direction: Direction, ...options: string[]) => {
      const ends = direction === 'up' ? [name, url] : [url, name];
      const { exitCode, stdout } = await bed.wcscmd(['sync', ...ends, '--json', ...options]);
      const lines = stdout.trim().split('\n');
      return { exitCode, ...JSON.parse(lines.at(-1) ?? '') } as { exitCode: number; summary: Summary };
    },
  };
}

type Direction = 'up' | 'down';
type Summary = Record<'uploaded' | 'downloaded' | 'deleted', { files: number }> & { failed: number };

/** Whether a file of one tree stands where the other has a folder. */
function collide(a: Tree, b: Tree): boolean {
  const [left, right] = [Object.keys(a), Object.keys(b)];
  const isFolderIn = (path: string, paths: string[]) => paths.some(other => other.startsWith(`${path}/`));
  return left.some(path => isFolderIn(path, right)) || right.some(path => isFolderIn(path, left));
}

describe.each(['up', 'down'] as const)('any two trees, %s', direction => {
  async function beds() {
    const bed = await startTreeBed();
    bed.plant('beside', { 'a/b': 'untouched' });
    await bed.store('beside/', { 'a/b': 'untouched' });
    let runs = 0;
    return { bed, next: (local: Tree, remote: Tree) => place(bed, runs++, local, remote) };
  }

  test('end equal with --delete, and a second run does nothing', async () => {
    const { bed, next } = await beds();
    await fc.assert(
      fc.asyncProperty(tree, tree, async (source, target) => {
        const [local, remote] = direction === 'up' ? [source, target] : [target, source];
        const run = await next(local, remote);
        expect(await run.sync(direction, '--delete', '--yes')).toMatchObject({ exitCode: 0 });
        expect(await run.local()).toEqual(source);
        expect(await run.remote()).toEqual(source);
        const before = bed.transfers().length;
        const again = await run.sync(direction, '--delete', '--yes');
        expect(again.summary).toMatchObject({ deleted: { files: 0 }, failed: 0 });
        expect((again.summary.uploaded ?? again.summary.downloaded).files).toBe(0);
        expect([before, bed.transfers()]).toEqual([0, []]);
      }),
      RUNS,
    );
    expect(bed.tree('beside')).toEqual({ 'a/b': 'untouched' });
    expect(await bed.objects('beside/')).toEqual({ 'a/b': 'untouched' });
  });

  test('keep what only the target has without --delete; the source stays as it is', async () => {
    const { next } = await beds();
    await fc.assert(
      fc.asyncProperty(tree, tree, async (source, target) => {
        fc.pre(direction === 'up' || !collide(source, target));
        const [local, remote] = direction === 'up' ? [source, target] : [target, source];
        const run = await next(local, remote);
        expect(await run.sync(direction)).toMatchObject({ exitCode: 0 });
        const [left, right] = [run.local(), await run.remote()];
        expect(direction === 'up' ? [left, right] : [right, left]).toEqual([
          source,
          { ...target, ...source },
        ]);
      }),
      RUNS,
    );
  });

  test('leave alone what is excluded, or not included', async () => {
    const { next } = await beds();
    const excluded = (path: string) => path.split('/').some(name => name.endsWith('.x') || name === 'b');
    const included = (path: string) => path.split('/').some(name => name.startsWith('a'));
    const taken = (path: string) => included(path) && !excluded(path);
    const only = (tree: Tree, takes: (path: string) => boolean) =>
      Object.fromEntries(Object.entries(tree).filter(([path]) => takes(path)));
    await fc.assert(
      fc.asyncProperty(tree, tree, async (source, target) => {
        fc.pre(direction === 'up' || !collide(source, target));
        const [local, remote] = direction === 'up' ? [source, target] : [target, source];
        const run = await next(local, remote);
        const filter = ['--include', 'a*', '--exclude', '*.x', '--exclude', 'b'];
        expect(await run.sync(direction, '--delete', '--yes', ...filter)).toMatchObject({ exitCode: 0 });
        const ended = direction === 'up' ? await run.remote() : run.local();
        expect(ended).toEqual({ ...only(target, path => !taken(path)), ...only(source, taken) });
      }),
      RUNS,
    );
  });

  test('end equal however often a run fails on the way, if it is repeated', async () => {
    const { bed, next } = await beds();
    const faults = fc.array(
      fc.record({
        nth: fc.integer({ min: 1, max: 12 }),
        action: fc.constantFrom('reset', 'status 503', 'drop', 'truncate', 'delay 20ms', 'status 400'),
      }),
      { minLength: 1, maxLength: 6 },
    );
    await fc.assert(
      fc.asyncProperty(tree, tree, faults, async (source, target, rules) => {
        const [local, remote] = direction === 'up' ? [source, target] : [target, source];
        const run = await next(local, remote);
        for (const { nth, action } of rules) bed.emulator.faults.add({ match: { nth }, do: action });
        // Each rule meets one request, so each run but one can fail of it.
        let ended = await bed.wcscmd(argvOf(run, direction));
        for (let tries = 0; ended.exitCode !== 0 && tries < rules.length; tries++) {
          ended = await bed.wcscmd(argvOf(run, direction));
        }
        bed.emulator.faults.clear();
        expect(ended).toMatchObject({ exitCode: 0 });
        expect(run.local()).toEqual(source);
        expect(await run.remote()).toEqual(source);
      }),
      { numRuns: 15 },
    );
  });

  test('end equal when a run is interrupted anywhere, and repeated', async () => {
    const { bed, next } = await beds();
    await fc.assert(
      fc.asyncProperty(tree, tree, fc.integer({ min: 0, max: 12 }), async (source, target, requests) => {
        const [local, remote] = direction === 'up' ? [source, target] : [target, source];
        const run = await next(local, remote);
        const end = bed.emulator.requests.length + requests;
        const abort = new AbortController();
        const watch = setInterval(() => bed.emulator.requests.length >= end && abort.abort(), 1);
        const first = await bed.wcscmd(argvOf(run, direction), { signal: abort.signal });
        clearInterval(watch);
        expect([0, 130]).toContain(first.exitCode);
        expect(await bed.wcscmd(argvOf(run, direction))).toMatchObject({ exitCode: 0 });
        expect(run.local()).toEqual(source);
        expect(await run.remote()).toEqual(source);
      }),
      { numRuns: 15 },
    );
  });
});

function argvOf({ folder, url }: { folder: string; url: string }, direction: Direction): string[] {
  const ends = direction === 'up' ? [folder, url] : [url, folder];
  return ['sync', ...ends, '--delete', '--yes', '--quiet'];
}

property.prop([fc.array(path, { maxLength: 5 })], { numRuns: 10 })(
  'get -r never leaves its folder',
  async paths => {
    const bed = await startTreeBed();
    await bed.store('', Object.fromEntries(paths.map(path => [path, 'x'])));
    await bed.wcscmd(['get', '-r', 'wcs://demo', 'deep/target', '--quiet']);
    const outside = Object.keys(filesIn(bed.folder)).filter(path => !path.startsWith(join('deep', 'target')));
    expect(outside.filter(path => !path.startsWith('.local')).sort()).toEqual(['.wcscfg']);
  },
);
