import type { Chunk } from './disk.js';
import type { User } from './user.js';

/** The first chunk of a volume, whose first segment is allocated if need be. */
export async function firstChunk(user: User, path: string): Promise<Chunk> {
  const { pageFileSegment } = await user.segment(path, 0, true);
  const [first] = pageFileSegment?.chunks ?? [];
  if (!pageFileSegment || !first) throw new Error(`${path} has no segment`);
  return { logicPoolId: pageFileSegment.logicalPoolID, copysetId: first.copysetID, chunkId: first.chunkID };
}
