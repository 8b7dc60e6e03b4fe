import { createHash } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CliError } from '../../cli-error.js';
import type { CliIo } from '../../cli-io.js';
import { ExitCode } from '../../exit-code.js';
import { FolderLock } from '../../folder-lock.js';
import { stateFolder } from '../../state-folder.js';

/** How far an import or export has got, and between what. */
export interface TransferRecord {
  version: 1;
  /** Id of the cluster. */
  cluster: string;
  /** Path of the volume. */
  volume: string;
  /** Its id, in decimal. */
  volumeId: string;
  /** Absolute path of the file. */
  file: string;
  /** Bytes of the file that is imported. */
  size?: number;
  /** When that was changed last, in milliseconds. */
  mtimeMs?: number;
  /** What comes before this byte is done, and acknowledged. */
  position: number;
}

/**
 * The record of an unfinished transfer. There is one for each target, so that of two transfers to the same target only
 * the last can be gone on with.
 */
export class RecordFile {
  readonly #folder: string;
  readonly #path: string;
  readonly #target: readonly string[];

  /**
   * @param env - `XDG_STATE_HOME` and `HOME` say where records are
   * @param target - what tells the target from all others
   */
  constructor(env: CliIo['env'], target: readonly string[]) {
    const name = createHash('sha256').update(JSON.stringify(target)).digest('hex').slice(0, 32);
    this.#target = target;
    this.#folder = stateFolder(env, 'transfers');
    this.#path = join(this.#folder, `${name}.json`);
  }

  /**
   * Keeps others from the target until it is disposed: what two write at once is neither's. Where nothing can be written
   * down there is no lock.
   *
   * @throws CliError if somebody else is at it
   */
  async lock(): Promise<AsyncDisposable | undefined> {
    return FolderLock.acquire(this.#folder, this.#target).catch(error => {
      if (error instanceof CliError) throw error;
      return undefined;
    });
  }

  /** @throws CliError if there is a record that cannot be read */
  async load(): Promise<TransferRecord | undefined> {
    try {
      const record = JSON.parse(await readFile(this.#path, 'utf8')) as TransferRecord;
      if (record.version === 1 && Number.isSafeInteger(record.position)) return record;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw this.#damaged(error);
    }
    throw this.#damaged();
  }

  /** Replaces the record as a whole: whenever the process ends, the old one or the new one is there. */
  async save(record: TransferRecord): Promise<void> {
    const temporary = `${this.#path}.${process.pid}.tmp`;
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    await rm(temporary, { force: true });
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(`${JSON.stringify(record)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, this.#path);
  }

  async remove(): Promise<void> {
    await rm(this.#path, { force: true });
  }

  #damaged(cause?: unknown): CliError {
    return new CliError(ExitCode.failed, `the record ${this.#path} cannot be read`, {
      hint: BEGIN_ANEW,
      cause,
    });
  }
}

/** What helps when a transfer cannot be gone on with. */
export const BEGIN_ANEW = 'begin anew without --resume';

/** A transfer cannot be gone on with. */
export function cannotResume(reason: string): CliError {
  return new CliError(ExitCode.failed, `cannot resume: ${reason}`, { hint: BEGIN_ANEW });
}
