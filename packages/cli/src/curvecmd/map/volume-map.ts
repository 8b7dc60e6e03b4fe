/** A segment of a volume, and where its chunks are. */
export interface MappedSegment {
  index: number;
  allocated: boolean;
  chunks: readonly { chunkservers: readonly { id: number; address: string }[] }[];
}

/** A stretch of the volume: one segment, or several neighbours. */
export interface MapCell {
  segments: number;
  allocated: number;
  /** Chunks of the allocated segments. */
  chunks: number;
}

/** What a chunkserver holds of the volume. */
export interface MapChunkserver {
  id: number;
  address: string;
  /** Chunks of which it has a replica. */
  chunks: number;
  /** The same, of each cell. */
  perCell: number[];
}

/** Which parts of a volume are allocated, and on which chunkservers. */
export interface VolumeMap {
  path: string;
  length: number;
  segmentSize: number;
  segments: number;
  allocated: number;
  cells: MapCell[];
  /** By their ids. */
  chunkservers: MapChunkserver[];
}

/** Sums segments up to a map of a bounded size, however many there are. */
export class VolumeMapBuilder {
  readonly #map: VolumeMap;
  readonly #chunkservers = new Map<number, MapChunkserver>();

  /** @param maxCells - the most cells that can be shown side by side */
  constructor(volume: { path: string; length: number; segmentSize: number }, maxCells: number) {
    const segments = Math.ceil(volume.length / volume.segmentSize);
    const cells = Array.from({ length: Math.min(segments, Math.max(1, maxCells)) }, () => ({
      segments: 0,
      allocated: 0,
      chunks: 0,
    }));
    const { path, length, segmentSize } = volume;
    this.#map = { path, length, segmentSize, segments, allocated: 0, cells, chunkservers: [] };
    // Each segment counts as not allocated until it is added.
    for (let index = 0; index < segments; index++) {
      const cell = cells[this.#cellOf(index)];
      if (cell) cell.segments += 1;
    }
  }

  add({ index, allocated, chunks }: MappedSegment): void {
    if (!allocated) return;
    const cellIndex = this.#cellOf(index);
    const cell = this.#map.cells[cellIndex];
    // A volume that was extended meanwhile has segments that are not on the map.
    if (!cell) return;
    this.#map.allocated += 1;
    cell.allocated += 1;
    cell.chunks += chunks.length;
    for (const { chunkservers } of chunks) {
      for (const { id, address } of chunkservers) {
        const one = this.#chunkserver(id, address);
        one.chunks += 1;
        one.perCell[cellIndex] = (one.perCell[cellIndex] ?? 0) + 1;
      }
    }
  }

  build(): VolumeMap {
    const chunkservers = [...this.#chunkservers.values()].sort((a, b) => a.id - b.id);
    return { ...this.#map, chunkservers };
  }

  #cellOf(index: number): number {
    const { cells, segments } = this.#map;
    return Math.floor((index * cells.length) / segments);
  }

  #chunkserver(id: number, address: string): MapChunkserver {
    let one = this.#chunkservers.get(id);
    if (!one) {
      one = { id, address, chunks: 0, perCell: this.#map.cells.map(() => 0) };
      this.#chunkservers.set(id, one);
    }
    return one;
  }
}

/** How much a chunkserver has above or below its even share: 0.1 is 10 % too much. */
export function imbalance({ chunks }: MapChunkserver, { chunkservers }: VolumeMap): number {
  const mean = chunkservers.reduce((sum, one) => sum + one.chunks, 0) / chunkservers.length;
  return mean === 0 ? 0 : chunks / mean - 1;
}

/** The largest share of a cell's chunks that any chunkserver has: what the darkest shade stands for. */
export function largestShare({ cells, chunkservers }: VolumeMap): number {
  const shares = chunkservers.flatMap(({ perCell }) => perCell.map((chunks, i) => share(chunks, cells[i])));
  return shares.reduce((largest, one) => Math.max(largest, one), 0);
}

/** The share of a cell's chunks. */
export function share(chunks: number, cell: MapCell | undefined): number {
  return cell && cell.chunks > 0 ? chunks / cell.chunks : 0;
}
