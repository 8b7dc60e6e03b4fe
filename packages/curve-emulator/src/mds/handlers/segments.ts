import { isFieldSet, type MessageInitShape } from '@bufbuild/protobuf';
import {
  type CurveFSService,
  FileStatus,
  GetOrAllocateSegmentRequestSchema,
  type PageFileSegmentSchema,
  StatusCode,
} from '../../proto/nameserver2_pb.js';
import type { Handlers } from '../../rpc/service.js';
import { StatusFailure } from '../../rpc/status-failure.js';
import { type Mds, requireVolume } from '../mds.js';
import type { FileRecord, SegmentRecord } from '../records.js';

/** GetOrAllocateSegment, DeAllocateSegment (protocol 4.7, 4.13). */
export function segments(mds: Mds): Handlers<typeof CurveFSService> {
  const { namespace, access } = mds;

  async function allocate(file: FileRecord, offset: number): Promise<SegmentRecord> {
    const poolset = mds.topology.poolsets.find(({ name }) => name === file.poolset);
    if (!poolset || mds.free(poolset.poolId) < file.segmentSize) {
      throw new StatusFailure(StatusCode.kSegmentAllocateError);
    }
    const count = file.segmentSize / file.chunkSize;
    const { first, change } = mds.ids.chunks(count);
    const chunks = Array.from({ length: count }, (_, i) => ({
      id: first + i,
      copysetId: ((first + i - 1) % poolset.copysets) + 1,
    }));
    const segment = { poolId: poolset.poolId, chunks };
    await namespace.commit({ putSegment: segment, fileId: file.id, offset }, change);
    return segment;
  }

  return {
    getOrAllocateSegment(request) {
      const { fileName, offset: wanted, allocateIfNotExist, epoch } = request;
      /** Finds the volume and its segment; looked at anew where the namespace may have changed. */
      const find = () => {
        const file = access.file(fileName, mds.identify(request, fileName));
        const fenced =
          allocateIfNotExist && isFieldSet(request, GetOrAllocateSegmentRequestSchema.field.epoch);
        if (fenced && BigInt(file.epoch ?? 0) > epoch) throw new StatusFailure(StatusCode.kEpochTooOld);
        requireVolume(file, StatusCode.kParaError);
        const offset = segmentOffset(file, wanted);
        return { file, offset, segment: namespace.segment(file, offset) };
      };
      const { file, offset, segment } = find();
      if (segment) return segmentAnswer(file, offset, segment);
      if (!allocateIfNotExist) throw new StatusFailure(StatusCode.kSegmentNotAllocated);
      return mds.exclusive(async () => {
        const now = find();
        return segmentAnswer(now.file, now.offset, now.segment ?? (await allocate(now.file, now.offset)));
      });
    },

    deAllocateSegment: request =>
      mds.exclusive(async () => {
        const file = access.file(request.fileName, mds.identify(request, request.fileName));
        requireVolume(file, StatusCode.kNotSupported);
        const offset = segmentOffset(file, request.offset);
        if (file.status === FileStatus.kFileBeingCloned) throw new StatusFailure(StatusCode.kNotSupported);
        const segment = namespace.segment(file, offset);
        if (!segment) throw new StatusFailure(StatusCode.kSegmentNotAllocated);
        if (namespace.snapshotOf(file)) throw new StatusFailure(StatusCode.kFileUnderSnapShot);
        const key = `${file.id}-${segment.chunks[0]?.id}`;
        await namespace.commit({ removeSegment: file, offset }, { putGarbage: segment, key });
        mds.cleaner.wake();
        return { statusCode: StatusCode.kOK };
      }),
  };
}

/** @throws StatusFailure kParaError unless a whole segment of the volume begins there */
export function segmentOffset(file: FileRecord, wanted: bigint): number {
  const offset = Number(wanted);
  if (offset % file.segmentSize !== 0 || offset + file.segmentSize > file.length) {
    throw new StatusFailure(StatusCode.kParaError);
  }
  return offset;
}

/** What is told of an allocated segment. */
export function segmentAnswer(
  { segmentSize, chunkSize }: FileRecord,
  offset: number,
  { poolId, chunks }: SegmentRecord,
) {
  const pageFileSegment: MessageInitShape<typeof PageFileSegmentSchema> = {
    ...{ logicalPoolID: poolId, startOffset: BigInt(offset), segmentSize, chunkSize },
    chunks: chunks.map(({ id, copysetId }) => ({ chunkID: BigInt(id), copysetID: copysetId })),
  };
  return { statusCode: StatusCode.kOK, pageFileSegment };
}
