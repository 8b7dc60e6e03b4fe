import { once } from 'node:events';
import type { CliIo } from './cli-io.js';

/** Lets others use what a command serves, until it is told to end. */
export async function untilAborted(io: CliIo): Promise<void> {
  io.isServing = true;
  if (!io.signal.aborted) await once(io.signal, 'abort');
}
