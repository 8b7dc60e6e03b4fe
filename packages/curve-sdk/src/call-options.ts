import { performance } from 'node:perf_hooks';
import { invalid } from './checks.js';
import { aborted, CurveError, subject } from './errors/curve-error.js';
import { onAbort } from './flow/on-abort.js';

/** Accepted by every call that asks the cluster. */
export interface CallOptions {
  /** Aborting rejects the call at once with a `CurveError` named `AbortError`; its buffers are free then. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Milliseconds for the whole call, after which it rejects with `TIMEOUT`.
   *
   * @default none: calls to the MDS give up after `mds.maxRetryMS`, reads and writes go on for as long as it takes
   */
  readonly deadline?: number | undefined;
}

/** Refuses options that are none, and calls that are aborted before they began. */
export function checkCallOptions(options: CallOptions | undefined, operation: string, path?: string): void {
  if (options === undefined) return;
  if (typeof options !== 'object' || options === null)
    throw invalid(operation, 'options', 'an object', options, path);
  const { signal, deadline } = options;
  if (deadline !== undefined && !(typeof deadline === 'number' && deadline > 0)) {
    throw invalid(operation, 'deadline', 'a number of milliseconds over 0', deadline, path);
  }
  if (signal === undefined) return;
  if (!(signal instanceof AbortSignal)) throw invalid(operation, 'signal', 'an AbortSignal', signal, path);
  if (signal.aborted) throw aborted(signal, operation, path);
}

/** The time and signal of a call that takes several steps. */
export class Course {
  readonly operation: string;
  readonly path: string | undefined;
  readonly signal: AbortSignal | undefined;
  readonly #end: number;

  constructor(options: CallOptions | undefined, operation: string, path?: string) {
    checkCallOptions(options, operation, path);
    this.operation = operation;
    this.path = path;
    this.signal = options?.signal;
    this.#end =
      options?.deadline === undefined ? Number.POSITIVE_INFINITY : performance.now() + options.deadline;
  }

  /** The options of the next step: the same signal, and what is left of the time. */
  step(): CallOptions {
    const { signal } = this;
    if (signal?.aborted) throw aborted(signal, this.operation, this.path);
    if (this.#end === Number.POSITIVE_INFINITY) return { signal };
    const deadline = this.#end - performance.now();
    if (deadline <= 0) throw this.#timedOut();
    return { signal, deadline };
  }

  /** The time of `performance.now()` when so much of what is left of its time has passed. */
  until(share: number): number {
    const now = performance.now();
    return now + share * Math.max(0, this.#end - now);
  }

  /** A part of it that may take so many milliseconds at most. */
  within(milliseconds: number): Course {
    const { signal, deadline = Number.POSITIVE_INFINITY } = this.step();
    const least = Math.min(deadline, milliseconds);
    return new Course(
      { signal, deadline: least === Number.POSITIVE_INFINITY ? undefined : least },
      this.operation,
      this.path,
    );
  }

  /** Settles as `work` does, unless the call is aborted or out of time before. */
  async unlessOver<T>(work: Promise<T>): Promise<T> {
    // What comes too late is nobody's concern.
    work.catch(() => {});
    const { signal, deadline } = this.step();
    if (signal === undefined && deadline === undefined) return work;
    let stop: () => void = () => {};
    let timer: NodeJS.Timeout | undefined;
    const over = new Promise<never>((_, reject) => {
      if (signal !== undefined) {
        stop = onAbort(signal, () => reject(aborted(signal, this.operation, this.path)));
      }
      if (deadline !== undefined)
        timer = setTimeout(() => reject(this.#timedOut()), Math.min(deadline, 2 ** 31 - 1));
    });
    try {
      return await Promise.race([work, over]);
    } finally {
      stop();
      clearTimeout(timer);
    }
  }

  #timedOut(): CurveError {
    const { operation, path } = this;
    const message = `${subject(operation, path)}: not done when its deadline passed`;
    return new CurveError('TIMEOUT', message, { operation, path });
  }
}
