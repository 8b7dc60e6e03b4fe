import { promises as fs, type Stats } from 'node:fs';
import { basename, resolve } from 'node:path';
import type { CallOptions, CurveClient, Volume } from '@curve-wcs/curve-sdk';
import { CliError, usageError } from '../../cli-error.js';
import { ExitCode } from '../../exit-code.js';
import { formatBytes } from '../../terminal/quantities.js';
import { withClient } from '../connect.js';
import type { CurveContext } from '../curve-command.js';
import { bothSizes } from '../file-info.js';
import { stripeOf } from '../stripe-options.js';
import { runTransfer, type TransferPosition, transferFields } from './run-transfer.js';
import type { TransferOption } from './transfer-options.js';
import { cannotResume, RecordFile, type TransferRecord } from './transfer-record.js';

/** What `import` works with. */
export type ImportContext = CurveContext<
  'create' | 'size' | 'stripe-unit' | 'stripe-count' | 'poolset' | TransferOption
>;

/** Smallest volume, and step of sizes, of clusters as shipped. */
const [SMALLEST, STEP] = [10 * 2 ** 30, 2 ** 30];

/** A file that is imported. */
interface SourceFile {
  path: string;
  /** As the user calls it. */
  name: string;
  stats: Stats;
}

/** Copies a file or stdin into a volume. */
export async function importVolume(context: ImportContext): Promise<void> {
  const { io, out, options, operands } = context;
  const [name = '', path = ''] = operands;
  const source = name === '-' ? undefined : await findSource(resolve(io.cwd, name), name);
  await withClient(context, async (client, call) => {
    if (options.has('create')) await createVolume(context, client, path, source, call);
    const volume = await client.open(path, call);
    if (source) checkFit(source, volume);
    const cluster = await client.clusterId(call);
    const file = new RecordFile(io.env, ['import', cluster, path]);
    await using _lock = await file.lock();
    // Pipes and devices cannot be told to be what they were. What they write over cannot be gone on with, either.
    const record = source && hasSize(source) ? new ImportRecord(file, cluster, volume, source) : undefined;
    if (!record) await file.remove();
    const start = record && options.has('resume') ? await resumeAt(context, record, volume) : 0;
    const result = await runTransfer(
      context,
      {
        label: source ? basename(source.path) : 'stdin',
        start,
        record,
        reached: size =>
          `${size}${source && hasSize(source) ? ` of ${formatBytes(source.stats.size)}` : ''} are in ${path}`,
        run: run => volume.import(source?.path ?? io.stdin, run),
      },
      call,
    );
    out.result({ volume: path, ...transferFields(result) }, { volume: path, ...result });
  });
}

/** Files such as those in /proc do not tell theirs, and are read like pipes. */
function hasSize({ stats }: SourceFile): boolean {
  return stats.isFile() && stats.size > 0;
}

async function findSource(path: string, name: string): Promise<SourceFile> {
  const stats = await fs.stat(path).catch(error => {
    throw new CliError(ExitCode.failed, `cannot read ${name}: ${error.message}`, { cause: error });
  });
  if (stats.isDirectory()) throw new CliError(ExitCode.failed, `${name} is a folder, not an image`);
  return { path, name, stats };
}

async function createVolume(
  { out, options }: ImportContext,
  client: CurveClient,
  path: string,
  source: SourceFile | undefined,
  call: CallOptions,
): Promise<void> {
  if (source && !source.stats.isFile() && !options.has('size')) {
    throw usageError(`${source.name} does not say how large it is: --size SIZE`);
  }
  const fitting = Math.max(SMALLEST, Math.ceil((source?.stats.size ?? 0) / STEP) * STEP);
  const size = options.size('size') ?? fitting;
  const stripe = stripeOf(options);
  await client.createVolume(path, { size, stripe, poolset: options.text('poolset'), ...call });
  out.notice(`${path} is created, with ${bothSizes(size)}`);
}

function checkFit({ name, stats }: SourceFile, { path, length }: Volume): void {
  if (stats.size <= length) return;
  throw new CliError(
    ExitCode.failed,
    `${name} has ${bothSizes(stats.size)}, ${path} only ${bothSizes(length)}`,
    { hint: 'curvecmd extend makes it larger' },
  );
}

/** Where an earlier import ended, if it was one of the same image into the same volume. */
async function resumeAt({ out }: ImportContext, record: ImportRecord, volume: Volume): Promise<number> {
  const { source } = record;
  const earlier = await record.load();
  if (!earlier) {
    out.notice(`no unfinished import into ${volume.path} is known: it starts from the beginning`);
    return 0;
  }
  if (earlier.volumeId !== String(volume.id)) throw cannotResume(`${volume.path} is another volume now`);
  if (earlier.file !== source.path) throw cannotResume(`the unfinished import is of ${earlier.file}`);
  if (!record.describesSource(earlier)) throw cannotResume(`${source.name} has changed since`);
  out.notice(`goes on at ${formatBytes(earlier.position)} of ${formatBytes(source.stats.size)}`);
  return earlier.position;
}

/** The record of an import of a file. */
class ImportRecord implements TransferPosition {
  readonly source: SourceFile;
  readonly #file: RecordFile;
  readonly #record: Omit<TransferRecord, 'position'>;

  constructor(file: RecordFile, cluster: string, volume: Volume, source: SourceFile) {
    const { size, mtimeMs } = source.stats;
    this.#file = file;
    this.source = source;
    this.#record = {
      ...{ version: 1, cluster, volume: volume.path, volumeId: String(volume.id) },
      ...{ file: source.path, size, mtimeMs },
    };
  }

  load(): Promise<TransferRecord | undefined> {
    return this.#file.load();
  }

  save(position: number): Promise<void> {
    return this.#file.save({ ...this.#record, position });
  }

  remove(): Promise<void> {
    return this.#file.remove();
  }

  describesSource({ size, mtimeMs }: Pick<TransferRecord, 'size' | 'mtimeMs'>): boolean {
    return size === this.#record.size && mtimeMs === this.#record.mtimeMs;
  }

  async isGood(): Promise<boolean> {
    const now = await fs.stat(this.source.path).catch(() => undefined);
    return now !== undefined && this.describesSource(now);
  }
}
