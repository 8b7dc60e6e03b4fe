import type { CallOptions, CloneTask, SnapshotTask } from '@curve-wcs/curve-sdk';
import type { CurveContext } from '../curve-command.js';
import { waitForTask } from './wait-for-task.js';

/** Tells of a clone, recovery or flatten that has begun, and waits for it if that is wanted. */
export async function tellOfCopy(
  context: CurveContext<'snapshot-clone' | 'follow'>,
  task: SnapshotTask<CloneTask, CloneTask>,
  { path, call }: { path: string; call: CallOptions },
): Promise<void> {
  const { out, options } = context;
  const again = 'curvecmd tasks';
  if (!options.has('follow')) {
    out.notice(`it goes on by itself; see ${again}`);
    return out.result({ task: task.id }, { task: task.id, done: false });
  }
  const { status } = await waitForTask(context, task, { label: path, again, call });
  out.result({ task: task.id, status }, { task: task.id, status, done: true });
}
