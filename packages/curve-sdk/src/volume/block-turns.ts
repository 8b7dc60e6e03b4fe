/** A range of a volume while it is being written. */
export interface Turn {
  readonly start: number;
  readonly end: number;
  /** Settles when the earlier turns that this one must not overlap are over; absent if there are none. */
  readonly before?: Promise<unknown>;
  over?: Promise<void>;
  onOver?: () => void;
}

/**
 * Keeps read-modify-write whole: while a block's old bytes are on their way nobody else writes to it. Plain writes only
 * note themselves; they wait for no one unless a read-modify-write is at their blocks.
 *
 * Everybody waits for those that came before, so nobody waits in a circle.
 */
export class BlockTurns {
  readonly #plain = new Set<Turn>();
  readonly #exclusive = new Set<Turn>();

  /** Whether no read-modify-write is under way, so that a plain turn begins at once. */
  get isFree(): boolean {
    return this.#exclusive.size === 0;
  }

  /** A turn that other plain writes may share. */
  plain(start: number, end: number): Turn {
    const turn = this.isFree ? { start, end } : after(start, end, [this.#exclusive]);
    this.#plain.add(turn);
    return turn;
  }

  /** A turn that nobody shares. */
  exclusive(start: number, end: number): Turn {
    const turn = after(start, end, [this.#exclusive, this.#plain]);
    this.#exclusive.add(turn);
    return turn;
  }

  /** Lets those wait no longer who came after. */
  end(turn: Turn): void {
    if (!this.#plain.delete(turn)) this.#exclusive.delete(turn);
    turn.onOver?.();
  }
}

function after(start: number, end: number, earlier: readonly Set<Turn>[]): Turn {
  const waits: Promise<void>[] = [];
  for (const turns of earlier) {
    for (const turn of turns) {
      if (turn.start >= end || turn.end <= start) continue;
      turn.over ??= new Promise(resolve => {
        turn.onOver = resolve;
      });
      waits.push(turn.over);
    }
  }
  return waits.length === 0 ? { start, end } : { start, end, before: Promise.all(waits) };
}
