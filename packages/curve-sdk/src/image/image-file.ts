import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { CurveError } from '../errors/curve-error.js';

const OPERATION = 'export';

/**
 * The file that an image is written to before it appears under its name: beside the target, so that a rename is enough.
 * It has a fixed name, `.NAME.curve-part`, so that an export can go on where an earlier one ended.
 */
export class ImageFile {
  readonly #target: string;
  readonly #path: string;
  readonly #handle: FileHandle;

  private constructor(target: string, path: string, handle: FileHandle) {
    this.#target = target;
    this.#path = path;
    this.#handle = handle;
  }

  /** Opens the file for a target: as long as the image will be, and zeros from `start` on. */
  static async open(
    target: string,
    { start, length }: { start: number; length: number },
  ): Promise<ImageFile> {
    const path = join(dirname(target), `.${basename(target)}.curve-part`);
    return orFail(path, async () => {
      const existing = await stat(target).catch(() => undefined);
      if (existing !== undefined && !existing.isFile()) {
        throw failure(`cannot write ${target}: it is no plain file; give a stream to write to it`);
      }
      const file = new ImageFile(target, path, await open(path, start === 0 ? 'w' : 'r+'));
      try {
        // What an earlier attempt has put beyond `start` would show through holes.
        await file.#handle.truncate(start);
        await file.#handle.truncate(length);
        return file;
      } catch (error) {
        await file.abandon({ worthless: start === 0 });
        throw error;
      }
    });
  }

  /** Writes bytes at their place. */
  async write(data: Uint8Array, position: number): Promise<void> {
    await orFail(this.#path, async () => {
      for (let done = 0; done < data.length; ) {
        const { bytesWritten } = await this.#handle.write(data, done, data.length - done, position + done);
        done += bytesWritten;
      }
    });
  }

  /** Makes the file durable and lets it appear under its name. */
  async publish(): Promise<void> {
    await orFail(this.#path, async () => {
      await this.#handle.sync();
      await this.#handle.close();
      await rename(this.#path, this.#target);
    });
  }

  /** After a failure: keeps the file for another attempt, unless there is nothing in it. */
  async abandon({ worthless }: { worthless: boolean }): Promise<void> {
    await this.#handle.close();
    if (worthless) await rm(this.#path, { force: true });
  }
}

async function orFail<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof CurveError) throw error;
    throw failure(`cannot write ${path}: ${(error as Error).message}`, error);
  }
}

function failure(message: string, cause?: unknown): CurveError {
  return new CurveError('TARGET_FAILED', `${OPERATION}: ${message}`, { operation: OPERATION, cause });
}
