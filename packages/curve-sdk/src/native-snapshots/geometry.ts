import type { Stripe } from '../client/file-info.js';

/** How the bytes of a volume are laid out. */
export interface Geometry {
  /** Bytes. */
  readonly length: number;
  /** Bytes of a chunk. */
  readonly chunkSize: number;
  /** Bytes of a segment. */
  readonly segmentSize: number;
  /** Bytes that reads are multiples of. */
  readonly blockSize: number;
  readonly stripe?: Stripe | undefined;
}

/** A range inside one chunk. */
export interface ChunkRange {
  /** Number of the chunk in the volume, from 0. */
  readonly chunkIndex: number;
  /** Bytes from the chunk's beginning. */
  readonly offset: number;
  readonly length: number;
  /** Bytes from the beginning of what was cut. */
  readonly start: number;
}

/** Cuts a range where chunks end, stripes do (curve-protocol.md §4.6), or `most` bytes. */
export function* chunkRanges(
  { chunkSize, stripe }: Geometry,
  offset: number,
  length: number,
  most: number,
): Generator<ChunkRange, void, undefined> {
  for (let start = 0; start < length; ) {
    const at = offset + start;
    let [chunkIndex, inChunk] = [Math.floor(at / chunkSize), at % chunkSize];
    let room = chunkSize - inChunk;
    if (stripe !== undefined) {
      const unit = Math.floor(at / stripe.unit);
      const row = Math.floor(unit / stripe.count);
      const rows = chunkSize / stripe.unit;
      chunkIndex = Math.floor(row / rows) * stripe.count + (unit % stripe.count);
      inChunk = (row % rows) * stripe.unit + (at % stripe.unit);
      room = stripe.unit - (at % stripe.unit);
    }
    const piece = Math.min(room, length - start, most);
    yield { chunkIndex, offset: inChunk, length: piece, start };
    start += piece;
  }
}

/** How many chunks take turns in holding a range: what they hold together is in one piece. */
export function chunksOfGroup({ stripe }: Geometry): number {
  return stripe?.count ?? 1;
}
