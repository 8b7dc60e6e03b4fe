import { fork } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { etag } from '@curve-wcs/etag';
import { lcg, temporaryFolder, typescriptFlags } from '@curve-wcs/test-support';
import { describe, expect, it } from 'vitest';
import { FileUploadRecordStore, type UploadRecordStore, type UploadStart } from '../src/index.js';
import { count, emulated, optionsFor } from './support/emulated.js';

const MIB = 2 ** 20;
const BLOCKS = 6;
const CONTENT = lcg(BLOCKS * 4 * MIB - 3, 5);

/** An upload of a file of six blocks, of which the last two cannot be sent yet. */
async function interrupted(
  options: { resume?: UploadRecordStore; uploadId?: string; verify?: boolean } = {},
) {
  const recordFolder = join(temporaryFolder(), 'records');
  const { emulator, wcs } = await emulated({ recordFolder });
  const path = join(temporaryFolder(), 'file.bin');
  writeFileSync(path, CONTENT);
  const upload = {
    bucket: 'photos',
    key: 'k',
    source: path,
    resume: true as boolean | UploadRecordStore,
    concurrency: 2,
    ...options,
  };
  const fault = emulator.faults.add({ match: { path: /^\/mkblk\/\d+\/[45]$/ }, do: 'status 403' });
  // One after the other, so that exactly four blocks are finished.
  await expect(wcs.upload({ ...upload, concurrency: 1 })).rejects.toMatchObject({ code: 'FORBIDDEN' });
  fault();
  const sentBefore = count(emulator, '/mkblk/');
  return { emulator, wcs, path, upload, recordFolder, sent: () => count(emulator, '/mkblk/') - sentBefore };
}

describe('a resumed upload', () => {
  it.each([true, false])('sends only what is missing (verify: %s)', async verify => {
    const { wcs, upload, sent, recordFolder } = await interrupted({ verify });
    const starts: UploadStart[] = [];
    const result = await wcs.upload({ ...upload, onStart: start => starts.push(start) });
    expect(sent()).toBe(2);
    const finished = [0, 1, 2, 3].map(index => expect.objectContaining({ index, ctx: expect.any(String) }));
    expect(starts).toEqual([
      { uploadId: expect.stringMatching(/^\w{32}$/), blocks: BLOCKS, finishedBlocks: 4, finished },
    ]);
    expect(result).toMatchObject({ hash: etag(CONTENT), verified: verify, resumed: 16 * MIB });
    expect((await wcs.download({ bucket: 'photos', key: 'k' })).data.equals(CONTENT)).toBe(true);
    expect(readdirSync(recordFolder)).toEqual([]);
  });

  it('can be named by its id, and reports progress from where it was', async () => {
    const { wcs, upload, sent } = await interrupted({ uploadId: 'chosenId1' });
    const seen: number[] = [];
    await wcs.upload({
      ...upload,
      uploadId: 'chosenId1',
      onProgress: ({ transferred }) => seen.push(transferred),
    });
    expect(sent()).toBe(2);
    expect(seen.at(-1)).toBe(CONTENT.length);
  });

  it('goes on after a second interruption', async () => {
    const { emulator, wcs, upload, sent } = await interrupted();
    const fault = emulator.faults.add({ match: { path: /^\/mkblk\/\d+\/5$/ }, do: 'status 403' });
    await expect(wcs.upload({ ...upload, concurrency: 1 })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    fault();
    await wcs.upload(upload);
    expect(sent()).toBe(3);
  });

  it('keeps its records to itself', async () => {
    const { recordFolder } = await interrupted();
    const [name = ''] = readdirSync(recordFolder);
    expect(statSync(recordFolder).mode & 0o777).toBe(0o700);
    expect(statSync(join(recordFolder, name)).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(recordFolder, name), 'utf8')).not.toContain('secret');
  });

  it.each([
    ['a line that a crash cut off', (text: string) => text.slice(0, -20)],
    [
      'garbage between the lines',
      (text: string) => text.replaceAll('\n\n', '\n{"index":-1}\nnonsense\n[]\n'),
    ],
  ])('survives %s in its record', async (_, damage) => {
    const { wcs, upload, recordFolder, sent } = await interrupted();
    const file = join(recordFolder, readdirSync(recordFolder)[0] ?? '');
    writeFileSync(file, damage(readFileSync(file, 'utf8')));
    expect(await wcs.upload(upload)).toMatchObject({ verified: true, hash: etag(CONTENT) });
    expect(sent()).toBeLessThanOrEqual(3);
  });

  it('starts anew when its record has no header', async () => {
    const { wcs, upload, recordFolder, sent } = await interrupted();
    const file = join(recordFolder, readdirSync(recordFolder)[0] ?? '');
    writeFileSync(file, 'nonsense');
    expect(await wcs.upload(upload)).toMatchObject({ verified: true, resumed: 0 });
    expect(sent()).toBe(BLOCKS);
  });

  it('sends a block again whose ctx the record has wrong', async () => {
    const { wcs, upload, recordFolder } = await interrupted();
    const file = join(recordFolder, readdirSync(recordFolder)[0] ?? '');
    writeFileSync(file, readFileSync(file, 'utf8').replace(/"ctx":"./, '"ctx":"!'));
    expect(await wcs.upload(upload)).toMatchObject({ verified: true, hash: etag(CONTENT) });
  });

  it('starts anew when the service no longer has the blocks', async () => {
    const { emulator, wcs, upload, sent } = await interrupted();
    emulator.faults.add({ match: { path: '/mkfile/', nth: 1 }, do: 'status 412' });
    expect(await wcs.upload(upload)).toMatchObject({ verified: true, hash: etag(CONTENT) });
    expect(sent()).toBe(2 + BLOCKS);
  });
});

describe('a file that changed since', () => {
  it.each([
    ['by size', (path: string) => appendFileSync(path, 'more')],
    ['by time', (path: string) => utimesSync(path, new Date(), new Date(1.6e12))],
  ])('%s is uploaded from its start', async (_, change) => {
    const { wcs, path, upload, sent } = await interrupted();
    change(path);
    expect(await wcs.upload(upload)).toMatchObject({
      hash: etag(readFileSync(path)),
      verified: true,
      resumed: 0,
    });
    expect(sent()).toBe(Math.ceil(statSync(path).size / (4 * MIB)));
  });

  it('in a way that neither shows is still noticed, block by block', async () => {
    const { wcs, path, upload, sent } = await interrupted();
    const { atime, mtime } = statSync(path);
    const changed = Buffer.from(CONTENT);
    changed.fill(0, 4 * MIB, 4 * MIB + 10);
    writeFileSync(path, changed);
    utimesSync(path, atime, mtime);
    expect(await wcs.upload(upload)).toMatchObject({ hash: etag(changed), verified: true });
    expect(sent()).toBeGreaterThanOrEqual(3);
  });

  it.each([
    ['the file changed', (path: string) => appendFileSync(path, 'x'), {}],
    ['another key', () => {}, { key: 'other' }],
    ['another block size', () => {}, { blockSize: 8 * MIB }],
  ])('is refused when the upload is named by its id: %s', async (_, change, other) => {
    const { wcs, path, upload } = await interrupted({ uploadId: 'named' });
    change(path);
    await expect(wcs.upload({ ...upload, uploadId: 'named', ...other })).rejects.toMatchObject({
      code: 'SOURCE_CHANGED',
      message: expect.stringContaining('named cannot be resumed'),
    });
  });
});

describe('records', () => {
  it('can be kept in a store of your own', async () => {
    const calls: string[] = [];
    const inner = new FileUploadRecordStore(join(temporaryFolder(), 'mine'));
    const store = new Proxy(inner, {
      get(target, name) {
        const method = target[name as keyof UploadRecordStore];
        if (typeof method !== 'function') return method;
        return (...values: never[]) => {
          calls.push(String(name));
          return (method as (...values: never[]) => unknown).apply(target, values);
        };
      },
    });
    const { wcs, upload, sent } = await interrupted({ resume: store });
    await wcs.upload(upload);
    expect(sent()).toBe(2);
    expect(calls).toEqual([
      'find',
      'create',
      'append',
      'append',
      'append',
      'append',
      'find',
      'append',
      'append',
      'remove',
    ]);
  });

  it('older than the service keeps blocks are removed', async () => {
    const store = new FileUploadRecordStore(join(temporaryFolder(), 'old'));
    const header = {
      uploadId: 'old',
      source: { path: '/f', size: 1, mtimeMs: 1 },
      scope: 'b:k',
      blockSize: 4 * MIB,
    };
    await store.create({ ...header, created: Date.now() - 31 * 24 * 3600_000 });
    expect(await store.find({ path: '/f', scope: 'b:k' })).toBeUndefined();
    expect(readdirSync(store.folder)).toEqual([]);
    await store.create({ ...header, uploadId: 'new', created: Date.now() });
    expect(await store.find({ path: '/f', scope: 'b:k' })).toMatchObject({ uploadId: 'new' });
    expect(await store.find({ path: '/f', scope: 'b:other' })).toBeUndefined();
  });

  it('are gone after a callback failed, since the object is stored', async () => {
    const { emulator, wcs, upload, recordFolder } = await interrupted();
    emulator.faults.add({ match: { path: '/mkfile/' }, do: 'status 579' });
    await expect(wcs.upload(upload)).rejects.toMatchObject({ code: 'CALLBACK_FAILED', stored: true });
    expect(readdirSync(recordFolder)).toEqual([]);
  });
});

it('a process killed in the middle is followed by one that sends at most the blocks in flight again', async () => {
  const recordFolder = join(temporaryFolder(), 'records');
  const { emulator, wcs } = await emulated({ recordFolder });
  const path = join(temporaryFolder(), 'file.bin');
  writeFileSync(path, CONTENT);
  emulator.faults.add({ match: { path: '/mkblk/' }, do: 'delay 100ms' });
  const program = join(temporaryFolder(), 'upload.mts');
  writeFileSync(
    program,
    `import { WcsClient } from ${JSON.stringify(pathToFileURL(join(import.meta.dirname, '../src/index.ts')).href)};
     const wcs = new WcsClient(${JSON.stringify({ ...optionsFor(emulator), recordFolder })});
     await wcs.upload({ bucket: 'photos', key: 'k', source: ${JSON.stringify(path)}, resume: true, concurrency: 2 });`,
  );
  const child = fork(program, { execArgv: typescriptFlags() });
  const exited = once(child, 'exit');
  const answered = () =>
    emulator.requests.filter(request => request.path.startsWith('/mkblk/') && request.status === 200).length;
  while (answered() < 3) await new Promise(resolve => setTimeout(resolve, 5));
  child.kill('SIGKILL');
  await exited;
  const before = answered();
  expect(before).toBeLessThan(BLOCKS);
  emulator.faults.clear();
  const sentBefore = count(emulator, '/mkblk/');
  const result = await wcs.upload({ bucket: 'photos', key: 'k', source: path, resume: true });
  expect(result).toMatchObject({ verified: true, hash: etag(CONTENT) });
  const sent = count(emulator, '/mkblk/') - sentBefore;
  expect(sent).toBeLessThanOrEqual(BLOCKS - before + 2);
  expect(result.resumed).toBeGreaterThan(0);
});
