import { isFieldSet } from '@bufbuild/protobuf';
import type { Copyset, Topology } from '../cluster/topology.js';
import {
  ChunkOpStatus,
  ChunkOpType,
  type ChunkRequest,
  ChunkRequestSchema,
  type ChunkService,
} from '../proto/chunk_pb.js';
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

  /** The copyset of a request, which this chunkserver must lead. A redirect names nobody, as the real one. */
  function led(request: { logicPoolId: number; copysetId: number }): Copyset {
    const copyset = topology.copyset(request.logicPoolId, request.copysetId);
    if (!copyset?.members.includes(id)) throw new StatusFailure(ChunkOpStatus.COPYSET_NOTEXIST);
    if (copyset.leader !== id) throw new StatusFailure(ChunkOpStatus.REDIRECTED);
    return copyset;
  }

  function keyOf({ poolId, id: copysetId }: Copyset, { chunkId }: { chunkId: bigint }): ChunkKey {
    return { poolId, copysetId, chunkId };
  }

  function versionOf(key: ChunkKey): bigint | undefined {
    return onDisk(() => chunks.version(key));
  }

  function success({ appliedIndex }: Copyset) {
    return { status: ChunkOpStatus.SUCCESS, appliedIndex };
  }

  return {
    readChunk(request, call) {
      requireType(request, ChunkOpType.CHUNK_OP_READ);
      requireRange(request);
      const copyset = led(request);
      const { offset, size } = request;
      const bytes = onDisk(() => chunks.read(keyOf(copyset, request), offset, size));
      if (!bytes) throw new StatusFailure(ChunkOpStatus.CHUNK_NOTEXIST);
      call.replyAttachment = bytes;
      return success(copyset);
    },

    writeChunk(request, { attachment }) {
      requireType(request, ChunkOpType.CHUNK_OP_WRITE);
      const fenced =
        isFieldSet(request, ChunkRequestSchema.field.epoch) && epochs.fences(request.fileId, request.epoch);
      if (fenced) throw new StatusFailure(ChunkOpStatus.EPOCH_TOO_OLD);
      requireRange(request);
      if (attachment.length !== request.size) throw new StatusFailure(ChunkOpStatus.INVALID_REQUEST);
      const copyset = led(request);
      if (request.sn === 0n) throw new StatusFailure(ChunkOpStatus.FAILURE_UNKNOWN);
      const key = keyOf(copyset, request);
      if (request.sn < (versionOf(key) ?? 0n)) throw new StatusFailure(ChunkOpStatus.BACKWARD);
      onDisk(() => chunks.write(key, request.offset, attachment, request.sn));
      copyset.appliedIndex += 1n;
      return success(copyset);
    },

    deleteChunk(request) {
      requireType(request, ChunkOpType.CHUNK_OP_DELETE);
      const copyset = led(request);
      const key = keyOf(copyset, request);
      const version = versionOf(key);
      if (version !== undefined && request.sn < version)
        throw new StatusFailure(ChunkOpStatus.FAILURE_UNKNOWN);
      onDisk(() => chunks.remove(key));
      copyset.appliedIndex += 1n;
      return success(copyset);
    },

    getChunkInfo(request) {
      const version = versionOf(keyOf(led(request), request));
      return { status: ChunkOpStatus.SUCCESS, chunkSn: version === undefined ? [] : [version] };
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
