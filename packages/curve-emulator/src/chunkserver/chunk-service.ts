import { isFieldSet } from '@bufbuild/protobuf';
import { type ChunkserverLocation, type Copyset, peerAddress, type Topology } from '../cluster/topology.js';
import {
  ChunkOpStatus,
  ChunkOpType,
  type ChunkRequest,
  ChunkRequestSchema,
  type ChunkService,
} from '../proto/chunk_pb.js';
import { RpcError, RpcErrorCode } from '../rpc/rpc-error.js';
import type { Handlers } from '../rpc/service.js';
import { StatusFailure } from '../rpc/status-failure.js';
import type { ChunkKey, ChunkStore } from '../storage/chunk-store.js';
import type { EpochTable } from './epoch-table.js';

/** What a chunkserver works with. Sizes in bytes. */
export interface ChunkserverContext {
  id: number;
  topology: Topology;
  chunks: ChunkStore;
  epochs: EpochTable;
  chunkSize: number;
  blockSize: number;
}

/** ReadChunk, WriteChunk, DeleteChunk, GetChunkInfo, UpdateEpoch (protocol 3.5, 4.10). */
export function chunkService(context: ChunkserverContext): Handlers<typeof ChunkService> {
  const { id, topology, chunks, epochs, chunkSize, blockSize } = context;

  function requireType(request: ChunkRequest, type: ChunkOpType): void {
    if (request.opType !== type) throw new StatusFailure(ChunkOpStatus.INVALID_REQUEST);
  }

  function requireRange({ offset, size }: ChunkRequest): void {
    const aligned = offset % blockSize === 0 && size % blockSize === 0;
    if (!aligned || offset + size > chunkSize) throw new StatusFailure(ChunkOpStatus.INVALID_REQUEST);
  }

  function held(request: { logicPoolId: number; copysetId: number }): Copyset {
    const copyset = topology.copyset(request.logicPoolId, request.copysetId);
    if (!copyset?.members.includes(id)) throw new StatusFailure(ChunkOpStatus.COPYSET_NOTEXIST);
    return copyset;
  }

  function leaderOf({ leader }: Copyset): ChunkserverLocation | undefined {
    return leader === undefined ? undefined : topology.chunkserver(leader);
  }

  /** The copyset of a request, which this chunkserver must lead. A redirect names nobody, as the real one. */
  function led(request: { logicPoolId: number; copysetId: number }): Copyset {
    const copyset = held(request);
    if (copyset.leader !== id) throw new StatusFailure(ChunkOpStatus.REDIRECTED);
    return copyset;
  }

  function keyOf({ poolId, id: copysetId }: Copyset, { chunkId }: { chunkId: bigint }): ChunkKey {
    return { poolId, copysetId, chunkId };
  }

  /** What the leader of a copyset answers to what it did, or looked at. */
  function outcome({ appliedIndex }: Copyset, status = ChunkOpStatus.SUCCESS) {
    return { status, appliedIndex };
  }

  function applied(copyset: Copyset) {
    copyset.appliedIndex += 1n;
    return outcome(copyset);
  }

  return {
    readChunk(request, call) {
      requireRange(request);
      const copyset = led(request);
      const { offset, size } = request;
      const bytes = onDisk(() => chunks.read(keyOf(copyset, request), offset, size));
      if (!bytes) return outcome(copyset, ChunkOpStatus.CHUNK_NOTEXIST);
      // The real one answers nothing then, and its RPC layer notices.
      if (request.opType !== ChunkOpType.CHUNK_OP_READ)
        throw new RpcError(RpcErrorCode.ERESPONSE, 'Missing required fields in response: status');
      call.replyAttachment = bytes;
      return outcome(copyset);
    },

    writeChunk(request, { attachment }) {
      requireType(request, ChunkOpType.CHUNK_OP_WRITE);
      const fenced =
        isFieldSet(request, ChunkRequestSchema.field.epoch) && epochs.fences(request.fileId, request.epoch);
      if (fenced) throw new StatusFailure(ChunkOpStatus.EPOCH_TOO_OLD);
      requireRange(request);
      if (attachment.length !== request.size) throw new StatusFailure(ChunkOpStatus.INVALID_REQUEST);
      const copyset = led(request);
      if (request.sn === 0n) return outcome(copyset, ChunkOpStatus.FAILURE_UNKNOWN);
      const key = keyOf(copyset, request);
      const versions = onDisk(() => chunks.versions(key));
      if (versions && request.sn < versions.current) return outcome(copyset, ChunkOpStatus.BACKWARD);
      // An older version may be kept beside the current one, but not two.
      if (versions?.snapshot !== undefined && request.sn > versions.current)
        return outcome(copyset, ChunkOpStatus.FAILURE_UNKNOWN);
      onDisk(() => chunks.write(key, request.offset, attachment, request.sn));
      return applied(copyset);
    },

    deleteChunk(request) {
      requireType(request, ChunkOpType.CHUNK_OP_DELETE);
      const copyset = led(request);
      const key = keyOf(copyset, request);
      const versions = onDisk(() => chunks.versions(key));
      if (versions && request.sn < versions.current) return outcome(copyset, ChunkOpStatus.FAILURE_UNKNOWN);
      onDisk(() => chunks.remove(key));
      return applied(copyset);
    },

    getChunkInfo(request) {
      const copyset = held(request);
      const leader = leaderOf(copyset);
      if (leader?.id !== id) {
        // This call alone names the leader.
        return { status: ChunkOpStatus.REDIRECTED, ...(leader && { redirect: peerAddress(leader) }) };
      }
      const versions = onDisk(() => chunks.versions(keyOf(copyset, request)));
      const chunkSn = [versions?.current, versions?.snapshot].filter(version => version !== undefined);
      return { status: ChunkOpStatus.SUCCESS, chunkSn };
    },

    async updateEpoch({ fileId, epoch }) {
      const taken = await epochs.update(fileId, epoch);
      return { status: taken ? ChunkOpStatus.SUCCESS : ChunkOpStatus.EPOCH_TOO_OLD };
    },
  };
}

/** @throws StatusFailure NOSPACE, DISK_FAIL */
function onDisk<T>(access: () => T): T {
  try {
    return access();
  } catch (error) {
    const full = ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '');
    throw new StatusFailure(full ? ChunkOpStatus.NOSPACE : ChunkOpStatus.DISK_FAIL);
  }
}
