import type { Volume } from '@curve-wcs/curve-sdk';
import { ExportFailure, type Extent, type NbdExport, type ZeroOptions } from '../export.js';
import type { Line, LineTerms } from '../line.js';
import { exportFailure } from './export-failure.js';
import { VolumeLine } from './volume-line.js';
import { writeZeros } from './zeros.js';

/** What a {@link VolumeExport} is made with. */
export interface VolumeExportSettings {
  readonly name: string;
  readonly description: string;
  readonly isReadOnly: boolean;
  /** Gives the volume back. */
  onClose(): Promise<void>;
}

/**
 * A Curve volume as an export. Reads and writes go to Curve as they are; what is no whole block is read, changed and
 * written in turns. Space is asked for at the MDS whenever it matters, since other clients may have changed it.
 */
export class VolumeExport implements NbdExport {
  readonly name: string;
  readonly description: string;
  readonly isReadOnly: boolean;
  readonly #volume: Volume;
  readonly #onClose: () => Promise<void>;
  #closing: Promise<void> | undefined;

  constructor(volume: Volume, { name, description, isReadOnly, onClose }: VolumeExportSettings) {
    this.#volume = volume;
    this.name = name;
    this.description = description;
    this.isReadOnly = isReadOnly;
    this.#onClose = onClose;
  }

  get size(): number {
    return this.#volume.length;
  }

  get preferredBlockSize(): number {
    return this.#volume.blockSize;
  }

  async refresh(): Promise<void> {
    await this.#volume.stat();
  }

  read(offset: number, target: Uint8Array): Promise<unknown> {
    return this.#volume.read({ offset, buffer: target, align: 'auto' }).catch(refuse);
  }

  /** When it resolves, all replicas have it, which is all that FUA and flushes can ask for. */
  write(offset: number, data: Uint8Array): Promise<unknown> {
    return this.#volume.write(data, { offset, align: 'auto' }).catch(refuse);
  }

  async flush(): Promise<void> {
    await this.#volume.flush().catch(refuse);
  }

  /** Segments that are discarded whole are given back after a while; the rest keeps its space, and its bytes. */
  async trim(offset: number, length: number): Promise<void> {
    await this.#volume.discard({ offset, length }).catch(refuse);
  }

  /** Segments without space read as zeros already, and stay without; in the others zeros are written. */
  async zero(offset: number, length: number, { keepSpace, fast }: ZeroOptions): Promise<void> {
    const volume = this.#volume;
    try {
      const allocated: { offset: number; length: number }[] = [];
      for await (const extent of volume.extents({ offset, length })) {
        if (!extent.allocated) continue;
        if (fast) throw new ExportFailure('ENOTSUP', 'zeros have to be written');
        const last = allocated.at(-1);
        if (last !== undefined && last.offset + last.length === extent.offset) last.length += extent.length;
        else allocated.push({ offset: extent.offset, length: extent.length });
      }
      for (const range of allocated) {
        await writeZeros(volume, range.offset, range.length);
        if (!keepSpace) await volume.discard(range);
      }
    } catch (error) {
      throw exportFailure(error);
    }
  }

  async extents(offset: number, length: number, limit: number): Promise<readonly Extent[]> {
    const extents: { length: number; hole: boolean }[] = [];
    try {
      for await (const extent of this.#volume.extents({ offset, length })) {
        const hole = !extent.allocated;
        const last = extents.at(-1);
        if (last?.hole === hole) last.length += extent.length;
        else if (extents.length === limit) break;
        else extents.push({ length: extent.length, hole });
      }
    } catch (error) {
      throw exportFailure(error);
    }
    return extents;
  }

  async serveLine(take: () => LineTerms | undefined): Promise<Line | undefined> {
    if (process.platform !== 'linux') return undefined;
    const line = await this.#volume.serveNbd(take);
    return line && new VolumeLine(line);
  }

  async close(): Promise<void> {
    this.#closing ??= this.#onClose();
    await this.#closing;
  }
}

function refuse(error: unknown): never {
  throw exportFailure(error);
}
