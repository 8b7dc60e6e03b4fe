import { CliError } from '../../cli-error.js';
import { ExitCode } from '../../exit-code.js';
import { count } from '../../terminal/quantities.js';
import type { TreeRun } from './run-tree.js';
import type { Spool } from './spool.js';
import { TaskPool } from './task-pool.js';

/** Deletions at the same time. */
const DELETIONS = 8;

/** What is at the target of a sync, and not at its source. */
export interface Leftovers {
  paths: Spool<string>;
  /** Files at the source. */
  sourceFiles: number;
}

/**
 * The last step of a sync: deletes what the source does not have, if all else went well.
 *
 * @throws CliError if the source has nothing at all, which may well be a mistake, unless `--yes` says that it is none
 */
export async function deleteLeftovers(
  run: TreeRun,
  { paths, sourceFiles }: Leftovers,
  remove: (path: string) => Promise<void>,
): Promise<void> {
  paths.end();
  if (paths.count === 0) return;
  const { out, report, progress, tree } = run;
  if (report.failures > 0) {
    progress.aside(() => out.notice(`nothing is deleted, since ${count(report.failures, 'file')} failed`));
    return;
  }
  if (sourceFiles === 0 && !tree.yes && !tree.dryRun) {
    throw new CliError(
      ExitCode.failed,
      `the source has no files: --delete would delete all of the target, ${count(paths.count, 'file')}`,
      { hint: 'say --yes if that is meant' },
    );
  }
  await deleteAll(run, paths, remove);
}

/** Deletes several at a time. What is gone already counts as deleted. */
export async function deleteAll(
  { report, signal, tree }: TreeRun,
  paths: AsyncIterable<string>,
  remove: (path: string) => Promise<void>,
): Promise<void> {
  const { WcsError } = await import('@curve-wcs/wcs-sdk');
  const deletions = new TaskPool(DELETIONS);
  const deleteOne = async (path: string) => {
    signal.throwIfAborted();
    try {
      if (!tree.dryRun) await remove(path);
      await report.done('delete', path);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof WcsError && error.code === 'NOT_FOUND') await report.done('delete', path);
      else await report.failed('delete', path, error);
    }
  };
  try {
    for await (const path of paths) await deletions.add(() => deleteOne(path));
  } finally {
    await deletions.finish();
  }
}
