/** Counts calls under way, for whoever has to wait for their end. */
export class InFlight {
  #count = 0;
  #onSettled: (() => void) | undefined;
  #settled: Promise<void> | undefined;

  begin(): void {
    this.#count++;
  }

  end(): void {
    if (--this.#count > 0 || this.#onSettled === undefined) return;
    this.#onSettled();
    this.#onSettled = undefined;
    this.#settled = undefined;
  }

  /** Settles when nothing is under way. */
  async settled(): Promise<void> {
    if (this.#count === 0) return;
    this.#settled ??= new Promise(resolve => {
      this.#onSettled = resolve;
    });
    await this.#settled;
  }
}
