/** What a benchmark does, as fio calls it. */
export const WORKLOADS = ['read', 'write', 'randread', 'randwrite', 'randrw'] as const;

/** Name of a workload. */
export type WorkloadName = (typeof WORKLOADS)[number];

/** What is done where. */
export interface Workload {
  name: WorkloadName;
  /** Bytes of one operation. */
  blockSize: number;
  /** The first byte of the region. */
  offset: number;
  /** Bytes of the region, a multiple of `blockSize`. */
  size: number;
  /** Share of reads in `randrw`, from 0 to 1. */
  readShare: number;
}

/** One operation. */
export interface Operation {
  kind: 'read' | 'write';
  offset: number;
}

/** Whether a workload changes the volume. */
export function writes(name: WorkloadName): boolean {
  return name !== 'read' && name !== 'randread';
}

/**
 * Gives the operations of a workload, one after the other and without end.
 *
 * @param random - from 0 up to, but not including, 1
 */
export function operations(workload: Workload, random: () => number = Math.random): () => Operation {
  const { name, blockSize, offset, size, readShare } = workload;
  const blocks = size / blockSize;
  let next = 0;
  const sequential = () => {
    const block = next;
    next = (next + 1) % blocks;
    return block;
  };
  const block = name.startsWith('rand') ? () => Math.floor(random() * blocks) : sequential;
  const kind = (): Operation['kind'] => {
    if (name === 'randrw') return random() < readShare ? 'read' : 'write';
    return writes(name) ? 'write' : 'read';
  };
  return () => ({ kind: kind(), offset: offset + block() * blockSize });
}
