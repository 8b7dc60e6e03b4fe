import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CliError } from '../../cli-error.js';
import { ExitCode } from '../../exit-code.js';

/** Written and read in pieces of about this many characters or bytes. */
const PIECE = 64 * 1024;

/**
 * A queue on the disk: any number of items, which can be read while more are added. They are JSON lines in a file that
 * nobody else can read, and that is gone when the spool is disposed.
 */
export class Spool<T> implements AsyncDisposable, AsyncIterable<T> {
  readonly #folder: string;
  readonly #file: FileHandle;
  #lines: string[] = [];
  #characters = 0;
  /** Bytes in the file. */
  #written = 0;
  /** The last write that was begun. */
  #last: Promise<void> = Promise.resolve();
  #end: { error?: unknown } | undefined;
  #wake: () => void = () => {};
  /** Items so far. */
  count = 0;

  private constructor(folder: string, file: FileHandle) {
    this.#folder = folder;
    this.#file = file;
  }

  static async create<T>(): Promise<Spool<T>> {
    const folder = await mkdtemp(join(tmpdir(), 'wcscmd-'));
    try {
      return new Spool<T>(folder, await open(join(folder, 'spool'), 'wx+', 0o600));
    } finally {
      // An open file needs no name, so that nothing is left even of a process that is killed. Windows removes it later.
      await rm(folder, { recursive: true, force: true }).catch(() => {});
    }
  }

  async add(item: T): Promise<void> {
    const line = `${JSON.stringify(item)}\n`;
    this.#lines.push(line);
    this.#characters += line.length;
    this.count++;
    if (this.#characters >= PIECE) await this.#flush();
    this.#wake();
  }

  /**
   * No more items come.
   *
   * @param failure - what the reader fails with
   */
  end(failure?: { error: unknown }): void {
    this.#end ??= failure ?? {};
    this.#wake();
  }

  /** All items in their order; waits for those that are still to come. For one reader. */
  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    let position = 0;
    let rest = Buffer.alloc(0);
    for (;;) {
      if (this.#end?.error !== undefined) throw this.#end.error;
      if (position === this.#written) {
        if (this.#lines.length > 0) await this.#flush();
        else if (this.#end) {
          await this.#last;
          if (position === this.#written) return;
        } else {
          await new Promise<void>(resolve => {
            this.#wake = resolve;
          });
        }
        continue;
      }
      const piece = Buffer.alloc(Math.min(PIECE, this.#written - position));
      const { bytesRead } = await this.#file.read(piece, 0, piece.length, position);
      position += bytesRead;
      const bytes = Buffer.concat([rest, piece.subarray(0, bytesRead)]);
      const end = bytes.lastIndexOf('\n') + 1;
      rest = bytes.subarray(end);
      for (const line of bytes.toString('utf8', 0, end).split('\n')) if (line !== '') yield JSON.parse(line);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close();
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** Writes what is held. Positions are taken at once, so that calls may overlap. */
  async #flush(): Promise<void> {
    const bytes = Buffer.from(this.#lines.join(''));
    this.#lines = [];
    this.#characters = 0;
    await this.#write(bytes);
  }

  async #write(bytes: Buffer): Promise<void> {
    this.#last = this.#last.then(async () => {
      await this.#file.appendFile(bytes).catch(error => {
        throw new CliError(ExitCode.failed, `cannot write below ${tmpdir()}: ${error.message}`, {
          cause: error,
        });
      });
      this.#written += bytes.length;
      this.#wake();
    });
    await this.#last;
  }
}
