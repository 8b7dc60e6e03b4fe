/** How often the position is written down, in milliseconds: what a killed process has to do again. */
const INTERVAL = 500;

/**
 * Writes down how far a transfer is: at its beginning, now and then while it goes on, and when it breaks off. Never two
 * writes at once, and never an older position after a newer one.
 */
export class PositionKeeper {
  readonly #save: (position: number) => Promise<void>;
  readonly #onFailure: (error: unknown) => void;
  #position: number;
  #saved: number | undefined;
  #saving: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #savedAt = Number.NEGATIVE_INFINITY;
  #stopped = false;

  /**
   * @param position - where the transfer begins
   * @param onFailure - is told when the position can be written down no more
   */
  constructor(
    position: number,
    save: (position: number) => Promise<void>,
    onFailure: (error: unknown) => void,
  ) {
    this.#position = position;
    this.#save = save;
    this.#onFailure = onFailure;
  }

  /** Everything before this byte is done. */
  get position(): number {
    return this.#position;
  }

  /** Takes the latest position. */
  advance(position: number): void {
    this.#position = position;
    if (this.#saving || this.#timer || this.#stopped) return;
    // Even if this is the last that is heard for a long time, it gets written down.
    this.#timer = setTimeout(() => this.#start(), Math.max(0, this.#savedAt + INTERVAL - performance.now()));
  }

  /** Ends when the latest position is written down, if it can be. */
  async settle(): Promise<void> {
    await this.#saving;
    this.#start();
    await this.#saving;
  }

  /** Ends when nothing is written down any more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#saving;
  }

  #start(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const position = this.#position;
    if (this.#stopped || position === this.#saved) return;
    this.#saving = this.#save(position)
      .then(
        () => {
          this.#saved = position;
        },
        error => {
          if (!this.#stopped) this.#onFailure(error);
          this.#stopped = true;
        },
      )
      .finally(() => {
        this.#saving = undefined;
        this.#savedAt = performance.now();
        // What arrived while it was being written.
        if (this.#position !== position) this.advance(this.#position);
      });
  }
}
