import { CliError, usageError } from '../../cli-error.js';
import { ExitCode } from '../../exit-code.js';
import { askYes } from '../../terminal/ask-yes.js';
import { count, formatBytes } from '../../terminal/quantities.js';
import { deleteAll } from './delete-leftovers.js';
import { remoteFiles } from './remote-files.js';
import type { TreeRun } from './run-tree.js';
import { Spool } from './spool.js';
import type { TreeUrl } from './tree-url.js';

/** Deletes the objects below a prefix: those that are there when it begins, and that were asked about. */
export async function deleteTree(run: TreeRun, target: TreeUrl): Promise<void> {
  const { client, tree, progress, signal } = run;
  const { bucket, prefix } = target;
  await using paths = await Spool.create<string>();
  let bytes = 0;
  for await (const { path, size } of remoteFiles(client, target, { filter: tree.filter, signal })) {
    await paths.add(path);
    bytes += size;
    progress.planned(size);
  }
  paths.end();
  progress.stop();
  if (paths.count === 0) return;
  if (!tree.yes && !tree.dryRun) await confirm(run, `wcs://${bucket}/${prefix}`, paths.count, bytes);
  await deleteAll(run, paths, async path => {
    await client.delete({ bucket, key: `${prefix}${path}`, signal });
  });
}

/** @throws CliError if nobody can be asked, before anything else is done */
export function checkDeletable(
  run: Pick<TreeRun, 'io'>,
  { yes, dryRun }: { yes: boolean; dryRun: boolean },
): void {
  if (!yes && !dryRun && !run.io.stdin.isTTY) {
    throw usageError(
      'del -r asks before it deletes, and there is nobody to ask',
      'say --yes, or --dry-run to see what it would do',
    );
  }
}

async function confirm({ io }: TreeRun, url: string, objects: number, bytes: number): Promise<void> {
  const question = `delete ${count(objects, 'object')} (${formatBytes(bytes)}) in ${url} for good?`;
  if (await askYes(io, question)) return;
  throw new CliError(ExitCode.failed, 'not confirmed: nothing was done');
}
