import { type CallOptions, Course } from '../call-options.js';
import { invalid } from '../checks.js';
import type { Connection } from '../client/connection.js';
import { CurveError } from '../errors/curve-error.js';
import { pauseOf } from './pause.js';

/** Milliseconds between two questions; the service's own tasks look once a second, too. */
const INTERVAL = 1000;

/** Options of {@link SnapshotTask.wait}. */
export interface TaskWaitOptions<State> extends CallOptions {
  /**
   * Milliseconds between two questions.
   *
   * @default 1000
   */
  readonly interval?: number | undefined;
  /** Called with the first state and with each other one. */
  readonly onProgress?: ((state: State) => void) | undefined;
}

/**
 * The result, if the task has ended; undefined is the state of no record any more.
 *
 * @throws CurveError it has failed
 */
export type Ended<State, Result> = (
  id: string,
  state: State | undefined,
) => { readonly result: Result } | undefined;

/** What a task is about. */
export interface TaskKind<State, Result> {
  /** Makes a call of the caller's. */
  readonly steps: Connection['steps'];
  /** The state now. Rejects with `NOTEXIST` when there is no record any more. */
  readonly look: (course: Course) => Promise<State>;
  readonly ended: Ended<State, Result>;
}

/**
 * Work of the snapshot-clone service. It goes on whether anybody waits or not, also when this program ends; its `id` finds it
 * again.
 */
export class SnapshotTask<State, Result> {
  /** The service's id, a UUID. */
  readonly id: string;
  readonly #kind: TaskKind<State, Result>;

  /** @internal */
  constructor(id: string, kind: TaskKind<State, Result>) {
    this.id = id;
    this.#kind = kind;
  }

  /**
   * How far it is now.
   *
   * @throws CurveError `NOTEXIST` there is no record of it any more
   */
  async status(options?: CallOptions): Promise<State> {
    const { steps, look } = this.#kind;
    return steps('snapshots.status', undefined, options, look);
  }

  /**
   * Waits for its end. An aborted wait, or one out of time, leaves the task running; it can be waited for again, also after
   * no server answered for so long that this failed.
   *
   * @returns what came of it
   * @throws CurveError `FAILED` the task has failed, and `hint` says what is left of it; or, with a `request`, nobody answered
   */
  async wait(options?: TaskWaitOptions<State>): Promise<Result> {
    const operation = 'snapshots.wait';
    const course = new Course(options, operation);
    const { interval = INTERVAL, onProgress } = options ?? {};
    if (!(typeof interval === 'number' && interval > 0 && interval < 2 ** 31))
      throw invalid(operation, 'interval', 'a number of milliseconds over 0', interval);
    if (onProgress !== undefined && typeof onProgress !== 'function')
      throw invalid(operation, 'onProgress', 'a function', onProgress);
    for (let shown = ''; ; await pauseOf(course, interval)) {
      const state = await this.#lookAgain(course);
      const now = JSON.stringify(state);
      if (state !== undefined && now !== shown) onProgress?.(state);
      shown = now;
      const end = this.#kind.ended(this.id, state);
      if (end !== undefined) return end.result;
    }
  }

  async #lookAgain(course: Course): Promise<State | undefined> {
    const { steps, look } = this.#kind;
    // That there is none any more is an answer, and no failure of the call.
    return steps(course.operation, undefined, course.step(), step =>
      look(step).catch((error: unknown) => {
        if (error instanceof CurveError && error.code === 'NOTEXIST') return undefined;
        throw error;
      }),
    );
  }
}
