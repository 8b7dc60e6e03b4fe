import type { CallOptions, SnapshotTask } from '@curve-wcs/curve-sdk';
import { statusLine } from '../../terminal/status-line.js';
import type { CurveContext } from '../curve-command.js';

/** Milliseconds between two looks: somebody looks on. */
const INTERVAL = 500;

/**
 * Waits for work of the service, with a line on a terminal that says how far it is. Ctrl-C and a deadline end the waiting only,
 * and then it is said how the work is found again.
 *
 * @param again - the command that tells of it
 */
export async function waitForTask<State extends { status: string; progress: number }, Result>(
  { io, out }: CurveContext,
  task: SnapshotTask<State, Result>,
  { label, again, call }: { label: string; again: string; call: CallOptions },
): Promise<Result> {
  const line = await statusLine(io, { enabled: !out.quiet });
  try {
    return await task.wait({
      ...{ ...call, interval: INTERVAL },
      onProgress: ({ status, progress }) => line?.show(() => `${label}  ${status}  ${progress}%`),
    });
  } catch (error) {
    line?.stop();
    const { code, name } = error as { code?: string; name?: string };
    if (name === 'AbortError' || code === 'TIMEOUT') out.notice(`it goes on; see ${again}`);
    throw error;
  } finally {
    line?.stop();
  }
}
