import { RangeIndex } from './range-index.js';

/** A range of a volume while it is being written. */
export interface Turn {
  /** Settles when the earlier turns that this one must not meet are over; absent if there are none. */
  readonly before?: Promise<void> | undefined;
}

/**
 * Keeps read-modify-write whole: while a block's old bytes are on their way nobody else writes to it. Plain writes only
 * note themselves; they wait for no one unless a read-modify-write is at their blocks.
 *
 * Everybody waits for those that came before, so nobody waits in a circle; and of those only for the last ones at each
 * block, since these have waited for all others. For that a turn that is given up still waits before it is over.
 */
export class BlockTurns {
  readonly #blockSize: number;
  /** Turns that no read-modify-write has looked at yet; the others are in the index. */
  readonly #fresh = new Set<BlockTurn>();
  readonly #indexed = new RangeIndex<BlockTurn>();
  readonly #edges = new Map<number, Edge>();

  constructor(blockSize: number) {
    this.#blockSize = blockSize;
  }

  /** Whether no read-modify-write is under way, so that a plain turn begins at once. */
  get isFree(): boolean {
    return this.#edges.size === 0;
  }

  /** A turn that other plain writes may share. */
  plain(start: number, end: number): Turn {
    const turn = this.#turn(start, end, false);
    if (!this.isFree) this.#join(turn, turn.first, turn.last);
    return this.#noted(turn);
  }

  /** A turn whose first and last block nobody shares: those are read before they are written. */
  exclusive(start: number, end: number): Turn {
    const turn = this.#turn(start, end, true);
    this.#join(turn, turn.first + 1, turn.last - 1);
    for (const block of turn.edges) this.#claim(turn, block);
    return this.#noted(turn);
  }

  /** The turn's holder is done, or has given it up. */
  end(turn: Turn): void {
    const ended = turn as BlockTurn;
    ended.isEnded = true;
    const over = [ended];
    // Not by recursion: a great many may have been given up behind this one.
    for (let next = over.pop(); next !== undefined; next = over.pop()) {
      if (next.waits > 0 || next.isOver) continue;
      this.#forget(next);
      for (const follower of next.followers) {
        follower.waits--;
        if (follower.isEnded) over.push(follower);
        else if (follower.waits === 0) follower.begin?.();
      }
    }
  }

  #turn(start: number, end: number, isExclusive: boolean): BlockTurn {
    const first = Math.floor(start / this.#blockSize);
    const last = Math.max(first, Math.ceil(end / this.#blockSize) - 1);
    return new BlockTurn(first, last, isExclusive);
  }

  #noted(turn: BlockTurn): Turn {
    this.#fresh.add(turn);
    if (turn.waits > 0) {
      turn.before = new Promise(resolve => {
        turn.begin = resolve;
      });
    }
    return turn;
  }

  /** Waits for the read-modify-writes at some blocks, and is waited for by the next there. */
  #join(turn: BlockTurn, first: number, last: number): void {
    const join = (edge: Edge | undefined) => {
      if (edge === undefined) return;
      turn.follow(edge.last);
      edge.since.push(turn);
    };
    if (last - first < this.#edges.size) {
      for (let block = first; block <= last; block++) join(this.#edges.get(block));
    } else {
      for (const [block, edge] of this.#edges) if (block >= first && block <= last) join(edge);
    }
  }

  #claim(turn: BlockTurn, block: number): void {
    const edge = this.#edges.get(block);
    for (const earlier of edge === undefined ? this.#writesAt(block) : [edge.last, ...edge.since]) {
      turn.follow(earlier);
    }
    this.#edges.set(block, { last: turn, since: [] });
  }

  #writesAt(block: number): Iterable<BlockTurn> {
    for (const turn of this.#fresh) this.#indexed.add(turn);
    this.#fresh.clear();
    return this.#indexed.at(block);
  }

  #forget(turn: BlockTurn): void {
    turn.isOver = true;
    if (!this.#fresh.delete(turn)) this.#indexed.delete(turn);
    if (!turn.isExclusive) return;
    for (const block of turn.edges) if (this.#edges.get(block)?.last === turn) this.#edges.delete(block);
  }
}

/** A block that is being read, modified and written. */
interface Edge {
  /** Whose turn came last there. */
  readonly last: BlockTurn;
  /** Those that came after it and only write the block. */
  readonly since: BlockTurn[];
}

class BlockTurn implements Turn {
  before: Promise<void> | undefined;
  begin: (() => void) | undefined;
  /** How many turns have to be over first. */
  waits = 0;
  isEnded = false;
  isOver = false;
  readonly followers: BlockTurn[] = [];

  constructor(
    readonly first: number,
    readonly last: number,
    readonly isExclusive: boolean,
  ) {}

  get edges(): readonly number[] {
    return this.first === this.last ? [this.first] : [this.first, this.last];
  }

  follow(earlier: BlockTurn): void {
    if (earlier.isOver) return;
    earlier.followers.push(this);
    this.waits++;
  }
}
