import { type CallOptions, Course } from '../call-options.js';
import { together } from './together.js';

/**
 * Works on what a generator yields, several items at a time. When anything fails, or the call is over, the rest is
 * aborted; when this settles all of it has ended.
 */
export async function spread<T>(
  course: Course,
  concurrency: number,
  items: (course: Course) => AsyncGenerator<T, void, undefined>,
  work: (item: T, course: Course) => Promise<void>,
): Promise<void> {
  let generator: AsyncGenerator<T, void, undefined> | undefined;
  const worker = async (options: CallOptions) => {
    const part = new Course(options, course.operation, course.path);
    generator ??= items(part);
    for (let next = await generator.next(); !next.done; next = await generator.next()) {
      await work(next.value, part);
    }
  };
  try {
    await together(
      Array.from({ length: concurrency }, () => worker),
      course.step(),
    );
  } finally {
    await generator?.return();
  }
}
