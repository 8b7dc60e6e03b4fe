import { setTimeout } from 'node:timers/promises';
import type { Course } from '../call-options.js';

/** Waits, unless the signal is aborted. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await setTimeout(milliseconds, undefined, { signal });
}

/** Waits, unless the call is aborted or out of time before. */
export async function pauseOf(course: Course, milliseconds: number): Promise<void> {
  const over = new AbortController();
  try {
    await course.unlessOver(pause(milliseconds, over.signal));
  } finally {
    over.abort();
  }
}
