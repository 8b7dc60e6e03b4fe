import { setMaxListeners } from 'node:events';
import { Course } from '../call-options.js';
import { onAbort } from './on-abort.js';

/**
 * Works on several items at a time and gives the results in the items' order. Ahead of the one who takes them there are
 * never more than `concurrency` under way or done. When the generator ends, for whatever reason, all of it has ended.
 */
export async function* inOrder<T, R>(
  course: Course,
  concurrency: number,
  items: (course: Course) => AsyncGenerator<T, void, undefined> | Generator<T, void, undefined>,
  work: (item: T, course: Course) => Promise<R>,
): AsyncGenerator<R, void, undefined> {
  const { signal, deadline } = course.step();
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  const abort = () => controller.abort(signal?.reason);
  const release = signal && onAbort(signal, abort);
  const part = new Course({ signal: controller.signal, deadline }, course.operation, course.path);
  const source = items(part);
  const underWay: Promise<R>[] = [];
  try {
    for (let ended = false; ; ) {
      while (!ended && underWay.length < concurrency) {
        const next = await source.next();
        if (next.done) {
          ended = true;
        } else {
          const working = work(next.value, part);
          // Its failure is seen when its turn comes.
          working.catch(() => {});
          underWay.push(working);
        }
      }
      const first = underWay.shift();
      if (first === undefined) return;
      yield await first;
    }
  } finally {
    release?.();
    controller.abort();
    await source.return();
    await Promise.allSettled(underWay);
  }
}
