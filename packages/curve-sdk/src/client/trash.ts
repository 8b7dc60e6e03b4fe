import type { NativeFileInfo } from '@curve-wcs/curve-native';
import type { CallOptions } from '../call-options.js';
import { checkNewPath, checkPath, invalid } from '../checks.js';
import type { Connection } from './connection.js';
import { type FileInfo, fileInfo, pathIn } from './file-info.js';

const BIN = '/RecycleBin';

/** A volume in the recycle bin; `path` is where it is now. */
export interface TrashEntry extends FileInfo {
  /** Where it was. */
  readonly originalPath: string;
  /** When it was removed, by the MDS's clock; not known of a volume that a rename replaced. */
  readonly deletedAt?: Date;
}

/** How {@link Trash.restore} is done. */
export interface RestoreOptions extends CallOptions {
  /**
   * Id of the volume, where several were at the path.
   *
   * @default that of the entry; with a path, the volume created last of those that were there
   */
  readonly id?: bigint | undefined;
  /**
   * Where it goes; with a path, this takes an `id`.
   *
   * @default where it was
   */
  readonly to?: string | undefined;
}

/**
 * The recycle bin, where removed volumes stay until they are purged (curve-protocol.md §5.3). A volume's owner may
 * restore it; looking into the bin and purging are for root.
 *
 * @example
 * ```ts
 * import { CurveClient } from '@curve-wcs/curve-sdk';
 *
 * await using curve = await CurveClient.connect('/etc/curve/client.conf', { user: 'alice' });
 * await curve.remove('/vol1');
 * await curve.trash.restore('/vol1');
 * ```
 */
export class Trash {
  readonly #connection: Connection;

  /** @internal */
  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /**
   * The volumes in the bin, in the order of their names' bytes (ListDir).
   *
   * @throws CurveError `AUTHFAIL` unless the user is root
   */
  async *list(options?: CallOptions): AsyncGenerator<TrashEntry, void, undefined> {
    const entries = await this.#connection.call('trash.list', BIN, options, (native, user) =>
      native.list(BIN, user, options),
    );
    for (const entry of entries) yield trashEntry(entry);
  }

  /**
   * Puts a volume back, with its id and content (RecoverFile).
   *
   * Not for what was moved into the bin by `rename`: an MDS that is asked to restore that by its id answers no more. Move
   * it out again the same way.
   *
   * @param what - an entry of the bin, or the path where the volume was
   * @throws CurveError `NOTEXIST` nothing of that path or id is in the bin, `EXISTS` the place is taken, `AUTHFAIL` it
   * is somebody else's, `UNKNOWN` it is being deleted
   */
  async restore(what: TrashEntry | string, { id, to, ...options }: RestoreOptions = {}): Promise<void> {
    const operation = 'trash.restore';
    const original = typeof what === 'string' ? what : what?.originalPath;
    checkPath(original, operation);
    const path = to ?? original;
    checkNewPath(path, operation, 'to');
    const wanted = id ?? (typeof what === 'string' ? 0n : what.id);
    if (typeof wanted !== 'bigint' || wanted < 0n) throw invalid(operation, 'id', 'a bigint over 0', wanted);
    if (wanted === 0n && path !== original) throw invalid(operation, 'id', 'given together with to', id);
    await this.#connection.call(operation, path, options, (native, user) =>
      native.recover(path, user, wanted, options),
    );
  }

  /**
   * Deletes a volume of the bin for good; its space is freed in the background (DeleteFile with force).
   *
   * @param entry - an entry of {@link Trash.list}, or its path in `/RecycleBin`
   * @throws CurveError `NOTEXIST` it is not there, `AUTHFAIL` unless the user is root, `UNKNOWN` with the status
   * `kFileUnderDeleting` it is on its way already
   */
  async purge(entry: TrashEntry | string, options?: CallOptions): Promise<void> {
    const path = typeof entry === 'string' ? entry : entry?.path;
    checkPath(path, 'trash.purge');
    // Elsewhere the same call removes an empty directory, or is refused only after seconds of retries.
    if (!isInBin(path)) throw invalid('trash.purge', 'path', `that of an entry of ${BIN}`, path);
    await this.#connection.call('trash.purge', path, options, (native, user) =>
      native.deleteForce(path, user, options),
    );
  }
}

/** Whether a path is that of an entry of the bin. */
export function isInBin(path: string): boolean {
  return path.startsWith(`${BIN}/`) && path.lastIndexOf('/') === BIN.length;
}

function trashEntry(native: NativeFileInfo): TrashEntry {
  const info = fileInfo(pathIn(BIN, native.fileName), native);
  // Removed volumes are named NAME-ID-SECONDS, replaced ones NAME-ID (curve-protocol.md §5.3).
  const [, id, seconds] = /-(\d+)-(\d{10})$/.exec(info.name) ?? [];
  return {
    ...info,
    originalPath: native.originalFullPathName,
    ...(id === String(info.id) ? { deletedAt: new Date(Number(seconds) * 1000) } : {}),
  };
}
