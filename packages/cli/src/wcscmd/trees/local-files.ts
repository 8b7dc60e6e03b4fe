import type { Dirent } from 'node:fs';
import { lstat, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CliError } from '../../cli-error.js';
import { ExitCode } from '../../exit-code.js';
import { compareKeys } from './compare-keys.js';
import { isUnfinishedDownload } from './file-path.js';
import type { PathFilter } from './path-filter.js';

/** A regular file of a local tree. */
export interface LocalFile {
  /** Path below the root, with `/`. */
  path: string;
  /** Size in bytes. */
  size: number;
  /** When its content was changed last, in milliseconds. */
  mtimeMs: number;
  /** When anything of it was changed last, in milliseconds. */
  ctimeMs: number;
}

/** How a local tree is walked. */
export interface LocalFilesOptions {
  filter: PathFilter;
  signal: AbortSignal;
  /** Takes what is neither file nor folder: it is passed over. */
  onPassedOver(path: string, why: string): void;
  /** Takes files that downloads have left, or have not yet finished. */
  onUnfinished?(path: string): Promise<void>;
  /** Takes what cannot be read; the walk goes on. */
  onFailure(path: string, error: Error): void;
}

/** Files that are asked about at the same time. */
const BATCH = 64;

interface Entry {
  path: string;
  isFolder: boolean;
  /** Where it comes in the order of keys: a folder's are its files' keys. */
  order: string;
  file?: LocalFile;
}

/** A folder on the way from the root to the current file. */
interface Level {
  entries: Entry[];
  next: number;
  /** Entries before this one have been asked about. */
  asked: number;
}

/**
 * The files below a folder in the order of their keys, hidden ones included. Symbolic links are not followed. Of the
 * names, those of the folders on the way to the current file are held.
 *
 * @throws CliError in the end if the folder was moved or unmounted meanwhile
 */
export async function* localFiles(
  root: string,
  options: LocalFilesOptions,
): AsyncGenerator<LocalFile, void, undefined> {
  const device = await deviceOf(root);
  const levels: Level[] = [await levelOf(root, '', options)];
  for (let level = levels.at(-1); level; level = levels.at(-1)) {
    options.signal.throwIfAborted();
    const entry = level.entries[level.next];
    if (!entry) {
      levels.pop();
    } else if (entry.isFolder) {
      level.next++;
      levels.push(await levelOf(root, entry.path, options));
    } else {
      if (level.next >= level.asked) await ask(root, level, options);
      level.next++;
      if (entry.file) yield entry.file;
    }
  }
  // What it had would seem to be gone, one by one.
  if ((await deviceOf(root)) !== device) {
    throw new CliError(ExitCode.failed, `${root} was moved or unmounted while it was read`);
  }
}

/** The file system that a folder is on; undefined if it cannot be found. */
async function deviceOf(path: string): Promise<number | undefined> {
  return stat(path).then(
    ({ dev }) => dev,
    () => undefined,
  );
}

async function levelOf(root: string, folder: string, options: LocalFilesOptions): Promise<Level> {
  const entries: Entry[] = [];
  try {
    for (const dirent of await readdir(join(root, folder), { withFileTypes: true })) {
      const entry = await entryOf(root, folder, dirent, options);
      if (entry) entries.push(entry);
    }
  } catch (error) {
    // The root must be there; what is gone below it is gone.
    if (folder === '') throw error;
    const failure = await failureOf(root, folder, error);
    if (failure) options.onFailure(folder, failure);
  }
  entries.sort((a, b) => compareKeys(a.order, b.order));
  return { entries, next: 0, asked: 0 };
}

async function entryOf(
  root: string,
  folder: string,
  dirent: Dirent,
  { filter, onPassedOver, onUnfinished }: LocalFilesOptions,
): Promise<Entry | undefined> {
  const path = folder === '' ? dirent.name : `${folder}/${dirent.name}`;
  const kind = kindOf(dirent) ?? kindOf(await lstat(join(root, path)));
  if (kind === 'folder')
    return filter.excludesFolder(path) ? undefined : { path, isFolder: true, order: `${path}/` };
  if (!filter.takes(path)) return undefined;
  if (isUnfinishedDownload(path)) {
    if (kind === 'file') await onUnfinished?.(path);
    return undefined;
  }
  if (kind === 'file') return { path, isFolder: false, order: path };
  onPassedOver(path, kind === 'link' ? 'a symbolic link' : 'neither file nor folder');
  return undefined;
}

/** Undefined where the file system does not say. */
function kindOf(
  entry: Pick<
    Dirent,
    | 'isFile'
    | 'isDirectory'
    | 'isSymbolicLink'
    | 'isFIFO'
    | 'isSocket'
    | 'isBlockDevice'
    | 'isCharacterDevice'
  >,
): 'file' | 'folder' | 'link' | 'special' | undefined {
  if (entry.isFile()) return 'file';
  if (entry.isDirectory()) return 'folder';
  if (entry.isSymbolicLink()) return 'link';
  const special = entry.isFIFO() || entry.isSocket() || entry.isBlockDevice() || entry.isCharacterDevice();
  return special ? 'special' : undefined;
}

/** Asks for size and times of the next files of a folder. */
async function ask(root: string, level: Level, options: LocalFilesOptions): Promise<void> {
  const batch = level.entries.slice(level.next, level.next + BATCH);
  level.asked = level.next + batch.length;
  const ofOne = async (entry: Entry) => {
    const { path, isFolder } = entry;
    if (isFolder) return;
    try {
      const stats = await lstat(join(root, path));
      const { size, mtimeMs, ctimeMs } = stats;
      if (stats.isFile()) entry.file = { path, size, mtimeMs, ctimeMs };
    } catch (error) {
      const failure = await failureOf(root, path, error);
      if (failure) options.onFailure(path, failure);
    }
  };
  await Promise.all(batch.map(ofOne));
}

/** Why a file or folder could not be looked at; undefined if it is gone, which is no failure. */
async function failureOf(root: string, path: string, error: unknown): Promise<Error | undefined> {
  if (!isMissing(error)) return error as Error;
  // A name that is no UTF-8 comes with U+FFFD in it, and is not found again by that.
  if (path.includes('\ufffd')) return new Error('its name is not UTF-8');
  // Some file systems have each file of a folder looked at for its kind: it may be one of those that is gone.
  const isThere = await lstat(join(root, path)).then(
    () => true,
    () => false,
  );
  return isThere ? (error as Error) : undefined;
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
