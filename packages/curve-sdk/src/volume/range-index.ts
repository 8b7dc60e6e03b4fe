/** A range of whole numbers, both ends included. */
export interface WholeRange {
  readonly first: number;
  readonly last: number;
}

/**
 * Finds the ranges that a number is in without looking at the others: each lies in the one or two cells that it touches of
 * a grid about as wide as itself.
 */
export class RangeIndex<T extends WholeRange> {
  readonly #cells = new Map<number, Set<T>>();
  /** How many ranges each grid has; grid n has cells of 2^n numbers. */
  readonly #counts: number[] = [];

  add(range: T): void {
    const grid = gridOf(range);
    this.#counts[grid] = (this.#counts[grid] ?? 0) + 1;
    for (const key of keysOf(range, grid)) {
      const cell = this.#cells.get(key);
      if (cell === undefined) this.#cells.set(key, new Set([range]));
      else cell.add(range);
    }
  }

  delete(range: T): void {
    const grid = gridOf(range);
    this.#counts[grid] = (this.#counts[grid] ?? 0) - 1;
    for (const key of keysOf(range, grid)) {
      const cell = this.#cells.get(key);
      cell?.delete(range);
      if (cell?.size === 0) this.#cells.delete(key);
    }
  }

  /** The ranges that a number is in. */
  *at(number: number): Generator<T, void, undefined> {
    for (const [grid, count] of this.#counts.entries()) {
      if (!count) continue;
      for (const range of this.#cells.get(keyOf(number, grid)) ?? []) {
        if (range.first <= number && number <= range.last) yield range;
      }
    }
  }
}

const GRIDS = 64;

function gridOf({ first, last }: WholeRange): number {
  return Math.ceil(Math.log2(last - first + 1));
}

function keyOf(number: number, grid: number): number {
  return Math.floor(number / 2 ** grid) * GRIDS + grid;
}

function keysOf({ first, last }: WholeRange, grid: number): readonly number[] {
  const [from, to] = [keyOf(first, grid), keyOf(last, grid)];
  return from === to ? [from] : [from, to];
}
