import { createHash } from 'node:crypto';
import type { Stats } from 'node:fs';
import { constants, type FileHandle, lstat, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { requireText } from '../check-arguments.js';
import { WcsError } from '../errors.js';
import { abandonedParts } from './abandoned-parts.js';
import { FinishedParts, type PartHeader } from './finished-parts.js';
import { ownedName } from './part-owner.js';

/** A link in the place of the part file would lead what is written elsewhere. Windows has no such flag. */
const NOFOLLOW = constants.O_NOFOLLOW ?? 0;
const NEW = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | NOFOLLOW;

/**
 * The file that a download is written to before it appears under its name: beside the target, so that a rename is
 * enough. While it is written to it has a name that no other download has. What can be gone on with is kept as
 * `.NAME.wcs-part`, and taken from there by another rename, which one of several at the same time succeeds with.
 */
export class PartFile {
  readonly path: string;
  readonly #target: string;
  #parts: FinishedParts | undefined;
  #handle: FileHandle | undefined;
  /** That of the file whose place it takes. */
  #mode: number | undefined;

  private constructor(target: string) {
    this.#target = target;
    this.path = temporaryPath(target);
  }

  /**
   * Opens the part file for `target`.
   *
   * @param parts - what an earlier attempt must have had parts of, to be gone on with; absent if nothing is to be kept
   */
  static async open(
    target: string,
    { makeFolders, parts }: { makeFolders: boolean; parts?: PartHeader | undefined },
  ): Promise<PartFile> {
    const file = new PartFile(target);
    await orFail(target, async () => {
      const existing = await stat(target).catch(() => undefined);
      if (existing) checkReplaceable(target, existing);
      if (makeFolders) await mkdir(dirname(target), { recursive: true });
      const earlier = await file.#takeEarlier(parts !== undefined);
      // Nobody is to read meanwhile what he could not read before.
      const mode = ((existing?.mode ?? 0o666) & 0o666) | 0o600;
      file.#handle = earlier ?? (await open(file.path, NEW, mode));
      if (existing) await file.#handle.chmod(mode);
      file.#mode = existing && existing.mode & 0o7777;
      if (parts) file.#parts = await FinishedParts.open(file.#handle, parts);
    }).catch(async error => {
      await file.abandon({ worthless: true });
      throw error;
    });
    return file;
  }

  /** Whether a part is there. */
  has(part: number): boolean {
    return this.#parts?.has(part) ?? false;
  }

  /** Whether any is. */
  get hasParts(): boolean {
    return (this.#parts?.size ?? 0) > 0;
  }

  /** Writes chunks one after the other, from `position` on. */
  async write(chunks: Buffer[], position: number): Promise<void> {
    await orFail(this.#target, async () => {
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
    await orFail(this.#target, async () => this.#parts?.add(index));
  }

  /** Makes what was written durable and of exactly this size; still under the temporary name. */
  async complete(size: number): Promise<void> {
    await orFail(this.#target, async () => {
      await this.#open.truncate(size);
      if (this.#mode !== undefined) await this.#open.chmod(this.#mode);
      await this.#open.datasync();
      await this.#close();
    });
  }

  /** Lets the file appear under its name; what was kept of an earlier attempt is of no use any more. */
  async publish(): Promise<void> {
    await orFail(this.#target, () => rename(this.path, this.#target));
    const idle = partPath(this.#target);
    if (isOwnFile(await lstat(idle).catch(() => undefined))) await rm(idle, { force: true }).catch(() => {});
  }

  /** After a failure: keeps what a resumed download can use, and removes the rest. */
  async abandon({ worthless }: { worthless: boolean }): Promise<void> {
    const kept = !worthless && this.#handle !== undefined && this.hasParts;
    await this.#close().catch(() => {});
    const idle = partPath(this.#target);
    // What somebody else has put there is left alone.
    const free = kept && isOwnFile(await lstat(idle).catch(() => undefined), { orNone: true });
    const moved =
      free &&
      (await rename(this.path, idle).then(
        () => true,
        () => false,
      ));
    if (!moved) await rm(this.path, { force: true }).catch(() => {});
  }

  /** Takes over what an earlier attempt has left; removes what killed processes have left besides. */
  async #takeEarlier(wanted: boolean): Promise<FileHandle | undefined> {
    let taken: FileHandle | undefined;
    const abandoned = await abandonedParts(dirname(this.#target), shortened(basename(this.#target)));
    for (const path of [...(wanted ? [partPath(this.#target)] : []), ...abandoned]) {
      if (!isOwnFile(await lstat(path).catch(() => undefined))) continue;
      if (wanted && !taken) taken = await this.#take(path);
      else await rm(path, { force: true }).catch(() => {});
    }
    return taken;
  }

  async #take(path: string): Promise<FileHandle | undefined> {
    try {
      await rename(path, this.path);
      const handle = await open(this.path, constants.O_RDWR | NOFOLLOW);
      // What was looked at may have been swapped since.
      if (isOwnFile(await handle.stat())) return handle;
      await handle.close();
      await rm(this.path, { force: true });
      return undefined;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // Another download was faster, or it is not ours to take.
      if (code === 'ENOENT' || code === 'EPERM' || code === 'EACCES') return undefined;
      throw error;
    }
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

/**
 * Whether an earlier download to a file has left parts of it, which the same download with `resume: true` goes on with
 * if the object is still what it was.
 *
 * @param target - path of the file
 */
export async function hasResumablePart(target: string): Promise<boolean> {
  requireText('target', target);
  return isOwnFile(await lstat(partPath(resolve(target))).catch(() => undefined));
}

/** Whether a file is a regular one of this user alone: neither a link, nor reachable under another name. */
function isOwnFile(stats: Stats | undefined, { orNone = false } = {}): boolean {
  if (!stats) return orNone;
  return stats.isFile() && stats.nlink === 1 && stats.uid === (process.getuid?.() ?? stats.uid);
}

/** A device or pipe that a file took the place of would be gone for every program, such as `/dev/null`. */
export function checkReplaceable(target: string, existing: Stats): void {
  if (existing.isFile()) return;
  const what = existing.isDirectory() ? 'a folder' : 'a device or pipe, which takes a stream';
  throw new WcsError('TARGET_FAILED', `cannot write ${target}: it is ${what}`, { operation: 'download' });
}

/** A name beside the target that nothing else has. */
export function temporaryPath(target: string): string {
  return partPath(target, `.${ownedName()}`);
}

function partPath(target: string, owned = ''): string {
  return join(dirname(target), `.${shortened(basename(target))}${owned}.wcs-part`);
}

/** File systems allow 255 bytes in a name, and ours has to hold more than the target's. */
function shortened(name: string): string {
  return Buffer.byteLength(name) <= 190 ? name : createHash('sha256').update(name).digest('hex');
}

/** What the system's codes mean to a user. */
const REASONS: Record<string, string> = {
  EISDIR: 'it is a folder',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'the file would be larger than is allowed here',
};

/** Does what fails with `TARGET_FAILED`. */
export async function orFail<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof WcsError) throw error;
    const { code = '', message } = error as NodeJS.ErrnoException;
    throw new WcsError('TARGET_FAILED', `cannot write ${path}: ${REASONS[code] ?? message}`, {
      operation: 'download',
      cause: error,
    });
  }
}
