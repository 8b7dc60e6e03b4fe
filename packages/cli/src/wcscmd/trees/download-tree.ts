import { lutimes, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { hasHash, isEtag } from './content-hash.js';
import { deleteLeftovers } from './delete-leftovers.js';
import { FilesAndFolders, pathProblem } from './file-path.js';
import { type LocalFile, localFiles } from './local-files.js';
import { mergeFiles } from './merge-files.js';
import { type RemoteFile, remoteFiles } from './remote-files.js';
import type { TreeRun } from './run-tree.js';
import { Spool } from './spool.js';
import { InTheWay, TargetFolder } from './target-folder.js';
import { TaskPool } from './task-pool.js';
import type { TreeUrl } from './tree-url.js';

/** What is downloaded where. */
export interface TreeDownload {
  source: TreeUrl;
  /** Absolute path of the folder; it need not be there. */
  root: string;
}

/** Files that are read for comparison at the same time. */
const COMPARISONS = 4;
/** Size of a part in bytes, as downloads have it by default. */
const PART = 8 * 2 ** 20;
/** Larger objects are fetched in parallel parts, in bytes. */
const LARGE = 32 * 2 ** 20;

/**
 * Downloads the objects below a prefix whose content is not there already. A file gets the time at which its object was
 * stored: as long as it has that and the same size, it is the same.
 */
export async function downloadTree(run: TreeRun, { source, root: given }: TreeDownload): Promise<void> {
  const { tree, report } = run;
  const target = tree.dryRun ? undefined : await TargetFolder.open(given);
  const root = await realpath(given).catch(() => given);
  await using objects = await Spool.create<RemoteFile>();
  await using leftovers = await Spool.create<string>();
  const comparison = new DownloadComparison(run, { source, root }, objects, leftovers);
  const comparing = comparison.run().then(
    () => objects.end(),
    error => objects.end({ error }),
  );
  try {
    if (!target) {
      for await (const { path, size } of objects) await report.done('download', path, { size });
    } else {
      await using blocked = await Spool.create<RemoteFile>();
      const downloads = new TreeDownloads(run, source, target);
      // What stands in the way may be among what is deleted.
      await downloads.run(objects, tree.delete ? object => blocked.add(object) : undefined);
      await deleteFiles(target);
      blocked.end();
      await downloads.run(blocked, undefined);
    }
    if (!target) await deleteFiles(new TargetFolder(root, { foldsCase: false }));
  } catch (error) {
    run.end();
    throw error;
  } finally {
    await comparing;
  }

  async function deleteFiles(folder: TargetFolder): Promise<void> {
    if (!tree.delete) return;
    const left = { paths: leftovers, sourceFiles: comparison.files };
    await deleteLeftovers(run, left, path => folder.delete(path));
  }
}

/** Finds out which objects are to be downloaded, and which files are left over. */
class DownloadComparison {
  readonly #run: TreeRun;
  readonly #download: TreeDownload;
  readonly #toDownload: Spool<RemoteFile>;
  readonly #leftovers: Spool<string>;
  readonly #comparisons = new TaskPool(COMPARISONS);
  readonly #filesAndFolders = new FilesAndFolders();
  /** Objects of the source so far. */
  files = 0;

  constructor(run: TreeRun, download: TreeDownload, toDownload: Spool<RemoteFile>, leftovers: Spool<string>) {
    this.#run = run;
    this.#download = download;
    this.#toDownload = toDownload;
    this.#leftovers = leftovers;
  }

  async run(): Promise<void> {
    const { client, signal, report, progress, tree } = this.#run;
    const { source, root } = this.#download;
    const { isAbandonedPart } = await import('@curve-wcs/wcs-sdk');
    // By the time that leftovers are deleted every download is done, and what one could have gone on with is useless.
    const onUnfinished = async (path: string) => {
      if (tree.delete && (await isAbandonedPart(join(root, path)))) await this.#leftovers.add(path);
    };
    const failures: Promise<void>[] = [];
    const locals = (await isMissing(root))
      ? none<LocalFile>()
      : localFiles(root, {
          filter: tree.filter,
          signal,
          onPassedOver: (path, why) => report.passedOver(path, why),
          onUnfinished,
          onFailure: (path, error) => failures.push(report.failed('download', path, error)),
        });
    const remotes = remoteFiles(client, source, { filter: tree.filter, signal });
    try {
      for await (const { path, local, remote } of mergeFiles(locals, remotes)) {
        if (remote) await this.#compare(remote, local);
        else if (tree.delete) await this.#leftovers.add(path);
      }
    } finally {
      await this.#comparisons.finish();
      await Promise.all(failures);
    }
    progress.complete();
  }

  async #compare(remote: RemoteFile, local: LocalFile | undefined): Promise<void> {
    const { report, tree } = this.#run;
    this.files++;
    const problem = this.#problemOf(remote.path);
    if (problem !== undefined) {
      await report.failed('download', remote.path, new Error(`the key cannot be a file here: ${problem}`));
    } else if (local?.size !== remote.size) {
      await this.#plan(remote);
    } else if (!tree.checksum && isStampedBy(local, remote)) {
      report.unchanged();
    } else {
      await this.#comparisons.add(() => this.#compareContent(remote));
    }
  }

  #problemOf(path: string): string | undefined {
    const problem = pathProblem(path);
    if (problem !== undefined) return problem;
    const file = this.#filesAndFolders.fileInTheWay(path);
    return file === undefined
      ? undefined
      : `${JSON.stringify(file)} is an object, too, and cannot be file and folder`;
  }

  async #compareContent(remote: RemoteFile): Promise<void> {
    const { config, report, signal, tree } = this.#run;
    try {
      const file = join(this.#download.root, remote.path);
      const blockSize = Number(config.settings.block_size);
      if (await hasHash(file, remote, { blockSize, signal })) {
        if (!tree.dryRun) await stamp(file, remote);
        report.unchanged();
      } else {
        await this.#plan(remote);
      }
    } catch (error) {
      signal.throwIfAborted();
      await report.failed('download', remote.path, error);
    }
  }

  async #plan(remote: RemoteFile): Promise<void> {
    this.#run.progress.planned(remote.size);
    await this.#toDownload.add(remote);
  }
}

/** The downloads of a tree. */
class TreeDownloads {
  readonly #run: TreeRun;
  readonly #source: TreeUrl;
  readonly #target: TargetFolder;

  constructor(run: TreeRun, source: TreeUrl, target: TargetFolder) {
    this.#run = run;
    this.#source = source;
    this.#target = target;
  }

  /** @param onBlocked - takes the objects that something is in the way of; they fail if absent */
  async run(
    objects: AsyncIterable<RemoteFile>,
    onBlocked: ((object: RemoteFile) => Promise<void>) | undefined,
  ): Promise<void> {
    const downloads = new TaskPool(this.#run.concurrency);
    try {
      for await (const object of objects) await downloads.add(() => this.#one(object, onBlocked));
    } catch (error) {
      this.#run.end();
      await downloads.finish().catch(() => {});
      throw error;
    }
    await downloads.finish();
  }

  async #one(
    object: RemoteFile,
    onBlocked: ((object: RemoteFile) => Promise<void>) | undefined,
  ): Promise<void> {
    const { progress, report, signal } = this.#run;
    const { path } = object;
    progress.begin(path);
    try {
      const file = await this.#target.prepare(path);
      await this.#download(object, file);
      await stamp(file, object);
      progress.end(path);
      await report.done('download', path, {
        key: `${this.#source.prefix}${path}`,
        size: object.size,
        etag: object.hash,
      });
    } catch (error) {
      signal.throwIfAborted();
      progress.end(path);
      if (error instanceof InTheWay && onBlocked) await onBlocked(object);
      else await report.failed('download', path, error);
    }
  }

  async #download({ path, size, hash }: RemoteFile, file: string): Promise<void> {
    const { client, config, options, progress, signal } = this.#run;
    const verify = !options.has('no-verify');
    let before = 0;
    const result = await client.download({
      bucket: this.#source.bucket,
      key: `${this.#source.prefix}${path}`,
      to: file,
      // Of a single part there is nothing to go on with.
      resume: size > PART,
      concurrency: size > LARGE ? Number(config.settings.concurrency) || 1 : 1,
      verify,
      ...(verify && isEtag(hash) ? { etag: hash } : {}),
      trafficLimit: Number(config.settings.traffic_limit),
      signal,
      onProgress({ transferred }) {
        progress.moved(transferred - before);
        before = transferred;
      },
    });
    if (result.size !== size) throw new Error('the object was replaced meanwhile; the next run fetches it');
  }
}

/** Whether a file still has the time that its download has given it. Some file systems keep whole seconds only. */
function isStampedBy({ mtimeMs }: LocalFile, { putTime }: RemoteFile): boolean {
  return Math.round(mtimeMs) === putTime || (mtimeMs % 1000 === 0 && mtimeMs === putTime - (putTime % 1000));
}

async function stamp(file: string, { putTime }: RemoteFile): Promise<void> {
  if (!Number.isNaN(putTime)) await lutimes(file, new Date(), new Date(putTime));
}

async function isMissing(path: string): Promise<boolean> {
  return (
    (await stat(path).catch(error => (error.code === 'ENOENT' ? undefined : Promise.reject(error)))) ===
    undefined
  );
}

async function* none<T>(): AsyncGenerator<T, void, undefined> {}
