import { mkdir, readdir, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { invalidArgument, WcsError } from '../errors.js';
import { Journal } from '../journal.js';
import { readPythonRecord, removePythonRecord } from './python-record.js';
import type { FileIdentity } from './source.js';

/** What a block upload must still be, for its finished blocks to be of use. */
export interface UploadRecordHeader {
  /** The upload's id: 32 letters and digits, sent as `UploadBatch`. */
  uploadId: string;
  /** The file that is uploaded. */
  source: FileIdentity;
  /** `bucket:key`. */
  scope: string;
  /** Block size in bytes. */
  blockSize: number;
  /** When the upload began: milliseconds since the epoch. */
  created: number;
}

/** A block that the service has. */
export interface FinishedBlock {
  /** Block index, from 0. */
  index: number;
  /** The context that mkfile needs. */
  ctx: string;
  /** SHA-1 of each 4 MiB of the block, in hex; absent where checksums were off. */
  sha1?: string[];
  /**
   * True for a block of another client's record, which has no checksums: the object's final hash must prove that the
   * service has what is in the file.
   */
  unproven?: boolean;
}

/** The state of an unfinished block upload. */
export interface UploadRecord extends UploadRecordHeader {
  /** Finished blocks by index. */
  blocks: Map<number, FinishedBlock>;
  /** True for the record of another client: the store has none of its own yet. */
  foreign?: boolean;
}

/** What {@link UploadRecordStore.find} is asked for. */
export interface UploadQuery {
  /** The upload's id, where the caller has named it. */
  uploadId?: string;
  /** Absolute path of the file. */
  path: string;
  /** `bucket:key`. */
  scope: string;
  /** The file's size in bytes, now. */
  size?: number;
  /** The file's modification time in milliseconds, now. */
  mtimeMs?: number;
  /** Block size in bytes that is wanted. */
  blockSize?: number;
}

/**
 * Where unfinished uploads are remembered. Implement it to keep them elsewhere, such as in a database.
 * Calls for one upload never overlap.
 */
export interface UploadRecordStore {
  /**
   * Finds an unfinished upload: by its id where one is given, else the newest for this file and scope.
   */
  find(wanted: UploadQuery): Promise<UploadRecord | undefined>;
  /** Begins a record. */
  create(header: UploadRecordHeader): Promise<void>;
  /** Adds a finished block to a record. */
  append(uploadId: string, block: FinishedBlock): Promise<void>;
  /** Forgets an upload. */
  remove(uploadId: string): Promise<void>;
}

/** The service purges blocks that were never merged after about a month (wcs-api §2.4). */
const BLOCKS_LIVE = 30 * 24 * 3600_000;

/**
 * Keeps each unfinished upload in a file of its own: a header, then a line for each finished block. A line
 * that was cut off by a crash is ignored, so a record is valid at every instant. Mode 0600 in a folder 0700.
 *
 * An upload that is named by its id may also have been begun by an official Python client with the same record folder.
 */
export class FileUploadRecordStore implements UploadRecordStore {
  /** The folder of the records. */
  readonly folder: string;

  /** @param folder - default: `curve-wcs/uploads` in the user's cache folder */
  constructor(folder: string = defaultFolder()) {
    this.folder = folder;
  }

  async find(wanted: UploadQuery): Promise<UploadRecord | undefined> {
    const uploadId = wanted.uploadId ?? (await this.#newestFor(wanted));
    if (uploadId === undefined) return undefined;
    return (await this.#read(uploadId)) ?? readPythonRecord(this.folder, uploadId, wanted);
  }

  async create(header: UploadRecordHeader): Promise<void> {
    await this.#makeFolder();
    await this.#journal(header.uploadId).create({ version: 1, ...header });
  }

  async append(uploadId: string, block: FinishedBlock): Promise<void> {
    await this.#journal(uploadId).append(block);
  }

  async remove(uploadId: string): Promise<void> {
    await this.#journal(uploadId).remove();
    await removePythonRecord(this.folder, uploadId);
  }

  #journal(uploadId: string): Journal {
    if (!/^[A-Za-z0-9_-]{1,128}$/.test(uploadId))
      throw invalidArgument('uploadId', 'letters and digits', uploadId);
    return new Journal(join(this.folder, `${uploadId}${EXTENSION}`));
  }

  async #makeFolder(): Promise<void> {
    const { uid } = await mkdir(this.folder, { recursive: true, mode: 0o700 })
      .then(() => stat(this.folder))
      .catch(error => {
        const message = `cannot make the folder for upload records, ${this.folder}: ${error.message}`;
        throw new WcsError('TARGET_FAILED', message, { cause: error });
      });
    const self = process.getuid?.() ?? uid;
    // In a shared place such as /tmp somebody else may have made the folder, to read or swap records.
    if (uid !== self && self !== 0) {
      throw new WcsError('CONFIG', `the folder for upload records, ${this.folder}, belongs to another user`);
    }
  }

  /** The id of the newest upload of this file to this scope; removes records that are too old to be of use. */
  async #newestFor({ path, scope }: { path: string; scope: string }): Promise<string | undefined> {
    const names = await readdir(this.folder).catch(emptyIfMissing);
    let newest: UploadRecordHeader | undefined;
    for (const name of names.filter(name => name.endsWith(EXTENSION))) {
      const header = await new Journal(join(this.folder, name)).readHeader();
      if (!isHeader(header)) continue;
      if (Date.now() - header.created > BLOCKS_LIVE) await this.remove(header.uploadId).catch(() => {});
      else if (
        header.source.path === path &&
        header.scope === scope &&
        header.created > (newest?.created ?? 0)
      ) {
        newest = header;
      }
    }
    return newest?.uploadId;
  }

  async #read(uploadId: string): Promise<UploadRecord | undefined> {
    const [header, ...lines] = await this.#journal(uploadId).read();
    if (!isHeader(header)) return undefined;
    return { ...header, blocks: new Map(lines.filter(isBlock).map(block => [block.index, block])) };
  }
}

const EXTENSION = '.upload';

function defaultFolder(): string {
  return join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'curve-wcs', 'uploads');
}

function isHeader(value: unknown): value is UploadRecordHeader {
  const header = value as Partial<UploadRecordHeader> | null | undefined;
  return (
    typeof header?.uploadId === 'string' &&
    typeof header.scope === 'string' &&
    typeof header.blockSize === 'number' &&
    typeof header.created === 'number' &&
    typeof header.source?.path === 'string' &&
    typeof header.source.size === 'number' &&
    typeof header.source.mtimeMs === 'number'
  );
}

function isBlock(value: unknown): value is FinishedBlock {
  const block = value as Partial<FinishedBlock> | null | undefined;
  return (
    Number.isSafeInteger(block?.index) &&
    typeof block?.ctx === 'string' &&
    (block.sha1 === undefined ||
      (Array.isArray(block.sha1) && block.sha1.every(digest => /^[0-9a-f]{40}$/.test(digest))))
  );
}

function emptyIfMissing(error: NodeJS.ErrnoException): string[] {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
  throw new WcsError('CONFIG', `cannot read the folder for upload records: ${error.message}`, {
    cause: error,
  });
}
