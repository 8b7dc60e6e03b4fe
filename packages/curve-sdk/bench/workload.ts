/** What is done over and over, so many at a time. */
export interface Workload {
  readonly name: string;
  readonly kind: 'read' | 'write';
  /** Bytes of one operation. */
  readonly size: number;
  readonly depth: number;
}

/** What one client made of a workload. */
export interface Measured {
  readonly operations: number;
  /** Operations per second. */
  readonly rate: number;
  readonly megabytes: number;
  /** Percentiles of the latency, in µs. */
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  /** µs of CPU for each operation: JavaScript's thread, the client's I/O thread, all others of the process. */
  readonly cpu: { readonly js: number; readonly io: number; readonly other: number };
  /** Percentile 99 of the time between two ticks of a 1 ms timer, in ms: 1 is no delay. */
  readonly loopDelay: number;
}

export const KIB = 2 ** 10;
export const MIB = 2 ** 20;
/** The part of the volume that is read and written. */
export const REGION = 256 * MIB;

const small = (kind: Workload['kind'], depth: number): Workload => ({
  ...{ name: `4 KiB random ${kind}, depth ${depth}`, kind, size: 4 * KIB, depth },
});
const large = (kind: Workload['kind'], depth: number): Workload => ({
  ...{ name: `1 MiB sequential ${kind}, depth ${depth}`, kind, size: MIB, depth },
});

export const WORKLOADS: readonly Workload[] = [
  ...[1, 64, 256].flatMap(depth => [small('read', depth), small('write', depth)]),
  ...[large('read', 8), large('write', 8)],
];
