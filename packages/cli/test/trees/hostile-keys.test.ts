import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fc } from '@fast-check/vitest';
import { describe, expect, onTestFinished, test } from 'vitest';
import { compareKeys } from '../../src/wcscmd/trees/compare-keys.js';
import { startTreeBed } from '../support/tree-bed.js';

/** A management domain that lists whatever keys it is told, in order: the emulator would not store some of them. */
async function listingOf(keys: () => string[]): Promise<string> {
  const server = createServer((_request, response) => {
    const items = keys().map(key => ({
      key,
      fsize: 1,
      hash: 'FhA',
      mimeType: '',
      putTime: 1_700_000_000_000,
    }));
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ marker: '', commonPrefixes: [], items }));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('a key that cannot be a file', () => {
  test.each([
    ['../outside', 'it has a segment . or ..'],
    ['a/../../outside', 'it has a segment . or ..'],
    ['a/./b', 'it has a segment . or ..'],
    ['/etc/outside', 'it is an absolute path'],
    ['a//b', 'it has an empty segment between slashes'],
    ['a/', 'it has an empty segment between slashes'],
    ['a\0b', 'it has a NUL character'],
    ['..\\outside', 'it has a backslash'],
    ['C:\\outside', 'it has a backslash'],
    ['x'.repeat(256), 'it has a segment of more than 255 bytes'],
    ['d/.x.wcs-part', 'its name is that of an unfinished download'],
  ])('%j is refused, and the others go on', async (key, why) => {
    const bed = await startTreeBed();
    await bed.store('p/', { good: '1' });
    const keys = [`p/${key}`, 'p/good'].sort(compareKeys);
    bed.configure({ mgr_url: await listingOf(() => keys) });
    const run = await bed.wcscmd(['get', '-r', 'wcs://demo/p', 'target', '--no-verify', '--json']);
    expect(run.exitCode).toBe(1);
    expect(run.stdout).toContain(`the key cannot be a file here: ${why}`);
    expect(run.stdout).toContain('"downloaded":{"files":1,"bytes":1}');
    expect(bed.tree('target')).toEqual({ good: '1' });
    expect(readdirSync(bed.folder).sort()).toEqual(['.local', '.wcscfg', 'target']);
  });

  test('of a file and a folder of the same name, the folder is refused', async () => {
    const bed = await startTreeBed();
    const keys = { a: '1', 'a-b': '2', 'a.b/c': '3', 'a/b': '4', 'a/c/d': '5', b: '6' };
    await bed.store('', keys);
    const run = await bed.wcscmd(['sync', 'wcs://demo', 'target', '--delete']);
    expect(run.exitCode).toBe(1);
    expect(run.stderr).toContain('cannot download a/b: the key cannot be a file here: "a" is an object, too');
    expect(bed.tree('target')).toEqual({ a: '1', 'a-b': '2', 'a.b/c': '3', b: '6' });
    // It fails again, and changes nothing.
    expect(await bed.wcscmd(['sync', 'wcs://demo', 'target', '--delete'])).toMatchObject({
      exitCode: 1,
      stdout: 'downloaded: 0 files, 0 B\ndeleted: 0 files\nunchanged: 4\nfailed: 2\n',
    });
  });

  test('a listing out of order is believed in nothing', async () => {
    const bed = await startTreeBed();
    bed.plant('target', { a: '1', b: '2' });
    bed.configure({ mgr_url: await listingOf(() => ['b', 'a']) });
    const run = await bed.wcscmd(['sync', 'wcs://demo', 'target', '--delete']);
    expect(run.exitCode).toBe(1);
    expect(run.stderr).toContain('the service lists demo out of order: "a" comes too late');
    expect(Object.keys(bed.tree('target'))).toEqual(['a', 'b']);
  });

  test('whatever the keys, nothing outside of the folder is touched', async () => {
    const bed = await startTreeBed();
    let keys: string[] = [];
    bed.configure({ mgr_url: await listingOf(() => keys) });
    bed.plant('beside', { 'a/b': 'untouched' });
    const piece = fc.constantFrom(
      '..',
      '.',
      '/',
      '\\',
      '\0',
      'a',
      'b',
      'beside',
      '~',
      '%2e%2e',
      '\ud800',
      '\n',
    );
    const key = fc.array(piece, { minLength: 1, maxLength: 6 }).map(pieces => pieces.join(''));
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(key, { maxLength: 6 }), async listed => {
        keys = listed.sort(compareKeys);
        await bed.wcscmd(['sync', 'wcs://demo', 'target', '--delete', '--yes', '--quiet']);
        expect(readdirSync(bed.folder).sort()).toEqual(['.local', '.wcscfg', 'beside', 'target']);
        expect(bed.tree('beside')).toEqual({ 'a/b': 'untouched' });
      }),
      { numRuns: 40 },
    );
  });
});

describe('a symbolic link planted in the folder', () => {
  async function planted() {
    const bed = await startTreeBed();
    bed.plant('outside', { secret: 'mine', 'folder/x': 'mine' });
    bed.plant('target', {});
    const link = (to: string, name: string) =>
      symlinkSync(join(bed.folder, to), join(bed.folder, 'target', name));
    const outside = () => bed.tree('outside');
    return { bed, link, outside };
  }

  test('is neither followed nor replaced', async () => {
    const { bed, link, outside } = await planted();
    await bed.store('', {
      file: '1',
      'folder/x': '2',
      'folder/y/z': '3',
      fresh: '4',
      good: '5',
      'deep/l/x': '6',
    });
    link('outside/secret', 'file');
    link('outside/folder', 'folder');
    link('outside/new', 'fresh');
    mkdirSync(join(bed.folder, 'target/deep'));
    link('outside', 'deep/l');
    for (const options of [[], ['--delete'], ['--checksum']]) {
      const run = await bed.wcscmd(['sync', 'wcs://demo', 'target', ...options]);
      expect(run.exitCode).toBe(1);
      expect(run.stderr).toMatch(
        /cannot download file: .*target\/file is a symbolic link, which is not followed/,
      );
      expect(run.stdout).toContain('failed: 5\n');
      expect(outside()).toEqual({ secret: 'mine', 'folder/x': 'mine' });
      expect(readFileSync(join(bed.folder, 'target/good'), 'utf8')).toBe('5');
    }
  });

  test('in the place of a part file leads nothing elsewhere', async () => {
    const { bed, link, outside } = await planted();
    const large = Buffer.alloc(9 * 2 ** 20, 'large');
    await bed.client.upload({ bucket: 'demo', key: 'large', source: large });
    await bed.client.upload({ bucket: 'demo', key: 'other', source: large });
    await bed.store('', { small: '1' });
    link('outside/secret', '.small.wcs-part');
    link('outside/secret', '.large.wcs-part');
    const run = await bed.wcscmd(['sync', 'wcs://demo', 'target', '--delete']);
    expect(run.exitCode).toBe(0);
    expect(readFileSync(join(bed.folder, 'target/large')).equals(large)).toBe(true);
    expect(outside()).toEqual({ secret: 'mine', 'folder/x': 'mine' });
    expect(readFileSync(join(bed.folder, 'target/other')).equals(large)).toBe(true);
    expect(readFileSync(join(bed.folder, 'target/small'), 'utf8')).toBe('1');
  });

  test('is not deleted through', async () => {
    const { bed, link, outside } = await planted();
    await bed.store('', { good: '1' });
    writeFileSync(join(bed.folder, 'target/old'), 'x');
    link('outside/folder', 'folder');
    expect(await bed.wcscmd(['sync', 'wcs://demo', 'target', '--delete'])).toMatchObject({ exitCode: 0 });
    expect(outside()).toEqual({ secret: 'mine', 'folder/x': 'mine' });
    expect(readdirSync(join(bed.folder, 'target')).sort()).toEqual(['folder', 'good']);
  });

  test('as the folder itself is the folder that it leads to', async () => {
    const { bed } = await planted();
    await bed.store('', { a: '1' });
    symlinkSync(join(bed.folder, 'target'), join(bed.folder, 'link'));
    expect(await bed.wcscmd(['sync', 'wcs://demo', 'link'])).toMatchObject({ exitCode: 0 });
    expect(bed.tree('target')).toEqual({ a: '1' });
  });
});
