import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { MountPoint } from '@curve-wcs/curve-sdk';

/** What a server that has a volume attached leaves on its machine. */
interface Attachment {
  /** The process. */
  readonly pid: number;
  /** When that process started, as the system counts; tells it from a later one of the same number. */
  readonly started: string;
  /** How the cluster knows it, and those before it that were killed and are not forgotten yet. */
  readonly mounts: readonly MountPoint[];
}

/**
 * Who on this machine had a volume attached last. The cluster keeps the mount records of servers that were killed for
 * most of a minute; by this record their successor knows that they are no more.
 */
export class AttachmentRecord {
  readonly #path: string;
  readonly #folder: string;

  constructor(folder: string, clusterId: string, volumeId: bigint) {
    const name = createHash('sha256').update(`${clusterId}\n${volumeId}`).digest('hex').slice(0, 32);
    this.#folder = folder;
    this.#path = join(folder, `nbd-${name}.json`);
  }

  /** The mount records of servers that have ended without closing; none if the last is another process, and runs. */
  async stale(): Promise<readonly MountPoint[]> {
    const last = await this.#read();
    if (last === undefined) return [];
    const isRunning = last.pid !== process.pid && (await startOf(last.pid)) === last.started;
    return isRunning ? [] : last.mounts;
  }

  /**
   * Notes what mount records there are that this process knows to be its own or stale.
   *
   * @param mounts - none, and there is nothing to note
   */
  async write(mounts: readonly MountPoint[]): Promise<void> {
    if (mounts.length === 0) return rm(this.#path, { force: true });
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const { pid } = process;
    const attachment: Attachment = { pid, started: (await startOf(pid)) ?? '', mounts };
    const temporary = `${this.#path}.${pid}`;
    await writeFile(temporary, JSON.stringify(attachment), { mode: 0o600 });
    await rename(temporary, this.#path);
  }

  async #read(): Promise<Attachment | undefined> {
    try {
      const { pid, started, mounts } = JSON.parse(await readFile(this.#path, 'utf8'));
      const isWhole =
        typeof pid === 'number' &&
        typeof started === 'string' &&
        Array.isArray(mounts) &&
        mounts.every(mount => typeof mount?.ip === 'string' && typeof mount.port === 'number');
      return isWhole ? { pid, started, mounts } : undefined;
    } catch {
      return undefined;
    }
  }
}

/** When a process started; undefined if there is none of this number. */
async function startOf(pid: number): Promise<string | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The name in parentheses may hold anything; field 22 is the start.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return isAlive(pid) ? 'alive' : undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
