import type { FileInfo } from '@curve-wcs/curve-sdk';
import { formatBytes, formatTime } from '../terminal/quantities.js';

/** A number of bytes for people who may need all of it: `10737418240 (10.0 GiB)`. */
export function bothSizes(bytes: number): string {
  return bytes < 1024 ? String(bytes) : `${bytes} (${formatBytes(bytes)})`;
}

/** What there is to say of a volume or directory, for people. */
export function fileFields(info: FileInfo): Record<string, string | undefined> {
  const common = { path: info.path, kind: info.kind, id: String(info.id), owner: info.owner };
  const created = formatTime(info.createdAt);
  if (info.kind === 'directory') return { ...common, created };
  return {
    ...common,
    length: bothSizes(info.length),
    created,
    status: info.status,
    poolset: info.poolset,
    stripes: info.stripe && `${info.stripe.count} of ${bothSizes(info.stripe.unit)}`,
    'chunk size': bothSizes(info.chunkSize),
    'segment size': bothSizes(info.segmentSize),
    'block size': bothSizes(info.blockSize),
    epoch: String(info.epoch),
    limits: info.throttles.map(({ kind, limit }) => `${kind} ${limit}`).join(', ') || undefined,
  };
}
