import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import type { BlobStore, BlobWriter } from './blob-store.js';
import type { Durability } from './durability.js';
import { FileBlobWriter } from './file-blob-writer.js';

/** How much of a file is read at a time. */
const readBytes = 256 * 1024;

/** Blobs as plain files: `blobs/<first two digits>/<32 hexadecimal digits>`, unfinished ones in `tmp/`. */
export class FileBlobStore implements BlobStore {
  readonly #blobs: string;
  readonly #temporary: string;
  readonly #sync: boolean;
  readonly #shards = new Set<string>();
  readonly #pins = new Map<string, number>();
  readonly #doomed = new Set<string>();

  private constructor(folder: string, durability: Durability) {
    this.#blobs = join(folder, 'blobs');
    this.#temporary = join(folder, 'tmp');
    this.#sync = durability === 'sync';
  }

  /** Opens the store in `folder`, which is created when missing. */
  static async open(folder: string, durability: Durability): Promise<FileBlobStore> {
    const store = new FileBlobStore(folder, durability);
    await mkdir(store.#blobs, { recursive: true });
    await mkdir(store.#temporary, { recursive: true });
    return store;
  }

  async create(): Promise<BlobWriter> {
    const blob = randomBytes(16).toString('hex');
    const temporary = join(this.#temporary, blob);
    const handle = await open(temporary, 'wx');
    return new FileBlobWriter(blob, handle, {
      position: 0,
      sync: this.#sync,
      ending: {
        publish: async () => {
          await rename(temporary, join(await this.#ensureShard(blob), blob));
          await this.#syncFolder(this.#shard(blob));
        },
        discard: () => rm(temporary, { force: true }),
      },
    });
  }

  async append(blob: string, offset: number): Promise<BlobWriter> {
    const path = this.#path(blob);
    const handle = await open(path, 'r+');
    await handle.truncate(offset);
    return new FileBlobWriter(blob, handle, {
      position: offset,
      sync: this.#sync,
      ending: { publish: async () => {}, discard: () => truncate(path, offset) },
    });
  }

  async *read(blob: string, start: number, end: number): AsyncIterable<Buffer> {
    if (start >= end) return;
    const handle = await open(this.#path(blob), 'r');
    try {
      for (let position = start; position < end; ) {
        const buffer = Buffer.allocUnsafeSlow(Math.min(readBytes, end - position));
        const { bytesRead } = await handle.read(buffer, 0, buffer.length, position);
        if (bytesRead === 0) throw new Error(`blob ${blob} ends at ${position}, before ${end}`);
        position += bytesRead;
        yield buffer.subarray(0, bytesRead);
      }
    } finally {
      await handle.close();
    }
  }

  pin(blobs: readonly string[]): () => Promise<void> {
    for (const blob of blobs) this.#pins.set(blob, (this.#pins.get(blob) ?? 0) + 1);
    let released = false;
    return async () => {
      if (released) return;
      released = true;
      for (const blob of blobs) await this.#unpin(blob);
    };
  }

  async delete(blob: string): Promise<void> {
    if (this.#pins.has(blob)) this.#doomed.add(blob);
    else await rm(this.#path(blob), { force: true });
  }

  async sweep(isKnown: (blob: string) => Promise<boolean>): Promise<void> {
    for (const name of await readdir(this.#temporary)) {
      await rm(join(this.#temporary, name), { recursive: true, force: true });
    }
    for (const shard of await readdir(this.#blobs)) {
      for (const blob of await readdir(join(this.#blobs, shard))) {
        if (!(await isKnown(blob))) await rm(join(this.#blobs, shard, blob), { force: true });
      }
    }
  }

  async #unpin(blob: string): Promise<void> {
    const left = (this.#pins.get(blob) ?? 1) - 1;
    if (left > 0) {
      this.#pins.set(blob, left);
      return;
    }
    this.#pins.delete(blob);
    if (this.#doomed.delete(blob)) await rm(this.#path(blob), { force: true });
  }

  #shard(blob: string): string {
    return join(this.#blobs, blob.slice(0, 2));
  }

  #path(blob: string): string {
    return join(this.#shard(blob), blob);
  }

  async #ensureShard(blob: string): Promise<string> {
    const shard = this.#shard(blob);
    if (!this.#shards.has(shard)) {
      await mkdir(shard, { recursive: true });
      await this.#syncFolder(this.#blobs);
      this.#shards.add(shard);
    }
    return shard;
  }

  /** Makes the names in a folder durable. Windows has no such thing: its folders cannot be opened. */
  async #syncFolder(folder: string): Promise<void> {
    if (!this.#sync || process.platform === 'win32') return;
    const handle = await open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  }
}
