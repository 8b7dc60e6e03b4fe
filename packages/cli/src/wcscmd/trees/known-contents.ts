import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CliError } from '../../cli-error.js';
import { ExitCode } from '../../exit-code.js';
import { compareKeys } from './compare-keys.js';
import type { LocalFile } from './local-files.js';

/** A file as it was, and the service's hash of an object with its content. */
type Entry = readonly [path: string, size: number, mtimeMs: number, ctimeMs: number, hash: string];

const EXTENSION = '.known';
/** Entries that are held before they are written to a segment of their own. */
const SEGMENT = 50_000;
/** More segments than these are not kept, even where some of what is in them may still be of use. */
const MOST_SEGMENTS = 32;
/** Of a file that was changed this shortly before, in milliseconds, the next change might leave the same time. */
const UNSETTLED = 2000;

/**
 * Remembers which content the files of a folder have, so that they need not be read again to be compared. An entry
 * counts for as long as size and times of its file stay the same; it is true by itself, whoever wrote it and when.
 *
 * The entries are in segments: files of JSON lines in the order of keys. Files are asked about in that order as well,
 * so that a line of each segment is all that is held.
 */
export class KnownContents implements AsyncDisposable {
  readonly #folder: string;
  readonly #segments: Segment[];
  readonly #opened = Date.now();
  #fresh: Entry[] = [];

  private constructor(folder: string, segments: Segment[]) {
    this.#folder = folder;
    this.#segments = segments;
  }

  /**
   * @param stateFolder - where such memories are
   * @param root - the folder whose files they are of: an absolute path
   */
  static async open(stateFolder: string, root: string): Promise<KnownContents> {
    const name = createHash('sha256').update(root).digest('hex').slice(0, 32);
    const folder = join(stateFolder, name);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const names = (await readdir(folder)).filter(name => name.endsWith(EXTENSION));
    return new KnownContents(
      folder,
      names.map(name => new Segment(join(folder, name))),
    );
  }

  /** The hash of a file's content, if that is known. Files must come in the order of keys. */
  async hashOf({ path, size, mtimeMs, ctimeMs }: LocalFile): Promise<string | undefined> {
    let found: string | undefined;
    for (const segment of this.#segments) {
      const entry = await segment.find(path);
      if (entry?.[1] === size && entry[2] === mtimeMs && entry[3] === ctimeMs) found ??= entry[4];
    }
    return found;
  }

  /**
   * Remembers that a file has the content of an object with this hash.
   *
   * @param file - as it was before its content was read
   */
  async remember({ path, size, mtimeMs, ctimeMs }: LocalFile, hash: string): Promise<void> {
    if (Math.max(mtimeMs, ctimeMs) + UNSETTLED > this.#opened) return;
    this.#fresh.push([path, size, mtimeMs, ctimeMs, hash]);
    if (this.#fresh.length >= SEGMENT) await this.#write();
  }

  /**
   * Writes what was learned.
   *
   * @param whole - whether every file of the folder was asked about, so that nothing else is of use
   */
  async save({ whole }: { whole: boolean }): Promise<void> {
    await this.#write();
    const stale = whole || this.#segments.length > MOST_SEGMENTS ? this.#segments : [];
    await this[Symbol.asyncDispose]();
    await Promise.all(stale.map(({ path }) => rm(path, { force: true })));
  }

  /** Lets go of the files. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#segments.map(segment => segment.close()));
  }

  async #write(): Promise<void> {
    if (this.#fresh.length === 0) return;
    const entries = this.#fresh.sort((a, b) => compareKeys(a[0], b[0]));
    this.#fresh = [];
    const text = entries.map(entry => `${JSON.stringify(entry)}\n`).join('');
    const path = join(this.#folder, `${randomBytes(8).toString('hex')}${EXTENSION}`);
    try {
      await writeFile(path, text, { mode: 0o600, flag: 'wx' });
    } catch (error) {
      await rm(path, { force: true });
      const { message } = error as Error;
      throw new CliError(ExitCode.failed, `cannot write ${path}: ${message}`, { cause: error });
    }
  }
}

/** A file of entries, read from its start to its end. What is damaged in it is as good as not there. */
class Segment {
  readonly path: string;
  readonly #chunks: AsyncIterator<Buffer>;
  #entries: Entry[] = [];
  #next = 0;
  #rest: Buffer = Buffer.alloc(0);
  #ended = false;

  constructor(path: string) {
    this.path = path;
    this.#chunks = createReadStream(path)[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }

  /** The entry of a path; those before it are left behind. */
  async find(path: string): Promise<Entry | undefined> {
    for (;;) {
      const entry = this.#entries[this.#next];
      if (entry) {
        const order = compareKeys(entry[0], path);
        if (order >= 0) return order === 0 ? entry : undefined;
        this.#next++;
      } else if (this.#ended) {
        return undefined;
      } else {
        await this.#read();
      }
    }
  }

  async close(): Promise<void> {
    await this.#chunks.return?.();
  }

  async #read(): Promise<void> {
    // Another run may have tidied it away.
    const chunk = await this.#chunks.next().catch(() => ({ done: true as const, value: undefined }));
    this.#ended = chunk.done === true;
    const bytes = chunk.done ? this.#rest : Buffer.concat([this.#rest, chunk.value]);
    const end = chunk.done ? bytes.length : bytes.lastIndexOf('\n') + 1;
    this.#rest = bytes.subarray(end);
    this.#entries = bytes.toString('utf8', 0, end).split('\n').map(parse).filter(isEntry);
    this.#next = 0;
  }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function isEntry(value: unknown): value is Entry {
  return (
    Array.isArray(value) && value.length === 5 && typeof value[0] === 'string' && typeof value[4] === 'string'
  );
}
