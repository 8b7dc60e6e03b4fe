import { type CallOptions, Course } from '../call-options.js';
import { invalid } from '../checks.js';
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

/** What a task is about. */
export interface TaskKind<State, Result> {
  /** The state now. Rejects with `NOTEXIST` when there is no record any more. */
  readonly look: (id: string, operation: string, options: CallOptions) => Promise<State>;
  /**
   * The result, if the task has ended; undefined is the state of no record any more.
   *
   * @throws CurveError it has failed
   */
  readonly ended: (id: string, state: State | undefined) => { readonly result: Result } | undefined;
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
    return this.#kind.look(this.id, 'snapshots.status', options ?? {});
  }

  /**
   * Waits for its end. An aborted wait, or one out of time, leaves the task running; it can be waited for again, also after
   * no server answered for so long that this failed.
   *
   * @returns what came of it
   * @throws CurveError `FAILED` the task has failed, and `hint` says what is left of it; or, with a `request`, nobody answered
   */
  async wait({ interval = INTERVAL, onProgress, ...options }: TaskWaitOptions<State> = {}): Promise<Result> {
    const operation = 'snapshots.wait';
    if (!(typeof interval === 'number' && interval > 0 && interval < 2 ** 31))
      throw invalid(operation, 'interval', 'a number of milliseconds over 0', interval);
    if (onProgress !== undefined && typeof onProgress !== 'function')
      throw invalid(operation, 'onProgress', 'a function', onProgress);
    const course = new Course(options, operation);
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
    try {
      return await this.#kind.look(this.id, course.operation, course.step());
    } catch (error) {
      if (error instanceof CurveError && error.code === 'NOTEXIST') return undefined;
      throw error;
    }
  }
}
