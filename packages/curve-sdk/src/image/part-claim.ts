import { randomBytes } from 'node:crypto';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';

/** Who has a claim. */
interface Holder {
  readonly host: string;
  readonly pid: number;
  /** When the process began, as its system tells it; ids of processes are used again. */
  readonly began?: string | undefined;
}

/** Claims of this process. One that bears its id and is not among them is of an earlier process of the same id. */
const held = new Set<string>();

/** The sole right to write a file, whoever else wants to: `PATH.lock`, which names its holder, for as long as it is held. */
export class PartClaim {
  readonly #lock: string;

  private constructor(lock: string) {
    this.#lock = lock;
  }

  /**
   * @param path - the file
   * @throws Error if somebody else has it, or may have it
   */
  static async take(path: string): Promise<PartClaim> {
    const lock = `${path}.lock`;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      if (await begin(lock)) {
        held.add(lock);
        return new PartClaim(lock);
      }
      const content = await readFile(lock, 'utf8').catch(() => undefined);
      if (content === undefined) continue;
      const holder = holderOf(content);
      if (await isHeld(lock, holder)) throw taken(lock, holder);
      await removeStale(lock, content);
    }
    throw taken(lock, undefined);
  }

  async release(): Promise<void> {
    held.delete(this.#lock);
    await rm(this.#lock, { force: true });
  }
}

const ATTEMPTS = 10;

/** Makes the lock, with its content at once; false if it is there. */
async function begin(lock: string): Promise<boolean> {
  const own = `${lock}.${randomBytes(6).toString('hex')}`;
  const holder: Holder = { host: hostname(), pid: process.pid, began: await beginningOf(process.pid) };
  const write = (path: string) => writeFile(path, JSON.stringify(holder), { mode: 0o600, flag: 'wx' });
  const isThere = (error: NodeJS.ErrnoException) => error.code === 'EEXIST';
  await write(own);
  try {
    await link(own, lock).catch(error => {
      if (isThere(error)) throw error;
      // Not every file system has links.
      return write(lock);
    });
    return true;
  } catch (error) {
    if (isThere(error as NodeJS.ErrnoException)) return false;
    throw error;
  } finally {
    await rm(own, { force: true });
  }
}

function holderOf(content: string): Holder | undefined {
  try {
    const { host, pid, began } = JSON.parse(content) as Holder;
    return typeof host === 'string' && Number.isSafeInteger(pid) && pid > 0
      ? { host, pid, began }
      : undefined;
  } catch {
    return undefined;
  }
}

/** Of another host nobody here can say whether it is alive, and what has no holder is none of ours. */
async function isHeld(lock: string, holder: Holder | undefined): Promise<boolean> {
  if (holder === undefined || holder.host !== hostname()) return true;
  if (holder.pid === process.pid) return held.has(lock);
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return holder.began === (await beginningOf(holder.pid));
}

/** Takes away what a process that is no more has left; puts back what another one has made in the meantime. */
async function removeStale(lock: string, content: string): Promise<void> {
  const aside = `${lock}.${randomBytes(6).toString('hex')}`;
  try {
    await rename(lock, aside);
    if ((await readFile(aside, 'utf8')) !== content) await link(aside, lock).catch(() => {});
    await rm(aside, { force: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

/** The 22nd field of its status, where the system has such a file; the second is a name, which may hold anything. */
async function beginningOf(pid: number): Promise<string | undefined> {
  const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return status.slice(status.lastIndexOf(')') + 2).split(' ')[19];
}

function taken(lock: string, holder: Holder | undefined): Error {
  const who = holder === undefined ? 'somebody else' : `process ${holder.pid} of ${holder.host}`;
  return new Error(`${who} writes to it; if that is no export any more, remove ${lock}`);
}
