import type { CurveError } from '../errors/curve-error.js';

/** The members of an answer, or of an object in it. One that was to be there and is not makes the answer an error. */
export class Members {
  readonly #all: Readonly<Record<string, unknown>>;
  readonly #failed: (what: string) => CurveError;

  /** @param failed - makes the error of what is wrong with the answer */
  constructor(all: unknown, failed: (what: string) => CurveError) {
    if (typeof all !== 'object' || all === null || Array.isArray(all)) throw failed('is not an object');
    this.#all = all as Record<string, unknown>;
    this.#failed = failed;
  }

  /** A text that is not empty. */
  text(name: string): string {
    const value = this.#all[name];
    if (typeof value === 'string' && value !== '') return value;
    throw this.lacks(name);
  }

  /** A text, if there is one that is not empty. */
  textIfAny(name: string): string | undefined {
    const value = this.#all[name];
    return typeof value === 'string' && value !== '' ? value : undefined;
  }

  /** A whole number of 0 or more. */
  whole(name: string): number {
    const value = this.#all[name];
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
    throw this.lacks(name);
  }

  /** One of the words that the service has numbers for. */
  word<Word extends string>(name: string, words: readonly Word[]): Word {
    const word = words[this.whole(name)];
    if (word === undefined) throw this.#failed(`has a ${name} that the protocol lacks`);
    return word;
  }

  flag(name: string): boolean {
    const value = this.#all[name];
    if (typeof value === 'boolean') return value;
    throw this.lacks(name);
  }

  /** All that the service counts in `TotalCount`; `null` is how it writes none. */
  list(name: string): Members[] {
    const value = this.#all[name] ?? [];
    if (!Array.isArray(value)) throw this.lacks(name);
    const total = this.whole('TotalCount');
    if (value.length !== total) throw this.#failed(`has ${value.length} of ${total} ${name}`);
    return value.map(one => new Members(one, this.#failed));
  }

  /** The error of an answer without that member. */
  lacks(name: string): CurveError {
    return this.#failed(`lacks ${name}`);
  }
}
