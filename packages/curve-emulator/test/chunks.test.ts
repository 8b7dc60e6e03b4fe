import { mkdirSync, readdirSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import { ChunkOpStatus } from '../src/proto/chunk_pb.js';
import { info, leaderOf, read, remove, write } from './support/disk.js';
import { startCluster } from './support/start.js';
import { firstChunk } from './support/volume.js';

const { SUCCESS, INVALID_REQUEST, COPYSET_NOTEXIST, CHUNK_NOTEXIST, FAILURE_UNKNOWN, BACKWARD } =
  ChunkOpStatus;

async function prepared() {
  const cluster = await startCluster();
  await cluster.u1.create('/v');
  const chunk = await firstChunk(cluster.u1, '/v');
  return { ...cluster, chunk, leader: await leaderOf(cluster.emulator, chunk) };
}

const block = Buffer.alloc(4096, 'b');

test('what was never written is missing, or zeros', async () => {
  const { chunk, leader } = await prepared();
  expect((await read(leader, chunk, 0, 4096)).status).toBe(CHUNK_NOTEXIST);
  expect((await info(leader, chunk)).chunkSn).toEqual([]);
  expect(await write(leader, chunk, block, { offset: 8192 })).toBe(SUCCESS);
  const { attachment } = await read(leader, chunk, 4096, 12288);
  expect(attachment).toEqual(Buffer.concat([Buffer.alloc(4096), block, Buffer.alloc(4096)]));
  expect((await info(leader, chunk)).chunkSn).toEqual([1n]);
});

describe('a request is refused', () => {
  test('outside of the chunk or its grid', async () => {
    const { chunk, leader } = await prepared();
    const end = 16 * 1024 ** 2;
    expect(await write(leader, chunk, block, { offset: end - 4096 })).toBe(SUCCESS);
    expect(await write(leader, chunk, block, { offset: end })).toBe(INVALID_REQUEST);
    expect(await write(leader, chunk, block, { offset: 512 })).toBe(INVALID_REQUEST);
    expect(await write(leader, chunk, block.subarray(1))).toBe(INVALID_REQUEST);
    expect((await read(leader, chunk, 0, end + 4096)).status).toBe(INVALID_REQUEST);
    expect((await read(leader, chunk, 1, 4096)).status).toBe(INVALID_REQUEST);
  });

  test('without version, or with an old one', async () => {
    const { chunk, leader } = await prepared();
    expect(await write(leader, chunk, block, { sn: 0n })).toBe(FAILURE_UNKNOWN);
    expect(await write(leader, chunk, block, { sn: 3n })).toBe(SUCCESS);
    expect(await write(leader, chunk, block, { sn: 2n })).toBe(BACKWARD);
    expect(await remove(leader, chunk, 2n)).toBe(FAILURE_UNKNOWN);
    expect(await remove(leader, chunk, 3n)).toBe(SUCCESS);
    expect(await remove(leader, chunk, 3n)).toBe(SUCCESS);
    expect((await read(leader, chunk, 0, 4096)).status).toBe(CHUNK_NOTEXIST);
  });

  test('for a copyset that is not there', async () => {
    const { chunk, leader } = await prepared();
    expect(await write(leader, { ...chunk, copysetId: 99 }, block)).toBe(COPYSET_NOTEXIST);
  });
});

test('a failing disk is told', async () => {
  const { emulator, chunk, leader } = await prepared();
  const folder = join(emulator.dataDir, 'chunks');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `1-${chunk.copysetId}`), 'in the way');
  expect(await write(leader, chunk, block)).toBe(ChunkOpStatus.DISK_FAIL);
});

test.runIf(process.platform === 'linux')('a full disk is told, and costs no open files', async () => {
  const { emulator, chunk, leader } = await prepared();
  const folder = join(emulator.dataDir, 'chunks', `1-${chunk.copysetId}`);
  mkdirSync(folder, { recursive: true });
  symlinkSync('/dev/full', join(folder, String(chunk.chunkId)));
  const toFullDisk = () => readdirSync('/proc/self/fd').filter(isFullDisk).length;
  for (let i = 0; i < 3; i++) expect(await write(leader, chunk, block)).toBe(ChunkOpStatus.NOSPACE);
  expect(toFullDisk()).toBe(0);
});

/** Whether an open file of this process is `/dev/full`. */
function isFullDisk(descriptor: string): boolean {
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`) === '/dev/full';
  } catch {
    return false;
  }
}

const blocks = 16;
property.prop(
  [
    fc.array(
      fc.record({
        at: fc.nat(blocks - 1),
        count: fc.integer({ min: 1, max: 4 }),
        byte: fc.integer({ min: 0, max: 255 }),
      }),
      { maxLength: 30 },
    ),
  ],
  { numRuns: 10 },
)('a chunk reads as it was written, in whatever order', async writes => {
  const { chunk, leader } = await prepared();
  const model = Buffer.alloc((blocks + 4) * 4096);
  for (const { at, count, byte } of writes) {
    const data = Buffer.alloc(count * 4096, byte);
    data.copy(model, at * 4096);
    expect(await write(leader, chunk, data, { offset: at * 4096 })).toBe(SUCCESS);
  }
  const { status, attachment } = await read(leader, chunk, 0, model.length);
  if (writes.length === 0) expect(status).toBe(CHUNK_NOTEXIST);
  else expect(attachment.equals(model)).toBe(true);
});
