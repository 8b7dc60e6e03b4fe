import { constants, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { WcsError } from './errors.js';

/** What is not there any more is not made again: it would be entries without a header. Nor is a link followed. */
const APPEND = constants.O_WRONLY | constants.O_APPEND | (constants.O_NOFOLLOW ?? 0);

/** Long enough for any header line: a path has at most 4,096 bytes. */
const HEADER_LENGTH = 32_768;

/**
 * A file of JSON lines: a header, then entries that are only ever added. A line that was cut off by a crash
 * reads as `undefined`, so the file is of use at every instant.
 */
export class Journal {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  /** Begins the journal, in place of any other of its name. */
  async create(header: unknown): Promise<void> {
    const temporary = `${this.#file}.${process.pid}`;
    await rm(temporary, { force: true }).catch(failed('remove', temporary));
    await writeFile(temporary, `${JSON.stringify(header)}\n`, { mode: 0o600, flag: 'wx' }).catch(
      failed('write', temporary),
    );
    await rename(temporary, this.#file).catch(failed('write', this.#file));
  }

  async append(entry: unknown): Promise<void> {
    // The newline goes first as well: it ends a line that an earlier process was killed in.
    await writeFile(this.#file, `\n${JSON.stringify(entry)}\n`, { flag: APPEND }).catch(
      failed('write', this.#file),
    );
  }

  async remove(): Promise<void> {
    await rm(this.#file, { force: true }).catch(failed('remove', this.#file));
  }

  /** The header and all entries; `[]` if there is no such file. */
  async read(): Promise<unknown[]> {
    const text = await readFile(this.#file, 'utf8').catch(error => {
      return error.code === 'ENOENT' ? '' : failed('read', this.#file)(error);
    });
    return text
      .split('\n')
      .filter(line => line !== '')
      .map(parseLine);
  }

  /** The header alone; `undefined` if there is none. */
  async readHeader(): Promise<unknown> {
    const handle = await open(this.#file).catch(() => undefined);
    if (!handle) return undefined;
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEADER_LENGTH), 0, HEADER_LENGTH, 0);
      return parseLine(buffer.toString('utf8', 0, bytesRead).split('\n', 1)[0] ?? '');
    } finally {
      await handle.close();
    }
  }
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function failed(action: 'read' | 'write' | 'remove', file: string): (error: Error) => never {
  return error => {
    const code = action === 'read' ? 'CONFIG' : 'TARGET_FAILED';
    throw new WcsError(code, `cannot ${action} the record ${file}: ${error.message}`, { cause: error });
  };
}
