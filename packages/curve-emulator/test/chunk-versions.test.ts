import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ChunkOpStatus, ChunkOpType, ChunkService } from '../src/proto/chunk_pb.js';
import { type Chunk, info, leaderOf, read, write } from './support/disk.js';
import { call } from './support/rpc-client.js';
import { partsOf, recordedExchanges, replayExchange } from './support/snapshot-replay.js';
import { startCluster } from './support/start.js';
import { firstChunk } from './support/volume.js';

const { SUCCESS, CHUNK_NOTEXIST, FAILURE_UNKNOWN, BACKWARD } = ChunkOpStatus;
const BLOCK = 4096;
const block = (byte: number | string) => Buffer.alloc(BLOCK, byte);

async function prepared(options = {}) {
  const cluster = await startCluster(options);
  await cluster.u1.create('/v');
  const chunk = await firstChunk(cluster.u1, '/v');
  return { ...cluster, chunk, leader: await leaderOf(cluster.emulator, chunk) };
}

function readVersion(leader: string, chunk: Chunk, sn: bigint, offset: number, size: number) {
  const request = { opType: ChunkOpType.CHUNK_OP_READ_SNAP, ...chunk, offset, size, sn };
  return call(leader, ChunkService.method.readChunkSnapshot, request);
}

async function correct(leader: string, chunk: Chunk, correctedSn: bigint): Promise<ChunkOpStatus> {
  const request = { opType: ChunkOpType.CHUNK_OP_DELETE_SNAP, ...chunk, correctedSn };
  return (await call(leader, ChunkService.method.deleteChunkSnapshotOrCorrectSn, request)).status;
}

async function makeClone(leader: string, chunk: Chunk, location: string, correctedSn = 0n) {
  const request = { opType: ChunkOpType.CHUNK_OP_CREATE_CLONE, ...chunk, size: 16 * 2 ** 20, sn: 1n };
  return (await call(leader, ChunkService.method.createCloneChunk, { ...request, correctedSn, location }))
    .status;
}

async function recover(leader: string, chunk: Chunk, offset: number, size: number) {
  const request = { opType: ChunkOpType.CHUNK_OP_RECOVER, ...chunk, offset, size };
  return (await call(leader, ChunkService.method.recoverChunk, request)).status;
}

test('every recorded call about versions and clone chunks gets an answer of the recorded kind, and its bytes', async () => {
  const { emulator, u1 } = await startCluster();
  for (let id = 1; id <= 12; id++) emulator.moveLeader({ copysetId: id, to: 1 });
  const address = emulator.chunkserverAddresses[0] ?? '';
  const exchanges = recordedExchanges('snapshot-rpc-chunk');
  // The recorded source had a pattern in it, which the answers show.
  const shown = (note: string) =>
    partsOf(exchanges.find(exchange => exchange.note === note)?.response_hex ?? '').attachment;
  await u1.create('/cs');
  const source = await firstChunk(u1, '/cs');
  await write(address, source, shown('reads through'));
  await write(address, source, shown('mixed').subarray(2 * BLOCK), { offset: 2 * BLOCK });
  let attachments = 0;
  for (const exchange of exchanges) {
    const { attachment, recorded } = await replayExchange(address, exchange);
    expect(attachment.equals(recorded.attachment), exchange.note).toBe(true);
    attachments += Number(attachment.length > 0);
  }
  expect([exchanges.length, attachments]).toEqual([64, 11]);
});

describe('a version is kept', () => {
  test('over a kill and a start, in the blocks that were overwritten and in the others', async () => {
    const { emulator, chunk, leader } = await prepared();
    for (const at of [0, 1, 2]) await write(leader, chunk, block(at + 1), { offset: at * BLOCK });
    await write(leader, chunk, block('n'), { offset: BLOCK, sn: 2n });
    const { dataDir } = emulator;
    // Nothing is written at the end of the process: a folder that is copied now is one after a kill.
    const copy = mkdtempSync(join(tmpdir(), 'curve-chunks-'));
    cpSync(join(dataDir, 'chunks'), join(copy, 'chunks'), { recursive: true });
    onTestFinished(() => rmSync(copy, { recursive: true }));
    const later = await startCluster({ dataDir: copy });
    const there = await leaderOf(later.emulator, chunk);
    expect((await info(there, chunk)).chunkSn).toEqual([2n, 1n]);
    const old = await readVersion(there, chunk, 1n, 0, 3 * BLOCK);
    expect(old.attachment).toEqual(Buffer.concat([block(1), block(2), block(3)]));
    const now = await read(there, chunk, 0, 3 * BLOCK);
    expect(now.attachment).toEqual(Buffer.concat([block(1), block('n'), block(3)]));
  });

  test('until it is corrected', async () => {
    const { chunk, leader } = await prepared();
    await write(leader, chunk, block(1));
    await write(leader, chunk, block(2), { sn: 2n });
    expect(await write(leader, chunk, block(3), { sn: 3n })).toBe(FAILURE_UNKNOWN);
    expect(await correct(leader, chunk, 1n)).toBe(BACKWARD);
    expect(await correct(leader, chunk, 2n)).toBe(SUCCESS);
    expect((await readVersion(leader, chunk, 1n, 0, BLOCK)).status).toBe(CHUNK_NOTEXIST);
    expect(await write(leader, chunk, block(3), { sn: 3n })).toBe(SUCCESS);
    expect((await readVersion(leader, chunk, 2n, 0, BLOCK)).attachment).toEqual(block(2));
  });
});

test('a clone chunk becomes an ordinary one when the last block is written or recovered', async () => {
  const { u1, chunk, leader, emulator } = await prepared();
  await write(leader, chunk, block('s'), { offset: BLOCK });
  await u1.create('/clone');
  const clone = await firstChunk(u1, '/clone');
  const there = await leaderOf(emulator, clone);
  expect(await makeClone(there, clone, '/v:0@cs', 4n)).toBe(SUCCESS);
  // Of the version that it was corrected to nothing is kept, so that it may be written; of a later one there would be.
  expect(await write(there, clone, block('w'), { sn: 3n })).toBe(BACKWARD);
  expect(await write(there, clone, block('w'), { sn: 4n })).toBe(SUCCESS);
  expect(await write(there, clone, block('x'), { sn: 5n })).toBe(FAILURE_UNKNOWN);
  expect(await correct(there, clone, 5n)).toBe(FAILURE_UNKNOWN);
  expect((await read(there, clone, 0, 2 * BLOCK)).attachment).toEqual(
    Buffer.concat([block('w'), block('s')]),
  );
  await write(leader, chunk, block('t'), { offset: BLOCK });
  expect((await read(there, clone, BLOCK, BLOCK)).attachment).toEqual(block('t'));
  expect(await recover(there, clone, 0, 16 * 2 ** 20 - BLOCK)).toBe(SUCCESS);
  await write(leader, chunk, block('u'), { offset: BLOCK });
  expect((await read(there, clone, BLOCK, BLOCK)).attachment).toEqual(block('t'));
  expect(await write(there, clone, block('l'), { offset: 16 * 2 ** 20 - BLOCK, sn: 4n })).toBe(SUCCESS);
  expect(await write(there, clone, block('y'), { sn: 5n })).toBe(SUCCESS);
  expect((await info(there, clone)).chunkSn).toEqual([5n, 4n]);
});

test('what cannot be read of an origin is a failure, and nothing else is', async () => {
  const { u1, chunk, emulator } = await prepared();
  const leader = await leaderOf(emulator, chunk);
  await u1.mkdir('/d');
  const places = [
    '/none:0@cs',
    '/v/x:0@cs',
    '/d:0@cs',
    `/v:${2 ** 60}@cs`,
    '1/0-1@s3',
    '../x@s3',
    'nonsense',
  ];
  for (const [index, location] of places.entries()) {
    const clone = { ...chunk, chunkId: BigInt(1000 + index) };
    expect(await makeClone(leader, clone, location), location).toBe(SUCCESS);
    expect((await read(leader, clone, 0, BLOCK)).status, location).toBe(FAILURE_UNKNOWN);
    expect(await recover(leader, clone, 0, BLOCK), location).toBe(FAILURE_UNKNOWN);
    expect(await write(leader, clone, block('w')), location).toBe(SUCCESS);
    expect((await read(leader, clone, 0, BLOCK)).attachment, location).toEqual(block('w'));
  }
});

const blocks = 12;
property.prop(
  [
    fc.array(
      fc.record({
        deed: fc.constantFrom('write' as const, 'write' as const, 'write' as const, 'snapshot' as const),
        at: fc.nat(blocks - 1),
        count: fc.integer({ min: 1, max: 3 }),
        byte: fc.integer({ min: 1, max: 255 }),
      }),
      { maxLength: 25 },
    ),
  ],
  { numRuns: 15 },
)('of the version before, each byte is as it was, whatever is written', async deeds => {
  const { chunk, leader } = await prepared();
  const model = Buffer.alloc((blocks + 3) * BLOCK);
  await write(leader, chunk, block(7));
  block(7).copy(model);
  let [sn, kept] = [1n, undefined as Buffer | undefined];
  let written = false;
  for (const { deed, at, count, byte } of deeds) {
    if (deed === 'snapshot') {
      // As the MDS does before it lets another snapshot begin.
      if (kept) expect(await correct(leader, chunk, sn)).toBe(SUCCESS);
      [kept, sn, written] = [Buffer.from(model), sn + 1n, false];
      continue;
    }
    const data = Buffer.alloc(count * BLOCK, byte);
    expect(await write(leader, chunk, data, { offset: at * BLOCK, sn })).toBe(SUCCESS);
    data.copy(model, at * BLOCK);
    written = true;
  }
  expect((await read(leader, chunk, 0, model.length)).attachment.equals(model)).toBe(true);
  if (!kept) return;
  const { chunkSn } = await info(leader, chunk);
  const of = chunkSn.length > 1 ? chunkSn[1] : chunkSn[0];
  if (!written) expect(chunkSn).toHaveLength(1);
  const old = await readVersion(leader, chunk, of ?? 0n, 0, model.length);
  expect(old.attachment.equals(kept)).toBe(true);
});
