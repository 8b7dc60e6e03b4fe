import type { BlobStore, BlobWriter } from '../storage/blob-store.js';
import type { Storage } from '../storage/storage.js';

/** The same storage on a disk that has room for so many bytes more. */
export function fullDisk(storage: Storage, room: number): Storage {
  return storage.withBlobs(blobs => new FullDiskBlobStore(blobs, room));
}

/** A blob store on a disk that has room for so many bytes more; everything else is passed on. */
class FullDiskBlobStore implements BlobStore {
  readonly #blobs: BlobStore;
  #room: number;

  constructor(blobs: BlobStore, room: number) {
    this.#blobs = blobs;
    this.#room = room;
  }

  async create(): Promise<BlobWriter> {
    return this.#limit(await this.#blobs.create());
  }

  async append(blob: string, offset: number): Promise<BlobWriter> {
    return this.#limit(await this.#blobs.append(blob, offset));
  }

  read(blob: string, start: number, end: number): AsyncIterable<Buffer> {
    return this.#blobs.read(blob, start, end);
  }

  pin(blobs: readonly string[]): () => Promise<void> {
    return this.#blobs.pin(blobs);
  }

  delete(blob: string): Promise<void> {
    return this.#blobs.delete(blob);
  }

  sweep(isKnown: (blob: string) => Promise<boolean>): Promise<void> {
    return this.#blobs.sweep(isKnown);
  }

  #limit(writer: BlobWriter): BlobWriter {
    return {
      blob: writer.blob,
      write: async chunk => {
        this.#room -= chunk.length;
        if (this.#room < 0) throw noSpace();
        await writer.write(chunk);
      },
      finish: () => writer.finish(),
      publish: () => writer.publish(),
      discard: () => writer.discard(),
    };
  }
}

function noSpace(): NodeJS.ErrnoException {
  return Object.assign(new Error('ENOSPC: no space left on device, write'), {
    code: 'ENOSPC',
    syscall: 'write',
  });
}
