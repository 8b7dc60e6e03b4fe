import { setTimeout as sleep } from 'node:timers/promises';
import type { DelayFault, SilentFault } from './fault-rule.js';

/** The longest that a timer can wait, in milliseconds. */
const longest = 2 ** 31 - 1;

/** Holds up what the emulator itself has begun: for the time of a delay, or until it is aborted. */
export async function hold(action: DelayFault | SilentFault, signal: AbortSignal): Promise<void> {
  await sleep(action.type === 'delay' ? action.ms : longest, undefined, { signal });
}
