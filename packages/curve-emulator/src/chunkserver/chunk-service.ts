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
import type { Deed } from '../storage/chunk-file.js';
import type { ChunkKey, ChunkStore } from '../storage/chunk-store.js';
import type { EpochTable } from './epoch-table.js';
import { readThrough, type Sources } from './read-through.js';

/** What a chunkserver works with. Sizes in bytes. */
export interface ChunkserverContext {
  id: number;
  topology: Topology;
  chunks: ChunkStore;
  sources: Sources;
  epochs: EpochTable;
  chunkSize: number;
  blockSize: number;
}

const statusOf: Record<Deed, ChunkOpStatus> = {
  done: ChunkOpStatus.SUCCESS,
  backward: ChunkOpStatus.BACKWARD,
  conflict: ChunkOpStatus.FAILURE_UNKNOWN,
};

/** Reads, writes and versions of chunks (protocol 3.5, 4.10), and clone chunks (curve-snapshot.md §5). */
export function chunkService(context: ChunkserverContext): Handlers<typeof ChunkService> {
  const { id, topology, chunks, sources, epochs, chunkSize, blockSize } = context;

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

  function applied(copyset: Copyset, status = ChunkOpStatus.SUCCESS) {
    copyset.appliedIndex += 1n;
    return outcome(copyset, status);
  }

  /** Where a chunk that is not there yet would read from: clients of lazy clones tell it. */
  function originOf(request: ChunkRequest): string | undefined {
    const told =
      isFieldSet(request, ChunkRequestSchema.field.cloneFileSource) &&
      isFieldSet(request, ChunkRequestSchema.field.cloneFileOffset);
    return told ? `${request.cloneFileSource}:${request.cloneFileOffset}@cs` : undefined;
  }

  return {
    readChunk(request, call) {
      requireRange(request);
      const copyset = led(request);
      const { offset, size } = request;
      const bytes = onDisk(() => {
        const chunk = chunks.find(keyOf(copyset, request));
        const origin = originOf(request);
        if (chunk) return readThrough(chunk, sources, offset, size) ?? ChunkOpStatus.FAILURE_UNKNOWN;
        if (origin === undefined) return ChunkOpStatus.CHUNK_NOTEXIST;
        return sources.read(origin, offset, size) ?? ChunkOpStatus.FAILURE_UNKNOWN;
      });
      if (typeof bytes === 'number') return outcome(copyset, bytes);
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
      const deed = onDisk(() => {
        const chunk =
          chunks.find(key) ?? chunks.create(key, { current: request.sn, location: originOf(request) });
        return chunk.write(request.offset, attachment, request.sn);
      });
      return applied(copyset, statusOf[deed]);
    },

    deleteChunk(request) {
      requireType(request, ChunkOpType.CHUNK_OP_DELETE);
      const copyset = led(request);
      const key = keyOf(copyset, request);
      const versions = onDisk(() => chunks.find(key)?.versions);
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
      const versions = onDisk(() => chunks.find(keyOf(copyset, request))?.versions);
      const chunkSn = [versions?.current, versions?.kept].filter(version => version !== undefined);
      return { status: ChunkOpStatus.SUCCESS, chunkSn };
    },

    readChunkSnapshot(request, call) {
      requireType(request, ChunkOpType.CHUNK_OP_READ_SNAP);
      requireRange(request);
      const copyset = led(request);
      const { sn, offset, size } = request;
      const bytes = onDisk(() => chunks.find(keyOf(copyset, request))?.readVersion(sn, offset, size));
      if (!bytes) return applied(copyset, ChunkOpStatus.CHUNK_NOTEXIST);
      call.replyAttachment = bytes;
      return applied(copyset);
    },

    deleteChunkSnapshotOrCorrectSn(request) {
      requireType(request, ChunkOpType.CHUNK_OP_DELETE_SNAP);
      if (!isFieldSet(request, ChunkRequestSchema.field.correctedSn))
        throw new StatusFailure(ChunkOpStatus.INVALID_REQUEST);
      const copyset = led(request);
      const deed = onDisk(() => chunks.find(keyOf(copyset, request))?.correct(request.correctedSn));
      return applied(copyset, statusOf[deed ?? 'done']);
    },

    createCloneChunk(request) {
      requireType(request, ChunkOpType.CHUNK_OP_CREATE_CLONE);
      const { sn: current, correctedSn: corrected, location } = request;
      if (request.size !== chunkSize) throw new StatusFailure(ChunkOpStatus.INVALID_REQUEST);
      const copyset = led(request);
      if (current === 0n || location === '') return applied(copyset, ChunkOpStatus.FAILURE_UNKNOWN);
      const key = keyOf(copyset, request);
      const same = onDisk(() => {
        const chunk = chunks.find(key) ?? chunks.create(key, { current, corrected, location });
        const { versions } = chunk;
        return (
          chunk.location === location && versions.current === current && versions.corrected === corrected
        );
      });
      return applied(copyset, same ? ChunkOpStatus.SUCCESS : ChunkOpStatus.CHUNK_EXIST);
    },

    recoverChunk(request) {
      requireType(request, ChunkOpType.CHUNK_OP_RECOVER);
      requireRange(request);
      const copyset = led(request);
      const { offset, size } = request;
      return onDisk(() => {
        const chunk = chunks.find(keyOf(copyset, request));
        if (!chunk) return outcome(copyset, ChunkOpStatus.CHUNK_NOTEXIST);
        if (chunk.missing(offset, size).length === 0) return outcome(copyset);
        const bytes = readThrough(chunk, sources, offset, size);
        if (!bytes) return outcome(copyset, ChunkOpStatus.FAILURE_UNKNOWN);
        chunk.fill(offset, bytes);
        return applied(copyset);
      });
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
