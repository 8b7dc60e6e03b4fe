import type { FileHandle } from 'node:fs/promises';
import type { BlobWriter } from './blob-store.js';

/** How many bytes are gathered before they are handed to the file system in one call. */
const batchBytes = 1 << 20;

/** What happens to the file at the end of a write. */
export interface FileBlobEnding {
  publish(): Promise<void>;
  discard(handle: FileHandle): Promise<void>;
}

/** Writes a file in large pieces, taking in the next piece while the one before is being written. */
export class FileBlobWriter implements BlobWriter {
  readonly blob: string;
  readonly #handle: FileHandle;
  readonly #ending: FileBlobEnding;
  readonly #sync: boolean;
  #position: number;
  #gathered: Buffer[] = [];
  #gatheredBytes = 0;
  #writing: Promise<void> = Promise.resolve();
  #closed = false;
  #published = false;

  constructor(
    blob: string,
    handle: FileHandle,
    { position, sync, ending }: { position: number; sync: boolean; ending: FileBlobEnding },
  ) {
    this.blob = blob;
    this.#handle = handle;
    this.#position = position;
    this.#sync = sync;
    this.#ending = ending;
  }

  async write(chunk: Buffer): Promise<void> {
    this.#gathered.push(chunk);
    this.#gatheredBytes += chunk.length;
    if (this.#gatheredBytes >= batchBytes) await this.#startWriting();
  }

  async finish(): Promise<void> {
    await this.#startWriting();
    await this.#writing;
    if (this.#sync) await this.#handle.datasync();
    await this.#close();
  }

  async publish(): Promise<void> {
    await this.#ending.publish();
    this.#published = true;
  }

  async discard(): Promise<void> {
    if (this.#published) return;
    await this.#writing.catch(() => {});
    await this.#ending.discard(this.#handle);
    await this.#close();
  }

  async #startWriting(): Promise<void> {
    await this.#writing;
    const batch = this.#gathered;
    this.#gathered = [];
    this.#gatheredBytes = 0;
    this.#writing = this.#writeAll(batch);
    // Its failure is reported by whoever awaits it next; until then it is not an unhandled one.
    this.#writing.catch(() => {});
  }

  async #writeAll(batch: Buffer[]): Promise<void> {
    let rest = batch;
    while (rest.length > 0) {
      const { bytesWritten } = await this.#handle.writev(rest, this.#position);
      this.#position += bytesWritten;
      rest = dropBytes(rest, bytesWritten);
    }
  }

  async #close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#handle.close();
  }
}

function dropBytes(buffers: Buffer[], count: number): Buffer[] {
  let left = count;
  const rest: Buffer[] = [];
  for (const buffer of buffers) {
    if (left < buffer.length) rest.push(left > 0 ? buffer.subarray(left) : buffer);
    left = Math.max(0, left - buffer.length);
  }
  return rest;
}
