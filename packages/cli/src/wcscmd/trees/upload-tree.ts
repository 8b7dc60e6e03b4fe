import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import type { UploadItem } from '@curve-wcs/wcs-sdk';
import { policyOf } from '../upload-command.js';
import { hasHash } from './content-hash.js';
import { deleteLeftovers, type Leftovers } from './delete-leftovers.js';
import { isOrIsIn, pathProblem } from './file-path.js';
import { KnownContents } from './known-contents.js';
import { type LocalFile, localFiles } from './local-files.js';
import { mergeFiles } from './merge-files.js';
import { type RemoteFile, remoteFiles } from './remote-files.js';
import type { TreeRun } from './run-tree.js';
import { Spool } from './spool.js';
import { TaskPool } from './task-pool.js';
import type { TreeUrl } from './tree-url.js';

/** What is uploaded where. */
export interface TreeUpload {
  /** Absolute path of the folder. */
  root: string;
  target: TreeUrl;
  /** Whether objects with other content are replaced. */
  replace: boolean;
}

/** Files that are read for comparison at the same time. */
const COMPARISONS = 4;

/**
 * Uploads the files of a folder whose content is not stored already. The trees are compared while files are uploaded;
 * what is to be done is on the disk meanwhile, so memory does not grow with the number of files.
 */
export async function uploadTree(run: TreeRun, upload: TreeUpload): Promise<void> {
  const { tree, report } = run;
  const root = await realpath(upload.root);
  await using known = await KnownContents.open(run.contentsFolder, root);
  await using files = await Spool.create<LocalFile>();
  await using leftovers = await Spool.create<string>();
  const comparison = new UploadComparison(run, { ...upload, root }, known, files, leftovers);
  const comparing = comparison.run().then(
    () => files.end(),
    error => files.end({ error }),
  );
  try {
    if (tree.dryRun) {
      for await (const { path, size } of files) await report.done('upload', path, { size });
    } else {
      await uploadFiles(run, { ...upload, root }, known, files);
    }
    if (tree.delete)
      await deleteObjects(run, upload.target, { paths: leftovers, sourceFiles: comparison.files });
  } catch (error) {
    run.end();
    throw error;
  } finally {
    await comparing;
    await known.save({ whole: comparison.whole && !tree.filtered });
  }
}

/** Finds out which files are to be uploaded, and which objects are left over. */
class UploadComparison {
  readonly #run: TreeRun;
  readonly #upload: TreeUpload;
  readonly #known: KnownContents;
  readonly #toUpload: Spool<LocalFile>;
  readonly #leftovers: Spool<string>;
  readonly #comparisons = new TaskPool(COMPARISONS);
  /** What the source has, but is not read: nothing is known of what may be stored of it. */
  readonly #passedOver = new Set<string>();
  /** Files of the source so far. */
  files = 0;
  /** Whether both trees have been seen to their ends. */
  whole = false;

  constructor(
    run: TreeRun,
    upload: TreeUpload,
    known: KnownContents,
    toUpload: Spool<LocalFile>,
    leftovers: Spool<string>,
  ) {
    this.#run = run;
    this.#upload = upload;
    this.#known = known;
    this.#toUpload = toUpload;
    this.#leftovers = leftovers;
  }

  async run(): Promise<void> {
    const { client, signal, report, progress, tree } = this.#run;
    const { root, target } = this.#upload;
    const failures: Promise<void>[] = [];
    const locals = localFiles(root, {
      filter: tree.filter,
      signal,
      onPassedOver: (path, why) => {
        this.#passedOver.add(path);
        report.passedOver(path, why);
      },
      onFailure: (path, error) => failures.push(report.failed('upload', path, error)),
    });
    const remotes = remoteFiles(client, target, { filter: tree.filter, signal });
    try {
      for await (const { path, local, remote } of mergeFiles(locals, remotes)) {
        if (local) await this.#compare(local, remote);
        else if (tree.delete && !isOrIsIn(path, part => this.#passedOver.has(part))) {
          await this.#leftovers.add(path);
        }
      }
    } finally {
      await this.#comparisons.finish();
      await Promise.all(failures);
    }
    progress.complete();
    this.whole = true;
  }

  async #compare(local: LocalFile, remote: RemoteFile | undefined): Promise<void> {
    const { report, tree } = this.#run;
    this.files++;
    const problem = pathProblem(local.path);
    if (problem !== undefined) {
      await report.failed('upload', local.path, new Error(`it cannot be a key: ${problem}`));
    } else if (remote === undefined) {
      await this.#plan(local);
    } else if (remote.size !== local.size) {
      await this.#differs(local);
    } else if (!tree.checksum && (await this.#known.hashOf(local)) === remote.hash) {
      await this.#same(local, remote);
    } else {
      await this.#comparisons.add(() => this.#compareContent(local, remote));
    }
  }

  async #compareContent(local: LocalFile, remote: RemoteFile): Promise<void> {
    const { config, report, signal } = this.#run;
    try {
      const blockSize = Number(config.settings.block_size);
      const same = await hasHash(join(this.#upload.root, local.path), remote, { blockSize, signal });
      await (same ? this.#same(local, remote) : this.#differs(local));
    } catch (error) {
      signal.throwIfAborted();
      await report.failed('upload', local.path, error);
    }
  }

  async #same(local: LocalFile, remote: RemoteFile): Promise<void> {
    this.#run.report.unchanged();
    await this.#known.remember(local, remote.hash);
  }

  async #differs(local: LocalFile): Promise<void> {
    if (this.#upload.replace) return this.#plan(local);
    const why = new Error('an object with other content is there; replace it with --overwrite 1');
    await this.#run.report.failed('upload', local.path, why);
  }

  async #plan(local: LocalFile): Promise<void> {
    this.#run.progress.planned(local.size);
    await this.#toUpload.add(local);
  }
}

/** A file as an item of uploadMany. */
interface FileItem extends UploadItem {
  file: LocalFile;
}

async function uploadFiles(
  run: TreeRun,
  { root, target, replace }: TreeUpload,
  known: KnownContents,
  files: AsyncIterable<LocalFile>,
): Promise<void> {
  const { client, config, options, report, progress, signal, concurrency } = run;
  const items = async function* (): AsyncGenerator<FileItem, void, undefined> {
    for await (const file of files) {
      progress.begin(file.path);
      yield { key: `${target.prefix}${file.path}`, source: join(root, file.path), file };
    }
  };
  let transferred = 0;
  const uploads = client.uploadMany<FileItem>({
    bucket: target.bucket,
    items: items(),
    concurrency,
    ...(replace ? { overwrite: true } : {}),
    policy: policyOf(config),
    ...(options.has('no-verify') ? { verify: false } : {}),
    resume: true,
    signal,
    onProgress(state) {
      progress.moved(state.transferred - transferred);
      transferred = state.transferred;
    },
  });
  for await (const outcome of uploads) {
    const { file } = outcome.item;
    progress.end(file.path);
    if (outcome.ok) {
      const { key, size, etag, hash = etag } = outcome.result;
      await report.done('upload', file.path, { key, size, etag });
      if (hash !== undefined) await known.remember(file, hash);
    } else {
      await report.failed('upload', file.path, outcome.error);
    }
  }
}

/** Deletes the objects that the source does not have. */
async function deleteObjects(run: TreeRun, { bucket, prefix }: TreeUrl, leftovers: Leftovers): Promise<void> {
  const { client, signal } = run;
  await deleteLeftovers(run, leftovers, async path => {
    await client.delete({ bucket, key: `${prefix}${path}`, signal });
  });
}
