import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { etag } from '@curve-wcs/etag';
import { contentOf, lcg, temporaryFolder, vectors } from '@curve-wcs/test-support';
import { describe, expect, it } from 'vitest';
import { type UploadStart, uploadToken, WcsClient } from '../src/index.js';
import { count, emulated, optionsFor } from './support/emulated.js';
import { rawServer } from './support/raw-server.js';
import { RECORDED_KEYS, type RecordedRequest, sha256 } from './support/replay.js';

const MIB = 2 ** 20;
const ID = 'AbcdefghijklmnopqrstuvwxyzABCDEF';
const CONTENT = lcg(3 * 4 * MIB - 7, 5);

/** What the official client leaves behind: blocks 0 and 2 sent, block 1 failed. */
async function interrupted(sent = CONTENT) {
  const { emulator } = await emulated();
  const recordFolder = join(temporaryFolder(), 'multipart');
  mkdirSync(join(recordFolder, ID), { recursive: true });
  const path = join(temporaryFolder(), 'file.bin');
  writeFileSync(path, CONTENT);
  utimesSync(path, new Date(), new Date(Date.now() - 60_000));
  const token = uploadToken(emulator, { scope: 'photos:k', deadline: Date.now() + 60_000 });
  const file = (offset: number, size: number, code: number, ctx: string) =>
    writeFileSync(join(recordFolder, ID, String(offset)), JSON.stringify({ offset, code, ctx, size }));
  for (const index of [0, 2]) {
    const block = sent.subarray(index * 4 * MIB, (index + 1) * 4 * MIB);
    const response = await fetch(`${emulator.url}/mkblk/${block.length}/${index}`, {
      method: 'POST',
      headers: { authorization: token, uploadBatch: ID },
      body: new Uint8Array(block),
    });
    const { ctx } = (await response.json()) as { ctx: string };
    file(index * 4 * MIB, block.length, 200, ctx);
  }
  file(4 * MIB, 4 * MIB, 500, 'scripted');
  const wcs = new WcsClient({ ...optionsFor(emulator), recordFolder });
  const before = count(emulator, '/mkblk/');
  return {
    emulator,
    wcs,
    path,
    recordFolder,
    upload: { bucket: 'photos', key: 'k', source: path, formThreshold: 0, resume: true, uploadId: ID },
    sent: () => count(emulator, '/mkblk/') - before,
  };
}

describe('an upload that the official Python client began', () => {
  it('is resumed by its id: what is missing is sent, and the record is gone', async () => {
    const { wcs, upload, sent, recordFolder } = await interrupted();
    await using _client = wcs;
    const starts: UploadStart[] = [];
    const result = await wcs.upload({ ...upload, onStart: start => starts.push(start) });
    expect(result).toMatchObject({ verified: true, hash: etag(CONTENT), resumed: 8 * MIB - 7 });
    expect(starts).toMatchObject([{ uploadId: ID, blocks: 3, finishedBlocks: 2 }]);
    expect(starts[0]?.finished).toMatchObject([{ unproven: true }, { unproven: true }]);
    expect(sent()).toBe(1);
    expect(readdirSync(recordFolder)).toEqual([]);
  });

  it('is recorded to be resumed as one of our own', async () => {
    const { emulator, wcs, upload, sent, recordFolder } = await interrupted();
    await using _client = wcs;
    const fault = emulator.faults.add({ match: { path: '/mkfile/' }, do: 'status 403' });
    await expect(wcs.upload(upload)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    fault();
    expect(readdirSync(recordFolder).sort()).toEqual([ID, `${ID}.upload`]);
    expect(await wcs.upload(upload)).toMatchObject({ verified: true, hash: etag(CONTENT) });
    expect(sent()).toBe(1);
    expect(readdirSync(recordFolder)).toEqual([]);
  });

  it.each([
    ['for a new object', undefined],
    ['with overwrite', true],
  ])('with other content is noticed by its hash, and sent whole (%s)', async (_, overwrite) => {
    const other = Buffer.from(CONTENT);
    other.fill(0, 0, 100);
    const { emulator, wcs, upload, sent } = await interrupted(other);
    await using _client = wcs;
    const result = await wcs.upload({ ...upload, ...(overwrite === undefined ? {} : { overwrite }) });
    expect(result).toMatchObject({ verified: true, hash: etag(CONTENT), resumed: 0 });
    expect((await wcs.stat({ bucket: 'photos', key: 'k' })).hash).toBe(etag(CONTENT));
    expect(sent()).toBe(1 + 3);
    expect(count(emulator, '/mkfile/')).toBe(2);
  });

  it('with other content is told where the token does not allow to put it right', async () => {
    const other = Buffer.from(CONTENT);
    other.fill(0, 0, 100);
    const { emulator, wcs, upload, recordFolder } = await interrupted(other);
    await using _client = wcs;
    const token = uploadToken(emulator, { scope: 'photos:k', deadline: Date.now() + 60_000 });
    await expect(wcs.upload({ ...upload, token })).rejects.toMatchObject({ code: 'CHECKSUM_MISMATCH' });
    // Neither record is of use any more.
    expect(existsSync(join(recordFolder, ID))).toBe(false);
  });

  it('is proven by asking for the hash where the answer has none, or else not trusted', async () => {
    // What the application answers to a callback takes the place of the service's own answer.
    const { url } = await rawServer((_, response) => response.end('{}'));
    const policy = { callbackUrl: url, callbackBody: 'key=$(key)' };
    const asking = await interrupted();
    await using wcs = asking.wcs;
    expect(await wcs.upload({ ...asking.upload, policy })).toMatchObject({ verified: true });
    expect(asking.sent()).toBe(1);

    const { emulator, upload, recordFolder, sent } = await interrupted();
    const { managementUrl: _, ...options } = optionsFor(emulator);
    await using blind = new WcsClient({ ...options, recordFolder });
    expect(await blind.upload({ ...upload, policy })).toMatchObject({ verified: false, resumed: 0 });
    expect(sent()).toBe(1 + 3);
  });

  it.each<[string, object]>([
    ['without verifying', { verify: false }],
    ['in other blocks', { blockSize: 8 * MIB }],
  ])('is not resumed %s', async (_, options) => {
    const { wcs, upload, sent } = await interrupted();
    await using _client = wcs;
    const error = await wcs.upload({ ...upload, ...options }).catch(error => error);
    expect(['INVALID_ARGUMENT', 'SOURCE_CHANGED']).toContain(error.code);
    expect(error.message).toContain(ID);
    expect(sent()).toBe(0);
  });

  it.each<[string, (path: string) => void, string]>([
    [
      'is newer than the record',
      path => utimesSync(path, new Date(), new Date(Date.now() + 60_000)),
      'changed since',
    ],
    [
      'has another size',
      path => {
        writeFileSync(path, CONTENT.subarray(0, 9 * MIB));
        utimesSync(path, new Date(), new Date(Date.now() - 60_000));
      },
      'another size',
    ],
  ])('is not resumed if the file %s', async (_, change, words) => {
    const { wcs, path, upload, sent } = await interrupted();
    await using _client = wcs;
    change(path);
    await expect(wcs.upload(upload)).rejects.toMatchObject({
      code: 'SOURCE_CHANGED',
      message: expect.stringContaining(words),
    });
    expect(sent()).toBe(0);
  });

  it('survives files that are none of a record, and leaves them alone', async () => {
    const { wcs, upload, sent, recordFolder } = await interrupted();
    await using _client = wcs;
    const own = join(recordFolder, ID);
    writeFileSync(join(own, 'notes.txt'), 'mine');
    writeFileSync(join(own, String(4 * MIB)), 'not JSON');
    writeFileSync(join(own, '8388609'), '{"offset":1,"code":200,"ctx":"x","size":5}');
    expect(await wcs.upload(upload)).toMatchObject({ verified: true });
    expect(sent()).toBe(1);
    expect(readdirSync(own)).toEqual(['notes.txt']);
  });

  it('makes the requests that the official client made when it resumed', async () => {
    interface Steps {
      file: { gen: 'lcg'; seed: number; size: number };
      steps: [
        { uploadId: string; recordFiles: Record<string, string> },
        { requests: RecordedRequest[]; result: unknown },
      ];
    }
    const { file, steps } = vectors<Steps>(import.meta.url, 'resume.python3.json');
    const [failed, resumed] = steps;
    const content = contentOf(file);
    const { url, seen } = await rawServer((_, response, number) => {
      response.end(resumed.requests[number - 1]?.response.body);
    });
    const recordFolder = join(temporaryFolder(), 'multipart');
    mkdirSync(join(recordFolder, failed.uploadId), { recursive: true });
    const path = join(temporaryFolder(), 'a.txt');
    writeFileSync(path, content);
    for (const [name, text] of Object.entries(failed.recordFiles)) {
      writeFileSync(join(recordFolder, failed.uploadId, name), text);
    }
    await using wcs = new WcsClient({ ...RECORDED_KEYS, uploadUrl: url, recordFolder });
    const token = String(resumed.requests[0]?.headers.find(([name]) => name === 'Authorization')?.[1]);
    await wcs.upload({
      bucket: 'bucket-one',
      key: 'a.txt',
      source: path,
      formThreshold: 0,
      resume: true,
      uploadId: failed.uploadId,
      token,
    });
    expect(
      seen.map(({ method, url, headers, body }) => [method, url, headers['uploadbatch'], sha256(body)]),
    ).toEqual(resumed.requests.map(({ method, url, body }) => [method, url, failed.uploadId, body.sha256]));
    expect(existsSync(join(recordFolder, failed.uploadId))).toBe(false);
  });
});
