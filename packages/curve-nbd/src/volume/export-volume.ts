import type { CallOptions, CurveClient } from '@curve-wcs/curve-sdk';
import type { NbdExport } from '../export.js';
import { NbdError } from '../nbd-error.js';
import { AttachmentRecord } from './attachment-record.js';
import { VolumeExport } from './volume-export.js';
import { claimVolume } from './writer-claim.js';

/** Options of {@link exportVolume}. */
export interface ExportVolumeOptions extends CallOptions {
  /**
   * What NBD clients ask for.
   *
   * @default the volume's path without its first slash
   */
  readonly name?: string | undefined;
  /**
   * Words for people who list the exports.
   *
   * @default the volume's path and owner
   */
  readonly description?: string | undefined;
  /**
   * Whether clients may only read. Such an export may be had beside any others.
   *
   * @default false
   */
  readonly readOnly?: boolean | undefined;
  /**
   * Whether others may have the volume open as well. Whatever writes to it must know how to share a disk, such as a
   * cluster file system.
   *
   * @default false
   */
  readonly shared?: boolean | undefined;
  /**
   * Milliseconds to wait for others to close the volume.
   *
   * @default 0
   */
  readonly wait?: number | undefined;
  /**
   * Folder for a note of who has the volume attached, so that the successor of a server that was killed need not wait
   * until the cluster forgets it.
   *
   * @default none
   */
  readonly stateFolder?: string | undefined;
}

/**
 * Opens a volume as an export for {@link serveNbd}, which closes it. An export that can be written to is refused while
 * another client has the volume open, unless it is `shared`.
 *
 * @throws NbdError `IN_USE`, `INVALID_ARGUMENT`
 * @throws CurveError `NOTEXIST`, `AUTHFAIL`, `INVALID_ARGUMENT` it is a directory
 * @example
 * ```ts
 * import { CurveClient } from '@curve-wcs/curve-sdk';
 * import { exportVolume, serveNbd } from '@curve-wcs/curve-nbd';
 *
 * await using curve = await CurveClient.connect('./client.conf', { user: 'alice' });
 * const disk = await exportVolume(curve, '/vol1', { readOnly: true });
 * await using server = await serveNbd({ exports: [disk], listen: { socket: './readonly.sock' } });
 * ```
 */
export async function exportVolume(
  curve: CurveClient,
  path: string,
  options: ExportVolumeOptions = {},
): Promise<NbdExport> {
  const { readOnly = false, shared = false, wait = 0, stateFolder, signal, deadline } = options;
  if (typeof wait !== 'number' || !(wait >= 0)) {
    throw new NbdError('INVALID_ARGUMENT', 'exportVolume: wait must be milliseconds of at least 0');
  }
  const call = { signal, deadline };
  const info = await curve.stat(path, call);
  const name = options.name ?? path.replace(/^\/+/, '');
  if (Buffer.byteLength(name) > 4096)
    throw new NbdError('INVALID_ARGUMENT', 'exportVolume: name is too long');
  const settings = {
    name,
    description: options.description ?? `Curve volume ${path} of ${info.owner}`,
    isReadOnly: readOnly,
  };
  if (readOnly || shared) {
    const volume = await curve.open(path, call);
    return new VolumeExport(volume, { ...settings, onClose: () => volume.close() });
  }
  const clusterId = await curve.clusterId(call);
  const record =
    stateFolder === undefined ? undefined : new AttachmentRecord(stateFolder, clusterId, info.id);
  const key = `${clusterId}\n${info.id}`;
  const { volume, release } = await claimVolume(curve, path, key, { ...call, wait, record });
  return new VolumeExport(volume, { ...settings, onClose: release });
}
