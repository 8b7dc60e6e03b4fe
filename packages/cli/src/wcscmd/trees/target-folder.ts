import { randomBytes } from 'node:crypto';
import { lstat, mkdir, readdir, rm, rmdir, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CliError } from '../../cli-error.js';
import { ExitCode } from '../../exit-code.js';

/** A file or folder stands where the other is needed. */
export class InTheWay extends Error {}

/**
 * A folder that files are written to and deleted from. Nothing leads out of it: what is on the way to a file must be
 * a real folder, and never a symbolic link.
 */
export class TargetFolder {
  /** Absolute path. */
  readonly root: string;
  readonly #names: FoldedNames | undefined;

  /** @param foldsCase - whether names that differ only by case are one to the file system */
  constructor(root: string, { foldsCase }: { foldsCase: boolean }) {
    this.root = root;
    this.#names = foldsCase ? new FoldedNames(root) : undefined;
  }

  /**
   * Makes the folder if need be, and finds out what its file system does with names.
   *
   * @throws CliError if nothing can be written there
   */
  static async open(root: string): Promise<TargetFolder> {
    try {
      await mkdir(root, { recursive: true });
      return new TargetFolder(root, { foldsCase: await foldsCase(root) });
    } catch (error) {
      const { message } = error as Error;
      throw new CliError(ExitCode.failed, `cannot write to ${root}: ${message}`, { cause: error });
    }
  }

  /**
   * Makes a place for a file: the folders that it is in.
   *
   * @returns its absolute path
   * @throws InTheWay if a file or a folder is where the other must be; Error if a link is
   */
  async prepare(path: string): Promise<string> {
    await this.#names?.claim(path);
    const segments = path.split('/');
    let place = this.root;
    for (const [index, segment] of segments.entries()) {
      place = join(place, segment);
      const last = index === segments.length - 1;
      const kind = await kindOf(place);
      if (kind === 'link') throw new Error(`${place} is a symbolic link, which is not followed`);
      if (kind === 'special') throw new Error(`${place} is neither file nor folder`);
      if (last && kind === 'folder') throw new InTheWay(`${place} is a folder`);
      if (!last && kind === 'file') throw new InTheWay(`${place} is a file, not a folder`);
      // Another download may make it at the same time; what is there then is looked at again.
      if (!last && kind === undefined) {
        const made = await mkdir(place).then(
          () => true,
          error => (error.code === 'EEXIST' ? false : Promise.reject(error)),
        );
        if (!made && (await kindOf(place)) !== 'folder') throw new InTheWay(`${place} is no folder`);
      }
    }
    return place;
  }

  /**
   * Deletes a file, and the folders that are empty then.
   *
   * @throws Error if a link is on the way
   */
  async delete(path: string): Promise<void> {
    const segments = path.split('/');
    const folders = segments.map((_, index) => join(this.root, ...segments.slice(0, index)));
    for (const folder of folders.slice(1)) {
      const kind = await kindOf(folder);
      if (kind === undefined) return;
      if (kind !== 'folder') throw new Error(`${folder} is not a folder any more`);
    }
    await unlink(join(this.root, path)).catch(error => {
      if (error.code !== 'ENOENT') throw error;
    });
    for (const folder of folders.slice(1).reverse()) {
      const removed = await rmdir(folder).then(
        () => true,
        () => false,
      );
      if (!removed) return;
    }
  }
}

async function kindOf(path: string): Promise<'file' | 'folder' | 'link' | 'special' | undefined> {
  try {
    const stats = await lstat(path);
    if (stats.isSymbolicLink()) return 'link';
    if (stats.isDirectory()) return 'folder';
    return stats.isFile() ? 'file' : 'special';
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Whether a file can be found by its name in another case. */
async function foldsCase(folder: string): Promise<boolean> {
  const name = `.case-${randomBytes(6).toString('hex')}.wcs-part`;
  await writeFile(join(folder, name), '', { flag: 'wx' });
  try {
    return (await kindOf(join(folder, name.toUpperCase()))) !== undefined;
  } finally {
    await rm(join(folder, name), { force: true });
  }
}

/** Folders whose names are held at the same time. */
const HELD = 64;

/** The names in a folder, where some that differ are the same to the file system. */
class FoldedNames {
  readonly #root: string;
  /** By folder: its names, by what the file system makes of them. The folder used last is the last. */
  readonly #folders = new Map<string, Map<string, string>>();

  constructor(root: string) {
    this.#root = root;
  }

  /** @throws Error if one of the names on the way to a file is there already, written otherwise */
  async claim(path: string): Promise<void> {
    const segments = path.split('/');
    for (const [index, segment] of segments.entries()) {
      const names = await this.#namesIn(segments.slice(0, index).join('/'));
      const folded = segment.normalize('NFC').toLowerCase();
      const other = names.get(folded);
      if (other !== undefined && other !== segment) {
        throw new Error(
          `${JSON.stringify(segment)} is ${JSON.stringify(other)} to this file system, which is there`,
        );
      }
      names.set(folded, segment);
    }
  }

  async #namesIn(folder: string): Promise<Map<string, string>> {
    let names = this.#folders.get(folder);
    if (!names) {
      const found = await readdir(join(this.#root, folder)).catch(() => []);
      names =
        this.#folders.get(folder) ?? new Map(found.map(name => [name.normalize('NFC').toLowerCase(), name]));
    }
    this.#folders.delete(folder);
    this.#folders.set(folder, names);
    const [oldest] = this.#folders.keys();
    if (this.#folders.size > HELD && oldest !== undefined) this.#folders.delete(oldest);
    return names;
  }
}
