import { expect, test } from 'vitest';
import { ChunkOpStatus } from '../src/proto/chunk_pb.js';
import { StatusCode } from '../src/proto/nameserver2_pb.js';
import { leaderOf, read, write } from './support/disk.js';
import { startCluster } from './support/start.js';

test('a volume is created, opened, written and read back', async () => {
  const { emulator, u1 } = await startCluster();
  expect(await u1.create('/v')).toBe(StatusCode.kOK);
  const opened = await u1.open('/v');
  expect(opened).toMatchObject({ statusCode: StatusCode.kOK, protoSession: { leaseTime: 5_000_000 } });
  const { pageFileSegment } = await u1.segment('/v', 0, true);
  expect(pageFileSegment?.chunks).toHaveLength(64);
  const [first] = pageFileSegment?.chunks ?? [];
  const chunk = { logicPoolId: 1, copysetId: first?.copysetID ?? 0, chunkId: first?.chunkID ?? 0n };
  const leader = await leaderOf(emulator, chunk);
  const data = Buffer.alloc(8192, 'x');
  expect(await write(leader, chunk, data, { offset: 4096 })).toBe(ChunkOpStatus.SUCCESS);
  const back = await read(leader, chunk, 0, 16384);
  expect(back.status).toBe(ChunkOpStatus.SUCCESS);
  expect(back.attachment).toEqual(Buffer.concat([Buffer.alloc(4096), data, Buffer.alloc(4096)]));
});
