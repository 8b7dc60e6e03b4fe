/** Mutual exclusion by name: work under the same name runs one after the other, other work at the same time. */
export class KeyedLock {
  readonly #tails = new Map<string, Promise<void>>();

  /** Runs `work` while it alone holds every one of `names`. They are taken in order, so no two can deadlock. */
  async run<T>(names: Iterable<string>, work: () => Promise<T>): Promise<T> {
    const releases: (() => void)[] = [];
    try {
      for (const name of [...new Set(names)].sort()) releases.push(await this.#acquire(name));
      return await work();
    } finally {
      for (const release of releases) release();
    }
  }

  async #acquire(name: string): Promise<() => void> {
    const before = this.#tails.get(name);
    let release = () => {};
    const tail = new Promise<void>(resolve => {
      release = () => {
        if (this.#tails.get(name) === tail) this.#tails.delete(name);
        resolve();
      };
    });
    this.#tails.set(name, tail);
    await before;
    return release;
  }
}
