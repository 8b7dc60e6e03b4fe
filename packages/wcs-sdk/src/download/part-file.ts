import { createHash, randomBytes } from 'node:crypto';
import type { Stats } from 'node:fs';
import { constants, type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { WcsError } from '../errors.js';
import { Journal } from '../journal.js';
import type { ObjectVersion } from './ranged-get.js';

/** A link in the place of the part file would lead what is written elsewhere. Windows has no such flag. */
const EXISTING_OR_NEW = constants.O_RDWR | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0);

/** Files with parts to go on with that are in use. Whoever else downloads to the same target begins a file of its own. */
const inUse = new Set<string>();

/** What the parts of an earlier attempt were parts of. */
interface PartHeader extends ObjectVersion {
  subject: string;
  partSize: number;
}

/**
 * The file that a download is written to before it appears under its name: beside the target, so that a rename
 * is enough. With `resume` it has a fixed name, and a journal of its finished parts.
 */
export class PartFile {
  readonly path: string;
  readonly #target: string;
  #journal: Journal | undefined;
  #handle: FileHandle | undefined;

  private constructor(target: string, resume: boolean) {
    this.#target = target;
    this.path = resume ? partPath(target, '') : temporaryPath(target);
    this.#journal = resume ? new Journal(`${this.path}.json`) : undefined;
  }

  /** Opens the part file for `target`; must be released in the end. */
  static async open(
    target: string,
    { resume, makeFolders }: { resume: boolean; makeFolders: boolean },
  ): Promise<PartFile> {
    const free = resume && !inUse.has(partPath(target, ''));
    const file = new PartFile(target, free);
    if (free) inUse.add(file.path);
    try {
      await orFail(file.path, async () => {
        const existing = await stat(target).catch(() => undefined);
        if (existing) checkReplaceable(target, existing);
        if (makeFolders) await mkdir(dirname(target), { recursive: true });
        file.#handle = await open(file.path, free ? EXISTING_OR_NEW : 'wx', 0o666);
      });
    } catch (error) {
      file.release();
      throw error;
    }
    return file;
  }

  /** Lets a later download of this process go on with the file. */
  release(): void {
    inUse.delete(this.path);
  }

  /**
   * Finds the parts that an earlier attempt has left of the same version; begins anew otherwise.
   *
   * @returns indices of the finished parts
   */
  async begin(header: PartHeader): Promise<Set<number>> {
    if (!this.#journal) return new Set();
    if (header.size !== undefined && header.size <= header.partSize) {
      // Of a single part there is nothing to go on with.
      await this.#journal.remove();
      this.#journal = undefined;
      await orFail(this.path, async () => this.#handle?.truncate(0));
      return new Set();
    }
    const [earlier, ...parts] = await this.#journal.read();
    if (JSON.stringify(earlier) === JSON.stringify(header))
      return new Set(parts.filter((part): part is number => Number.isSafeInteger(part)));
    await this.#journal.create(header);
    await orFail(this.path, async () => this.#handle?.truncate(0));
    return new Set();
  }

  /** Writes chunks one after the other, from `position` on. */
  async write(chunks: Buffer[], position: number): Promise<void> {
    await orFail(this.path, async () => {
      let at = position;
      for (const chunk of chunks) {
        for (let done = 0; done < chunk.length; ) {
          const { bytesWritten } = await this.#open.write(chunk, done, chunk.length - done, at + done);
          done += bytesWritten;
        }
        at += chunk.length;
      }
    });
  }

  /** Remembers a finished part. */
  async finishPart(index: number): Promise<void> {
    await this.#journal?.append(index);
  }

  /** Makes what was written durable and of exactly this size; still under the temporary name. */
  async complete(size: number): Promise<void> {
    await orFail(this.path, async () => {
      await this.#open.truncate(size);
      await this.#open.datasync();
      await this.#close();
    });
  }

  /** Lets the file appear under its name. */
  async publish(): Promise<void> {
    await orFail(this.#target, () => rename(this.path, this.#target));
    await this.#journal?.remove();
  }

  /** After a failure: keeps what a resumed download can use, and removes the rest. */
  async abandon({ worthless }: { worthless: boolean }): Promise<void> {
    await this.#close();
    const finishedParts = ((await this.#journal?.read()) ?? []).slice(1);
    if (finishedParts.length > 0 && !worthless) return;
    await this.#journal?.remove();
    await rm(this.path, { force: true });
  }

  get #open(): FileHandle {
    if (!this.#handle) throw new WcsError('TARGET_FAILED', `${this.path} is closed`);
    return this.#handle;
  }

  async #close(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.close();
  }
}

/** A device or pipe that a file took the place of would be gone for every program, such as `/dev/null`. */
export function checkReplaceable(target: string, existing: Stats): void {
  if (existing.isFile()) return;
  const what = existing.isDirectory() ? 'a folder' : 'a device or pipe, which takes a stream';
  throw new WcsError('TARGET_FAILED', `cannot write ${target}: it is ${what}`, { operation: 'download' });
}

/** A name beside the target that nothing else has. */
export function temporaryPath(target: string): string {
  return partPath(target, `.${randomBytes(6).toString('hex')}`);
}

function partPath(target: string, unique: string): string {
  return join(dirname(target), `.${shortened(basename(target))}${unique}.wcs-part`);
}

/** File systems allow 255 bytes in a name, and ours has to hold more than the target's. */
function shortened(name: string): string {
  return Buffer.byteLength(name) <= 200 ? name : createHash('sha256').update(name).digest('hex');
}

/** Does what fails with `TARGET_FAILED`. */
export async function orFail<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof WcsError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === 'EISDIR' ? 'it is a folder' : message;
    throw new WcsError('TARGET_FAILED', `cannot write ${path}: ${why}`, {
      operation: 'download',
      cause: error,
    });
  }
}
