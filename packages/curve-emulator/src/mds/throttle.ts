import { ThrottleType } from '../proto/nameserver2_pb.js';
import type { FileRecord, ThrottleRecord } from './records.js';

const MiB = 1024 ** 2;
const GiB = 1024 ** 3;

/** What a volume of this length gets, in operations and bytes per second (protocol 1.5). */
export function defaultThrottle(length: number): ThrottleRecord[] {
  const size = length / GiB;
  return [
    { type: ThrottleType.IOPS_TOTAL, limit: clamp(size * 30, 2000, 26_000) },
    { type: ThrottleType.BPS_TOTAL, limit: clamp(size * 0.3 * MiB, 120 * MiB, 260 * MiB) },
  ];
}

/** What an extended volume gets: the defaults of its new length, where it had those of the old one. */
export function extendedThrottle(file: FileRecord, length: number): ThrottleRecord[] {
  const before = defaultThrottle(file.length);
  const after = defaultThrottle(length);
  return (file.throttle ?? []).map(record => {
    const index = before.findIndex(({ type, limit }) => type === record.type && limit === record.limit);
    return after[index] ?? record;
  });
}

function clamp(value: number, min: number, max: number): number {
  return Math.min(Math.max(Math.floor(value), min), max);
}
