import { createHash, randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CliError } from './cli-error.js';
import { ExitCode } from './exit-code.js';

/** Locks of this process. One that bears its id and is not among them is of an earlier process of the same id. */
const held = new Set<string>();

/** Keeps others of this user's processes from doing the same at the same time, until it is disposed. */
export class FolderLock implements AsyncDisposable {
  readonly #path: string;

  private constructor(path: string) {
    this.#path = path;
  }

  /**
   * @param folder - where locks are
   * @param subject - what must not be worked on twice
   * @throws CliError if somebody else has it
   */
  static async acquire(folder: string, subject: readonly string[]): Promise<FolderLock> {
    const name = createHash('sha256').update(JSON.stringify(subject)).digest('hex').slice(0, 32);
    const path = join(folder, `${name}.lock`);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    for (let attempt = 0; attempt < 10; attempt++) {
      if (await begin(path)) {
        held.add(path);
        return new FolderLock(path);
      }
      const content = await readFile(path, 'utf8').catch(() => '');
      const owner = Number(content);
      if (owner === process.pid ? held.has(path) : isAlive(owner)) throw taken(owner, path);
      await removeStale(path, content);
    }
    throw taken(undefined, path);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#path, { force: true });
    held.delete(this.#path);
  }
}

/** Makes the lock, with its content at once; false if it is there. */
async function begin(path: string): Promise<boolean> {
  const own = `${path}.${randomBytes(6).toString('hex')}`;
  await writeFile(own, String(process.pid), { mode: 0o600, flag: 'wx' });
  try {
    await link(own, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(own, { force: true });
  }
}

/** Takes away what a process that is no more has left; puts back what another one has made in the meantime. */
async function removeStale(path: string, content: string): Promise<void> {
  const aside = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    await rename(path, aside);
    if ((await readFile(aside, 'utf8')) !== content) await link(aside, path).catch(() => {});
    await rm(aside, { force: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

function isAlive(pid: number): boolean {
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function taken(owner: number | undefined, path: string): CliError {
  const who = owner === undefined ? 'another process' : `process ${owner}`;
  return new CliError(ExitCode.failed, `${who} works on the same files: nothing was done`, {
    hint: `if it has nothing to do with this command, remove ${path}`,
  });
}
