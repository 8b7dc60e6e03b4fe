import type { Answer, Call } from './fake-server.js';
import { field, fields, message, type Part } from './protobuf.js';

export interface Geometry {
  chunkSize: number;
  segmentSize: number;
  stripeUnit: number;
  stripeCount: number;
}

export const plain: Geometry = { chunkSize: 2 ** 20, segmentSize: 2 ** 22, stripeUnit: 0, stripeCount: 0 };

const ok = message([1, 0]);

/** A FileInfo as the MDS sends it. */
export function fileInfo(geometry: Geometry, ...more: readonly Part[]): Buffer {
  const { chunkSize, segmentSize, stripeUnit, stripeCount } = geometry;
  return message(
    ...([
      [1, 7],
      [2, 'v'],
      [4, 1],
      [6, chunkSize],
      [7, segmentSize],
      [8, 2 ** 40],
      [10, 1],
    ] as const),
    ...([
      [15, stripeUnit],
      [16, stripeCount],
    ] as const),
    ...more,
  );
}

/** Chunk `i` of a volume has the id `i + 1` and is in copyset `i % copysets + 1`. */
export interface FakeVolume {
  geometry: Geometry;
  copysets: number;
  /** Ports of its chunkservers, whose ids are 1, 2, 3…. */
  chunkservers: readonly number[];
}

/** What an MDS answers about one volume of which everything is allocated; undefined for other calls. */
export function mdsAnswer(volume: FakeVolume, { method, request }: Call): Answer | undefined {
  const info = fileInfo(volume.geometry);
  switch (method) {
    case 'OpenFile': {
      const session = message([1, ''], [2, 5_000_000], [3, 1], [4, 0]);
      return { message: Buffer.concat([ok, message([2, session], [3, info])]) };
    }
    case 'RefreshSession':
      return { message: Buffer.concat([ok, message([2, ''], [3, info])]) };
    case 'CloseFile':
      return { message: ok };
    case 'GetOrAllocateSegment':
      return {
        message: Buffer.concat([ok, message([2, segment(volume, Number(field(request, 3)?.value))])]),
      };
    case 'GetChunkServerListInCopySets': {
      const ids = fields(request).filter(({ number }) => number === 2);
      const servers = volume.chunkservers.map(
        (port, index) => [2, message([1, index + 1], [2, '127.0.0.1'], [3, port])] as const,
      );
      const copysets = ids.map(({ value = 0n }) => [2, message([1, value], ...servers)] as const);
      return { message: Buffer.concat([ok, message(...copysets)]) };
    }
    default:
      return undefined;
  }
}

function segment({ geometry, copysets }: FakeVolume, offset: number): Buffer {
  const { chunkSize, segmentSize } = geometry;
  const first = offset / chunkSize;
  const chunks = Array.from({ length: segmentSize / chunkSize }, (_, i) => {
    const chunk = message([2, first + i + 1], [3, ((first + i) % copysets) + 1]);
    return [5, chunk] as const;
  });
  return message([1, 1], [2, offset], [3, segmentSize], [4, chunkSize], ...chunks);
}

/** GetLeader's answer. */
export const leaderIs = (address: string): Answer => ({
  message: message([1, message([3, `${address}:0`])]),
});

/** A chunk request, read. */
export function chunkRequest(request: Buffer) {
  const number = (place: number) => Number(field(request, place)?.value ?? 0n);
  return {
    copysetId: number(3),
    chunkId: number(4),
    offset: number(6),
    size: number(7),
    cloneSource: field(request, 12)?.body?.toString(),
    cloneOffset: field(request, 13)?.value,
  };
}
