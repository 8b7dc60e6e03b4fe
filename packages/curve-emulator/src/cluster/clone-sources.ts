import { readThrough } from '../chunkserver/read-through.js';
import type { Namespace } from '../mds/namespace.js';
import type { ChunkStore } from '../storage/chunk-store.js';
import type { ObjectStore } from '../storage/object-store.js';

/** What clone chunks lack, by its location: chunks of volumes (`path:offset@cs`) and objects (`object@s3`). */
export class CloneSources {
  readonly #parts: { namespace: Namespace; chunks: ChunkStore; objects: ObjectStore };

  constructor(parts: { namespace: Namespace; chunks: ChunkStore; objects: ObjectStore }) {
    this.#parts = parts;
  }

  /** Bytes of a chunk, `offset` within it; undefined where there is nothing at that location. */
  read(location: string, offset: number, size: number): Buffer | undefined {
    const object = /^(.*)@s3$/s.exec(location)?.[1];
    if (object !== undefined) return this.#parts.objects.read(object, offset, size);
    const [, path = '', start = ''] = /^(.*):(\d+)@cs$/s.exec(location) ?? [];
    return path === '' ? undefined : this.#ofVolume(path, Number(start) + offset, size);
  }

  #ofVolume(path: string, offset: number, size: number): Buffer | undefined {
    const { namespace, chunks } = this.#parts;
    const volume = namespace.entryAt(path);
    if (volume === undefined || offset + size > volume.length) return undefined;
    const { chunkSize, segmentSize } = volume;
    const segment = namespace.segment(volume, offset - (offset % segmentSize));
    const at = Math.floor((offset % segmentSize) / chunkSize);
    const place = segment?.chunks[at];
    const chunk =
      segment &&
      place &&
      chunks.find({ poolId: segment.poolId, copysetId: place.copysetId, chunkId: BigInt(place.id) });
    if (!chunk) {
      // A lazy clone cannot be a source, so nothing else could have the bytes.
      return Buffer.alloc(size);
    }
    return readThrough(chunk, this, offset % chunkSize, size);
  }
}
