import { setMaxListeners } from 'node:events';
import { Course } from '../call-options.js';
import { onAbort } from './on-abort.js';

/**
 * Tries several ways at once and gives what the first comes to that succeeds; the others are aborted.
 *
 * @throws what the first way failed with, when all have failed
 */
export async function firstOf<T>(
  course: Course,
  ways: readonly ((course: Course) => Promise<T>)[],
): Promise<T> {
  const { signal, deadline } = course.step();
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  const release = signal && onAbort(signal, () => controller.abort(signal.reason));
  const part = new Course({ signal: controller.signal, deadline }, course.operation, course.path);
  const tried = ways.map(way => way(part));
  try {
    return await Promise.any(tried);
  } catch (error) {
    course.step();
    throw error instanceof AggregateError ? error.errors[0] : error;
  } finally {
    release?.();
    controller.abort();
    await Promise.allSettled(tried);
  }
}
