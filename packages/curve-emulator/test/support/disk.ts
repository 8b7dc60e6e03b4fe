import { type ChunkOpStatus, ChunkOpType, ChunkService } from '../../src/proto/chunk_pb.js';
import { CliService2 } from '../../src/proto/cli2_pb.js';
import { call } from './rpc-client.js';

const { readChunk, writeChunk, deleteChunk, getChunkInfo } = ChunkService.method;

/** Where to call. */
interface Chunkservers {
  readonly chunkserverAddresses: readonly string[];
}

/** Names a chunk. */
export interface Chunk {
  logicPoolId: number;
  copysetId: number;
  chunkId: bigint;
}

/** The address of the chunkserver that leads the copyset of a chunk; every member is asked in turn. */
export async function leaderOf(cluster: Chunkservers, { logicPoolId, copysetId }: Chunk): Promise<string> {
  for (const address of cluster.chunkserverAddresses) {
    try {
      const answer = await call(address, CliService2.method.getLeader, { logicPoolId, copysetId });
      return answer.leader?.address.replace(/:0$/, '') ?? '';
    } catch {
      // Not a member, or not running.
    }
  }
  throw new Error('nobody knows the leader');
}

export async function write(
  address: string,
  chunk: Chunk,
  data: Uint8Array,
  { offset = 0, sn = 1n, ...more }: { offset?: number; sn?: bigint; fileId?: bigint; epoch?: bigint } = {},
): Promise<ChunkOpStatus> {
  const request = { opType: ChunkOpType.CHUNK_OP_WRITE, ...chunk, offset, size: data.length, sn, ...more };
  return (await call(address, writeChunk, request, data)).status;
}

export function read(address: string, chunk: Chunk, offset: number, size: number) {
  return call(address, readChunk, { opType: ChunkOpType.CHUNK_OP_READ, ...chunk, offset, size });
}

export async function remove(address: string, chunk: Chunk, sn = 1n): Promise<ChunkOpStatus> {
  return (await call(address, deleteChunk, { opType: ChunkOpType.CHUNK_OP_DELETE, ...chunk, sn })).status;
}

export function info(address: string, chunk: Chunk) {
  return call(address, getChunkInfo, chunk);
}
