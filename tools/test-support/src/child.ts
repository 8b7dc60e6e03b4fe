import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** How a process ended. */
export type Exit = readonly [status: number | null, signal: NodeJS.Signals | null];

/** Waits for the end of a process, which may be over already. */
export async function exitOf(child: ChildProcess): Promise<Exit> {
  const { exitCode, signalCode } = child;
  if (exitCode !== null || signalCode !== null) return [exitCode, signalCode];
  return (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
}

/** The next message of a process; one that ends without any fails. */
export async function messageOf<T>(child: ChildProcess): Promise<T> {
  const over = new AbortController();
  const { signal } = over;
  try {
    const [message] = await Promise.race([once(child, 'message', { signal }), silentExit(child, signal)]);
    return message;
  } finally {
    over.abort();
  }
}

/** A process disconnects after its last message was told of, and may exit before that. */
async function silentExit(child: ChildProcess, signal: AbortSignal): Promise<never> {
  if (child.connected) await once(child, 'disconnect', { signal });
  throw new Error(`the process said nothing; it ended with ${await exitOf(child)}`);
}
