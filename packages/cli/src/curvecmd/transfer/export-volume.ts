import { promises as fs } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Volume } from '@curve-wcs/curve-sdk';
import { formatBytes } from '../../terminal/quantities.js';
import { withClient } from '../connect.js';
import type { CurveContext } from '../curve-command.js';
import { findTarget } from './export-target.js';
import { runTransfer, type TransferPosition, transferFields } from './run-transfer.js';
import type { TransferOption } from './transfer-options.js';
import { cannotResume, RecordFile, type TransferRecord } from './transfer-record.js';

/** Copies a volume into a file, or to stdout. */
export async function exportToImage(context: CurveContext<TransferOption>): Promise<void> {
  const { io, out, options, operands } = context;
  const [path = '', name = ''] = operands;
  const target = await findTarget(io, name);
  const { file } = target;
  await withClient(context, async (client, call) => {
    const volume = await client.open(path, call);
    const record =
      file === undefined ? undefined : new ExportRecord(io.env, await client.clusterId(call), volume, file);
    await using _lock = await record?.lock();
    const start = record && options.has('resume') ? await resumeAt(context, record, volume) : 0;
    const result = await runTransfer(
      context,
      {
        label: target.label,
        start,
        record,
        reached: size => `${size} of ${formatBytes(volume.length)} are in ${record?.part ?? target.label}`,
        run: run => volume.export(file ?? target.stream(), run),
      },
      call,
    );
    const fields = transferFields(result);
    if (name === '-') out.notice(`${fields['length']}, ${fields['rate']}`);
    else out.result({ file: name, ...fields }, { file: file ?? name, ...result });
  });
}

/** Where an earlier export ended, if it was one of the same volume to the same file. */
async function resumeAt({ out }: CurveContext, record: ExportRecord, volume: Volume): Promise<number> {
  const earlier = await record.load();
  if (!earlier) {
    out.notice(`no unfinished export to ${record.file} is known: it starts from the beginning`);
    return 0;
  }
  if (earlier.volume !== volume.path || earlier.cluster !== record.cluster) {
    throw cannotResume(`the unfinished export is of ${earlier.volume} of the cluster ${earlier.cluster}`);
  }
  if (earlier.volumeId !== String(volume.id)) throw cannotResume(`${volume.path} is another volume now`);
  if (!(await record.has(earlier.position))) throw cannotResume(`${record.part} is gone, or too short`);
  out.notice(`goes on at ${formatBytes(earlier.position)} of ${formatBytes(volume.length)}`);
  return earlier.position;
}

/** Where the record of an export to a file is. */
export function exportRecordFile(env: CurveContext['io']['env'], file: string): RecordFile {
  return new RecordFile(env, ['export', file]);
}

/** The record of an export to a file. */
class ExportRecord implements TransferPosition {
  readonly file: string;
  /** What the file is called until it is whole. */
  readonly part: string;
  readonly cluster: string;
  readonly #file: RecordFile;
  readonly #record: Omit<TransferRecord, 'position'>;

  constructor(env: CurveContext['io']['env'], cluster: string, volume: Volume, file: string) {
    this.file = file;
    this.cluster = cluster;
    this.part = join(dirname(file), `.${basename(file)}.curve-part`);
    this.#file = exportRecordFile(env, file);
    this.#record = { version: 1, cluster, volume: volume.path, volumeId: String(volume.id), file };
  }

  lock(): Promise<AsyncDisposable | undefined> {
    return this.#file.lock();
  }

  load(): Promise<TransferRecord | undefined> {
    return this.#file.load();
  }

  /** What is written down must not be ahead of the disk. */
  async save(position: number): Promise<void> {
    if (position > 0) {
      const part = await fs.open(this.part, 'r+');
      await part.sync().finally(() => part.close());
    }
    await this.#file.save({ ...this.#record, position });
  }

  remove(): Promise<void> {
    return this.#file.remove();
  }

  /** Whether so many bytes of the image are there. */
  async has(position: number): Promise<boolean> {
    if (position === 0) return true;
    const stats = await fs.stat(this.part).catch(() => undefined);
    return stats !== undefined && stats.size >= position;
  }

  isGood(): Promise<boolean> {
    return this.has(1);
  }
}
