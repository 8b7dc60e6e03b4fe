import { isFieldSet, type MessageInitShape } from '@bufbuild/protobuf';
import {
  type FileThrottleParamsSchema,
  type ThrottleParams,
  ThrottleParamsSchema,
  ThrottleType,
} from '../proto/nameserver2_pb.js';
import type { FileRecord, ThrottleRecord } from './records.js';

const MiB = 1024 ** 2;
const GiB = 1024 ** 3;

/** What a volume of this length gets, in operations and bytes per second (protocol 1.5). */
export function defaultThrottle(length: number): ThrottleRecord[] {
  const size = Math.floor(length / GiB);
  return [
    { type: ThrottleType.IOPS_TOTAL, limit: clamp(size * 30, 2000, 26_000) },
    { type: ThrottleType.BPS_TOTAL, limit: clamp(size * 0.3 * MiB, 120 * MiB, 260 * MiB) },
  ];
}

/** What an extended volume gets: the defaults of its new length, if it had those of the old one and nothing else. */
export function extendedThrottle({ throttle = [], length }: FileRecord, newLength: number): ThrottleRecord[] {
  const before = defaultThrottle(length);
  const untouched =
    throttle.length === before.length &&
    throttle.every(record => {
      const standard = before.find(({ type }) => type === record.type);
      return !standard || (record.limit === standard.limit && record.burst === undefined);
    });
  return untouched ? defaultThrottle(newLength) : [...throttle];
}

/** What a volume has when one entry was set: it takes the place of that of its type as a whole. Nothing is checked. */
export function changedThrottle({ throttle = [] }: FileRecord, params: ThrottleParams): ThrottleRecord[] {
  const record = toRecord(params);
  const known = throttle.some(({ type }) => type === record.type);
  return known ? throttle.map(one => (one.type === record.type ? record : one)) : [...throttle, record];
}

/** As the MDS tells it. */
export function throttleParams(
  throttle: readonly ThrottleRecord[],
): MessageInitShape<typeof FileThrottleParamsSchema> {
  return {
    throttleParams: throttle.map(({ type, limit, burst, burstLength }) => ({
      ...{ type, limit: BigInt(limit) },
      ...(burst !== undefined && { burst: BigInt(burst) }),
      ...(burstLength !== undefined && { burstLength: BigInt(burstLength) }),
    })),
  };
}

function toRecord(params: ThrottleParams): ThrottleRecord {
  const { field } = ThrottleParamsSchema;
  return {
    ...{ type: params.type, limit: stored(params.limit) },
    ...(isFieldSet(params, field.burst) && { burst: stored(params.burst) }),
    ...(isFieldSet(params, field.burstLength) && { burstLength: stored(params.burstLength) }),
  };
}

/** JSON has no numbers above 2^53. */
function stored(value: bigint): number | string {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : String(value);
}

function clamp(value: number, min: number, max: number): number {
  return Math.min(Math.max(Math.floor(value), min), max);
}
