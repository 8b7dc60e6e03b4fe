import { join } from 'node:path';
import type { SettingName, WcsClient } from '@curve-wcs/wcs-sdk';
import { HintedFailure } from '../../cli-error.js';
import { FolderLock } from '../../folder-lock.js';
import { stateFolder } from '../../state-folder.js';
import type { CommandContext } from '../command.js';
import { openClient } from '../open-client.js';
import { type TreeOptions, treeOptions } from './tree-options.js';
import { TreeProgress } from './tree-progress.js';
import { type TreeAction, TreeReport } from './tree-report.js';

/** What work on a tree of files works with. */
export interface TreeRun extends CommandContext {
  client: WcsClient;
  tree: TreeOptions;
  report: TreeReport;
  progress: TreeProgress;
  /** Aborted when the user ends the command, or {@link end} is called. */
  signal: AbortSignal;
  /** Ends what is still under way after a failure of the whole. */
  end(): void;
  /** Requests at the same time. */
  concurrency: number;
  /** Where it is remembered which content files have. */
  contentsFolder: string;
}

/** A kind of work on a tree. */
export interface TreeWork {
  /** Settings that it cannot do without. */
  needs: readonly (SettingName | 'get_url')[];
  /** What may be done to files. */
  actions: readonly TreeAction[];
  /** What must not be worked on twice at the same time, such as a folder. */
  subject: readonly string[];
  work(run: TreeRun): Promise<void>;
}

/** Does work on a tree, with progress, a summary, and a failure in the end if there was one on the way. */
export async function runTree(
  context: CommandContext,
  { needs, actions, subject, work }: TreeWork,
): Promise<void> {
  const { io, out, config, options } = context;
  const tree = await treeOptions(options);
  await using client = await openClient(context, needs);
  const folder = stateFolder(io.env, 'trees');
  await using _lock = tree.dryRun ? undefined : await FolderLock.acquire(folder, subject);
  const progress = await TreeProgress.start(io, { enabled: !out.quiet && !options.has('no-progress') });
  const report = new TreeReport(out, progress, { dryRun: tree.dryRun, actions });
  const over = new AbortController();
  const run: TreeRun = {
    ...context,
    client,
    tree,
    report,
    progress,
    signal: AbortSignal.any([io.signal, over.signal]),
    end: () => over.abort(),
    // Small files wait for answers most of the time: there are more of them than there would be blocks of a large one.
    concurrency: Math.min(256, 4 * (Number(config.settings.concurrency) || 1)),
    contentsFolder: join(folder, 'contents'),
  };
  try {
    await work(run);
  } catch (error) {
    if (!io.signal.aborted) throw error;
    report.summary();
    throw new HintedFailure(error, 'the same command goes on where this one ended');
  } finally {
    over.abort();
    progress.stop();
  }
  report.summary();
  report.requireSuccess();
}
