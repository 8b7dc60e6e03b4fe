import type { BigIntStats } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { ChecksumError } from './checksum-error.js';
import { describe } from './describe.js';

/** A file open for reading, that knows whether it has changed since. */
export class SourceFile {
  readonly handle: FileHandle;
  readonly #path: string;
  readonly #opened: BigIntStats;

  private constructor(handle: FileHandle, path: string, opened: BigIntStats) {
    this.handle = handle;
    this.#path = path;
    this.#opened = opened;
  }

  /**
   * Opens a regular file or a device.
   *
   * @throws {@link ChecksumError} `INVALID_ARGUMENT` if `path` is not a path, `NOT_A_FILE` if it names a
   * directory, a FIFO or a socket; errors of the file system as they are
   */
  static async open(path: string | URL): Promise<SourceFile> {
    checkPath(path);
    // Before opening, because opening a FIFO waits for its writer.
    checkKind(await stat(path, { bigint: true }), String(path));
    const handle = await open(path, 'r');
    try {
      return new SourceFile(handle, String(path), await handle.stat({ bigint: true }));
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** Bytes in the file; undefined where only reading to the end tells, as for devices and files in /proc. */
  get size(): number | undefined {
    return this.#opened.isFile() && this.#opened.size > 0n ? Number(this.#opened.size) : undefined;
  }

  /**
   * @throws {@link ChecksumError} `FILE_CHANGED` if the size, or where it tells something the modification time, are
   * not those at opening
   */
  async checkUnchanged(): Promise<void> {
    const now = await this.handle.stat({ bigint: true });
    const touched = this.size !== undefined && now.mtimeNs !== this.#opened.mtimeNs;
    if (touched || now.size !== this.#opened.size) throw this.changed();
  }

  /** The error for a file that is not what it was when it was opened. */
  changed(): ChecksumError {
    return new ChecksumError('FILE_CHANGED', `The file changed while it was read: ${this.#path}`);
  }
}

function checkPath(path: unknown): void {
  const isPath = typeof path === 'string' || (path instanceof URL && path.protocol === 'file:');
  if (isPath) return;
  const found = path instanceof URL ? `a URL with ${describe(path.protocol)}` : describe(path);
  throw new ChecksumError('INVALID_ARGUMENT', `path must be a string or a file: URL, but is ${found}`);
}

function checkKind(stats: BigIntStats, path: string): void {
  if (stats.isDirectory()) throw new ChecksumError('NOT_A_FILE', `This is a directory, not a file: ${path}`);
  if (stats.isFIFO() || stats.isSocket()) {
    throw new ChecksumError('NOT_A_FILE', `This is a FIFO or a socket; read it as a stream: ${path}`);
  }
}
