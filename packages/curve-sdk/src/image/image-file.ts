import { constants, type FileHandle, lstat, open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { CurveError } from '../errors/curve-error.js';
import { PartClaim } from './part-claim.js';

const OPERATION = 'export';

/** A link in the place of the part file would lead what is written elsewhere. Windows has no such flag. */
const EXISTING = constants.O_RDWR | (constants.O_NOFOLLOW ?? 0);

/**
 * The file that an image is written to before it appears under its name: beside the target, so that a rename is enough.
 * It has a fixed name, `.NAME.curve-part`, so that an export can go on where an earlier one ended; nobody else writes to
 * it meanwhile.
 */
export class ImageFile {
  readonly #target: string;
  readonly #path: string;
  readonly #claim: PartClaim;
  readonly #handle: FileHandle;

  private constructor(target: string, path: string, claim: PartClaim, handle: FileHandle) {
    this.#target = target;
    this.#path = path;
    this.#claim = claim;
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
      const claim = await PartClaim.take(path);
      try {
        const handle = start === 0 ? await createPart(path) : await findPart(path);
        const file = new ImageFile(target, path, claim, handle);
        try {
          // What an earlier attempt has put beyond `start` would show through holes.
          await handle.truncate(start);
          await handle.truncate(length);
          return file;
        } catch (error) {
          await handle.close();
          if (start === 0) await rm(path, { force: true });
          throw error;
        }
      } catch (error) {
        await claim.release();
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
      await this.#checkOwn();
      await this.#handle.close();
      await rename(this.#path, this.#target);
      await this.#claim.release();
    });
  }

  /** After a failure: keeps the file for another attempt, unless there is nothing in it. */
  async abandon({ worthless }: { worthless: boolean }): Promise<void> {
    try {
      // Closing it again does no harm.
      await this.#handle.close();
      if (worthless) await rm(this.#path, { force: true });
    } finally {
      await this.#claim.release();
    }
  }

  /** Whoever has put another file in its place has not heeded the claim; that one is not the image. */
  async #checkOwn(): Promise<void> {
    const [own, found] = [await this.#handle.stat(), await lstat(this.#path).catch(() => undefined)];
    if (found?.ino !== own.ino || found.dev !== own.dev) throw new Error('another file is in its place');
  }
}

/** A new file, whatever is there: who still has that one open does not write to this. */
async function createPart(path: string): Promise<FileHandle> {
  await rm(path, { force: true });
  return open(path, 'wx');
}

/** The file that an earlier export has left, which nobody else can have under another name. */
async function findPart(path: string): Promise<FileHandle> {
  const handle = await open(path, EXISTING);
  try {
    const found = await handle.stat();
    const owner = process.getuid?.() ?? found.uid;
    if (!found.isFile() || found.nlink !== 1 || found.uid !== owner) {
      throw new Error('it is no plain file of its own, or somebody else has made it');
    }
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
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
