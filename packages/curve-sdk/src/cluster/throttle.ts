import type { MessageInitShape } from '@bufbuild/protobuf';
import { checkWhole, invalid } from '../checks.js';
import type { ThrottleKind } from '../client/file-info.js';
import type { ThrottleParamsSchema } from './proto/files_pb.js';

/** Operations or bytes per second, 0 for no limit; or a limit that may be exceeded for a while. */
export type Limit = number | BurstLimit;

/** A limit with bursts (curve-cluster.md §6). */
export interface BurstLimit {
  /** Operations or bytes per second in the long run. */
  readonly limit: number;
  /** Operations or bytes per second in a burst: more than `limit`. */
  readonly burst: number;
  /** For how many seconds at a time, at least 1. */
  readonly burstSeconds: number;
}

/** Limits of a volume's use, by what they limit; those left out stay as they are. */
export type VolumeLimits = Partial<Record<Exclude<ThrottleKind, 'unknown'>, Limit>>;

/** By their numbers in the protocol. */
const TYPES: Readonly<Record<Exclude<ThrottleKind, 'unknown'>, number>> = {
  iopsTotal: 1,
  iopsRead: 2,
  iopsWrite: 3,
  bpsTotal: 4,
  bpsRead: 5,
  bpsWrite: 6,
};

/** A limit as the MDS takes it. */
export type ThrottleParams = MessageInitShape<typeof ThrottleParamsSchema>;

/**
 * The limits as the MDS takes them, which checks nothing: what a client's bucket refuses would leave the old limits in
 * force there.
 */
export function throttleParams(limits: unknown, operation: string): ThrottleParams[] {
  if (typeof limits !== 'object' || limits === null)
    throw invalid(operation, 'limits', `an object with any of ${Object.keys(TYPES).join(', ')}`, limits);
  const given = Object.entries(limits).filter(([, limit]) => limit !== undefined);
  if (given.length === 0) throw invalid(operation, 'limits', 'an object with at least one limit', limits);
  return given.map(([kind, limit]) => {
    const type = Object.hasOwn(TYPES, kind) ? TYPES[kind as keyof typeof TYPES] : undefined;
    if (type === undefined)
      throw invalid(operation, 'a limit', `one of ${Object.keys(TYPES).join(', ')}`, kind);
    return { type, ...burstOf(limit, operation, kind) };
  });
}

function burstOf(
  limit: unknown,
  operation: string,
  kind: string,
): Omit<ThrottleParams, 'type' | '$typeName'> {
  if (typeof limit !== 'object' || limit === null) {
    checkWhole(limit, operation, kind);
    return { limit: BigInt(limit) };
  }
  const { limit: usual, burst, burstSeconds } = limit as Record<string, unknown>;
  checkWhole(usual, operation, `${kind}.limit`, 1);
  checkWhole(burst, operation, `${kind}.burst`, usual + 1);
  checkWhole(burstSeconds, operation, `${kind}.burstSeconds`, 1);
  return { limit: BigInt(usual), burst: BigInt(burst), burstLength: BigInt(burstSeconds) };
}

/** No limit of those kinds: an entry cannot be taken away. */
export function noLimits(kinds: readonly ThrottleKind[]): ThrottleParams[] {
  return kinds.flatMap(kind => (kind === 'unknown' ? [] : [{ type: TYPES[kind], limit: 0n }]));
}
