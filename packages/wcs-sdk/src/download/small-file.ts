import { chmod, mkdir, rename, rm, statSync, writeFile } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { checkReplaceable, orFail, temporaryPath } from './part-file.js';

// Callbacks rather than node:fs/promises, whose file handles cost more than writing a small file.
const [write, move, remove] = [promisify(writeFile), promisify(rename), promisify(rm)];

/**
 * Writes a small file beside the target and renames it, so that it appears whole. It is left to the system when it goes
 * to the disk: forcing each of many small files there takes longer than fetching it again.
 */
export async function writeSmallFile(
  target: string,
  content: Buffer,
  { makeFolders }: { makeFolders: boolean },
): Promise<void> {
  const path = temporaryPath(target);
  try {
    await orFail(target, async () => {
      // Takes a few microseconds, and several times that by way of the thread pool.
      const existing = statSync(target, { throwIfNoEntry: false });
      if (existing) checkReplaceable(target, existing);
      const options = { flag: 'wx', mode: existing ? existing.mode & 0o666 : 0o666 };
      await write(path, content, options).catch(async error => {
        if (error.code !== 'ENOENT' || !makeFolders) throw error;
        await promisify(mkdir)(dirname(target), { recursive: true });
        await write(path, content, options);
      });
      // The mask of the process counts for new files only.
      if (existing) await promisify(chmod)(path, existing.mode & 0o7777);
      await move(path, target);
    });
  } catch (error) {
    await remove(path, { force: true }).catch(() => {});
    throw error;
  }
}
