import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromBinary } from '@bufbuild/protobuf';
import { expect, onTestFinished, test } from 'vitest';
import { ChunkOpStatus, ChunkOpType, ChunkService } from '../src/proto/chunk_pb.js';
import { CurveFSService, FileStatus, FileType, StatusCode } from '../src/proto/nameserver2_pb.js';
import { info, leaderOf, read, write } from './support/disk.js';
import { call } from './support/rpc-client.js';
import { methodOf, partsOf, recordedExchanges, replayExchange } from './support/snapshot-replay.js';
import { startCluster } from './support/start.js';
import { GiB, User } from './support/user.js';
import { firstChunk } from './support/volume.js';

const fs = CurveFSService.method;
const { kOK, kSnapshotFileNotExists, kFileUnderSnapShot, kClientVersionNotMatch, kSnapshotFrozen } =
  StatusCode;

const snapshot = (user: User, fileName: string) =>
  call(user.mds, fs.createSnapShot, { fileName, ...user.credentials });
const check = (user: User, fileName: string, seq: bigint) =>
  call(user.mds, fs.checkSnapShotStatus, { fileName, seq, ...user.credentials });
const remove = (user: User, fileName: string, seq: bigint) =>
  call(user.mds, fs.deleteSnapShot, { fileName, seq, ...user.credentials });

/** Until the MDS has deleted the snapshot. */
const gone = (user: User, fileName: string, seq: bigint) =>
  expect.poll(async () => (await check(user, fileName, seq)).statusCode).toBe(kSnapshotFileNotExists);

const setStatus = (user: User, fileName: string, fileStatus: FileStatus) =>
  call(user.mds, fs.setCloneFileStatus, { fileName, fileStatus, ...user.credentials });

async function makeClone(user: User, fileName: string, cloneSource: string): Promise<void> {
  const shape = { fileType: FileType.INODE_PAGEFILE, fileLength: BigInt(10 * GiB), chunksize: 16 * 2 ** 20 };
  const request = { fileName, ...shape, seq: 1n, cloneSource, ...user.credentials };
  expect((await call(user.mds, fs.createCloneFile, request)).statusCode).toBe(kOK);
}

test('every recorded call about snapshots and clones gets an answer of the recorded kind', async () => {
  let now = Date.now();
  const { emulator } = await startCluster({ clock: () => now, deleteDelay: 1500 });
  const exchanges = recordedExchanges('snapshot-rpc-mds');
  const dateOf = (hex: string, exchange: (typeof exchanges)[number]) =>
    (fromBinary(methodOf(exchange).input, partsOf(hex).message) as { date?: bigint }).date;
  const at = (date: bigint | undefined) => {
    if (date !== undefined) now = Number(date / 1000n);
  };
  const [first] = exchanges;
  if (!first) throw new Error('nothing was recorded');
  at(dateOf(first.request_hex, first));
  const ann = new User(emulator, 'ann', '', () => now);
  await ann.create('/mp');
  await ann.segment('/mp', 0, true);
  await ann.mkdir('/mpd');
  for (const exchange of exchanges) {
    at(dateOf(exchange.request_hex, exchange));
    const replay = () => replayExchange(emulator.mdsAddresses[0] ?? '', exchange);
    // The deletion in the background has its own pace.
    const waits = /^(poll|next)/.test(exchange.note) || exchange.method === 'DeleteFile';
    const succeeds = () =>
      replay().then(
        () => true,
        () => false,
      );
    if (waits) await expect.poll(succeeds, { timeout: 10_000 }).toBe(true);
    else await replay();
  }
  expect(exchanges).toHaveLength(103);
});

test('a snapshot in the MDS makes chunks keep its bytes until it is deleted, and the next one those of its moment', async () => {
  const { emulator, u1 } = await startCluster();
  await u1.create('/v');
  const chunk = await firstChunk(u1, '/v');
  const leader = await leaderOf(emulator, chunk);
  const block = (byte: string) => Buffer.alloc(4096, byte);
  const version = async (sn: bigint) => {
    const request = { opType: ChunkOpType.CHUNK_OP_READ_SNAP, ...chunk, offset: 0, size: 4096, sn };
    return (await call(leader, ChunkService.method.readChunkSnapshot, request)).attachment;
  };
  await write(leader, chunk, block('a'));
  for (const [seq, before, after] of [
    [1n, 'a', 'b'],
    [2n, 'b', 'c'],
  ] as const) {
    expect((await snapshot(u1, '/v')).snapShotFileInfo).toMatchObject({ seqNum: seq, fileName: `v-${seq}` });
    expect((await u1.stat('/v')).fileInfo?.seqNum).toBe(seq + 1n);
    await write(leader, chunk, block(after), { sn: seq + 1n });
    expect(await version(seq)).toEqual(block(before));
    expect((await remove(u1, '/v', seq)).statusCode).toBe(kOK);
    await gone(u1, '/v', seq);
    expect((await info(leader, chunk)).chunkSn).toEqual([seq + 1n]);
  }
  // Not written since the second one: it keeps nothing, and knows that nothing is to be kept of before.
  expect((await snapshot(u1, '/v')).statusCode).toBe(kOK);
  await remove(u1, '/v', 3n);
  await gone(u1, '/v', 3n);
  expect(await write(leader, chunk, block('d'), { sn: 3n })).toBe(ChunkOpStatus.BACKWARD);
  expect(await write(leader, chunk, block('d'), { sn: 4n })).toBe(ChunkOpStatus.SUCCESS);
  expect((await info(leader, chunk)).chunkSn).toEqual([4n]);
});

test('a snapshot, and its deletion, survive a restart', async () => {
  const { emulator, u1 } = await startCluster({ deleteDelay: 60_000 });
  await u1.create('/kept');
  await u1.create('/ended');
  await snapshot(u1, '/kept');
  await snapshot(u1, '/ended');
  await remove(u1, '/ended', 1n);
  const { dataDir } = emulator;
  const copy = mkdtempSync(join(tmpdir(), 'curve-snapshots-'));
  onTestFinished(() => rmSync(copy, { recursive: true, force: true }));
  cpSync(dataDir, copy, { recursive: true });
  const later = await startCluster({ dataDir: copy });
  await gone(later.u1, '/ended', 1n);
  expect((await check(later.u1, '/kept', 1n)).statusCode).toBe(kOK);
  expect(await later.u1.unlink('/kept')).toBe(kFileUnderSnapShot);
  expect(await later.u1.unlink('/ended')).toBe(kOK);
});

test('an old client, or an MDS that has just begun to lead, lets no snapshot begin', async () => {
  let now = Date.now();
  const { u1 } = await startCluster({ clock: () => now, warmUp: 5000 });
  await u1.create('/v');
  expect(await snapshot(u1, '/v')).toMatchObject({
    statusCode: kSnapshotFrozen,
    snapShotFileInfo: { $typeName: 'curve.mds.FileInfo' },
  });
  now += 50_000;
  const refresh = (clientVersion: string) =>
    call(u1.mds, fs.refreshSession, {
      ...{ fileName: '/v', sessionID: '', clientIP: '127.0.0.1', clientPort: 9000, clientVersion },
      ...u1.credentials,
    });
  await refresh('0.0.5.2');
  expect((await snapshot(u1, '/v')).statusCode).toBe(kClientVersionNotMatch);
  await refresh('0.0.6');
  expect((await snapshot(u1, '/v')).statusCode).toBe(kOK);
});

test('a lazy clone is told which segments its source has, and a chunk of it reads through', async () => {
  const { emulator, u1 } = await startCluster();
  await u1.create('/s');
  const source = await firstChunk(u1, '/s');
  await u1.segment('/s', 3 * GiB, true);
  await write(await leaderOf(emulator, source), source, Buffer.alloc(4096, 's'));
  await makeClone(u1, '/c', '/s');
  expect((await u1.open('/c')).cloneSourceSegment).toBeUndefined();
  await setStatus(u1, '/c', FileStatus.kFileCloneMetaInstalled);
  const { cloneSourceSegment, fileInfo } = await u1.open('/c');
  expect(fileInfo).toMatchObject({ cloneSource: '/s', fileStatus: FileStatus.kFileCloneMetaInstalled });
  expect(cloneSourceSegment?.allocatedSegmentOffset).toEqual([0n, BigInt(3 * GiB)]);
  const chunk = await firstChunk(u1, '/c');
  const leader = await leaderOf(emulator, chunk);
  const through = { cloneFileSource: '/s', cloneFileOffset: 0n };
  const readThrough = () =>
    call(leader, ChunkService.method.readChunk, {
      ...{ opType: ChunkOpType.CHUNK_OP_READ, ...chunk, offset: 0, size: 8192, ...through },
    });
  expect((await readThrough()).attachment).toEqual(
    Buffer.concat([Buffer.alloc(4096, 's'), Buffer.alloc(4096)]),
  );
  expect((await read(leader, chunk, 0, 4096)).status).toBe(ChunkOpStatus.CHUNK_NOTEXIST);
  const request = {
    opType: ChunkOpType.CHUNK_OP_WRITE,
    ...chunk,
    offset: 4096,
    size: 4096,
    sn: 1n,
    ...through,
  };
  await call(leader, ChunkService.method.writeChunk, request, Buffer.alloc(4096, 'c'));
  expect((await read(leader, chunk, 0, 8192)).attachment).toEqual(
    Buffer.concat([Buffer.alloc(4096, 's'), Buffer.alloc(4096, 'c')]),
  );
  await setStatus(u1, '/c', FileStatus.kFileCloned);
  expect((await u1.open('/c')).cloneSourceSegment).toBeUndefined();
});
