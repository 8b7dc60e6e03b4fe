/** Does several things at a time. The first failure ends it: nothing more is begun. */
export class TaskPool {
  readonly #limit: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;
  #failure: { error: unknown } | undefined;

  /** @param limit - how many at the same time */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /**
   * Begins a task as soon as there is room for it.
   *
   * @throws what a task has failed with
   */
  async add(task: () => Promise<void>): Promise<void> {
    while (this.#running >= this.#limit) await this.#change();
    if (this.#failure) throw this.#failure.error;
    this.#running++;
    void task()
      .catch(error => {
        this.#failure ??= { error };
      })
      .finally(() => {
        this.#running--;
        for (const wake of this.#waiting.splice(0)) wake();
      });
  }

  /**
   * Waits until no task is under way any more.
   *
   * @throws what a task has failed with
   */
  async finish(): Promise<void> {
    while (this.#running > 0) await this.#change();
    if (this.#failure) throw this.#failure.error;
  }

  #change(): Promise<void> {
    return new Promise(resolve => {
      this.#waiting.push(resolve);
    });
  }
}
