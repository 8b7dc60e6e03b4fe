import type { Namespace } from '../mds/namespace.js';
import type { ChunkStore } from '../storage/chunk-store.js';
import type { Topology } from './topology.js';

/** Bytes that there are and that are taken. */
export interface PhysicalSpace {
  total: number;
  used: number;
}

/** What of a cluster's space is taken by what (cluster 5). */
export class Usage {
  readonly #topology: Topology;
  readonly #chunks: ChunkStore;
  readonly #namespace: Namespace;
  readonly #chunkSize: number;
  /** Bytes that volumes can be given of each pool. */
  readonly poolCapacity: number;

  constructor(parts: {
    topology: Topology;
    chunks: ChunkStore;
    namespace: Namespace;
    chunkSize: number;
    poolCapacity: number;
  }) {
    this.#topology = parts.topology;
    this.#chunks = parts.chunks;
    this.#namespace = parts.namespace;
    this.#chunkSize = parts.chunkSize;
    this.poolCapacity = parts.poolCapacity;
  }

  /** Segments that volumes were given of a pool, in bytes. */
  allocated(poolId: number): number {
    return this.#namespace.allocatedIn(poolId);
  }

  /** Files of chunks of a pool, each replica of them counted. */
  ofPool(poolId: number): PhysicalSpace {
    const { replicas } = this.#topology;
    return {
      total: this.poolCapacity * replicas,
      used: this.#count(copyset => copyset.poolId === poolId) * this.#chunkSize * replicas,
    };
  }

  /** Files of chunks of a chunkserver, which has its share of every pool. */
  ofChunkserver(id: number): PhysicalSpace {
    const { replicas, poolsets, chunkservers } = this.#topology;
    const share = Math.floor((this.poolCapacity * replicas) / chunkservers.length);
    const total = poolsets.length * (share - (share % this.#chunkSize));
    return { total, used: this.chunksOf(id) * this.#chunkSize };
  }

  /** How many chunks a chunkserver has. */
  chunksOf(id: number): number {
    return this.#count(({ members }) => members.includes(id));
  }

  /** How many chunks each chunkserver has that has any, by id. */
  chunksByServer(): Map<number, number> {
    const found = new Map<number, number>();
    for (const [poolId, copysetId, chunks] of this.#chunks.counts()) {
      for (const id of this.#topology.copyset(poolId, copysetId)?.members ?? [])
        found.set(id, (found.get(id) ?? 0) + chunks);
    }
    return found;
  }

  #count(wanted: (copyset: { poolId: number; members: readonly number[] }) => boolean): number {
    let count = 0;
    for (const [poolId, copysetId, chunks] of this.#chunks.counts()) {
      const copyset = this.#topology.copyset(poolId, copysetId);
      if (copyset && wanted(copyset)) count += chunks;
    }
    return count;
  }
}
