import type { Course } from '../call-options.js';
import { CurveError } from '../errors/curve-error.js';
import type { OpenVolume } from '../volume/open-volume.js';
import { changesSince } from './changes.js';
import { ChunkVersions, type SegmentChunks } from './chunk-versions.js';
import type { ChangedRange } from './since.js';

/** What was written to a volume that is open after its version `seq`, and what it has nothing of. */
export async function* writtenSince(
  { connection, path, info, length }: OpenVolume,
  seq: bigint,
  course: Course,
): AsyncGenerator<ChangedRange, void, undefined> {
  const { operation } = course;
  const { chunkSize, segmentSize, blockSize, stripe, status } = info;
  if (status === 'cloneMetaInstalled') {
    const message = `${operation} ${path}: a clone whose content is not all its own yet; flatten it first`;
    throw new CurveError('STATUS_NOT_MATCH', message, { operation, path });
  }
  const findSegment = async (index: number, part: Course): Promise<SegmentChunks | undefined> => {
    const segment = await connection.ask(part, (native, user) =>
      native.segment(path, user, index * segmentSize, part.step()),
    );
    return segment?.chunks.map(chunk => ({ ...chunk, logicalPoolId: segment.logicalPoolId }));
  };
  const chunksPerSegment = segmentSize / chunkSize;
  const versions = new ChunkVersions(connection, { chunksPerSegment, latest: 2n ** 64n - 1n, findSegment });
  yield* changesSince({ length, chunkSize, segmentSize, blockSize, stripe }, versions, seq, course);
}
