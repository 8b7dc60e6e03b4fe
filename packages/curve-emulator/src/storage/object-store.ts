import { closeSync, ftruncateSync, mkdirSync, openSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isMissing, readRange, removeFile, writeSparsely } from './positioned-io.js';

/** What snapshots hold, as objects of one chunk each: `<inode id>/<chunk's index>-<its version>`. */
export class ObjectStore {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** A range of an object; undefined when there is none. */
  read(name: string, offset: number, size: number): Buffer | undefined {
    const path = this.#path(name);
    if (path === undefined) return undefined;
    let fd: number | undefined;
    try {
      fd = openSync(path, 'r');
      return readRange(fd, offset, size);
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    } finally {
      if (fd !== undefined) closeSync(fd);
    }
  }

  /** Stores an object; there is never half of one. */
  put(name: string, bytes: Uint8Array): void {
    const path = this.#path(name);
    if (path === undefined) throw new Error(`not the name of an object: ${name}`);
    mkdirSync(dirname(path), { recursive: true });
    const fd = openSync(`${path}.new`, 'w');
    try {
      writeSparsely(fd, 0, bytes);
      ftruncateSync(fd, bytes.length);
    } finally {
      closeSync(fd);
    }
    renameSync(`${path}.new`, path);
  }

  /** Removes an object, if there is one. */
  remove(name: string): void {
    const path = this.#path(name);
    if (path !== undefined) removeFile(path);
  }

  #path(name: string): string | undefined {
    return /^\d+\/\d+-\d+$/.test(name) ? join(this.#folder, name) : undefined;
  }
}
