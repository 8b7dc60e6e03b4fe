/** Mutual exclusion: work runs one after the other, in the order it came. */
export class Mutex {
  #tail: Promise<unknown> = Promise.resolve();

  /** Runs `work` while no other work runs. */
  run<T>(work: () => Promise<T> | T): Promise<T> {
    const result = this.#tail.then(work);
    this.#tail = result.catch(() => {});
    return result;
  }
}
