import { usageError } from '../cli-error.js';
import { repeatedValues } from './option-definition.js';
import { DURATION_FORM, parseDuration } from './parse-duration.js';
import { parseSize, SIZE_FORM } from './parse-size.js';

/** The options given, read as what they mean. Each reader fails with a usage error that names the option. */
export class OptionValues<Name extends string> {
  readonly #values: ReadonlyMap<string, string | true>;

  constructor(values: ReadonlyMap<string, string | true>) {
    this.#values = values;
  }

  /** Whether an option was given. */
  has(name: Name): boolean {
    return this.#values.has(name);
  }

  /** The argument as it is; an empty one is none. */
  text(name: Name): string | undefined {
    const value = this.#values.get(name);
    return typeof value === 'string' && value !== '' ? value : undefined;
  }

  /** All arguments of an option that may be given several times, in their order. */
  texts(name: Name): string[] {
    return repeatedValues(this.#values, name).filter(value => value !== '');
  }

  /** Bytes. */
  size(name: Name): number | undefined {
    return this.#read(name, parseSize, SIZE_FORM);
  }

  /** Milliseconds. */
  duration(name: Name): number | undefined {
    return this.#read(name, parseDuration, DURATION_FORM);
  }

  /** A whole number in a range. */
  wholeNumber(name: Name, minimum: number, maximum: number): number | undefined {
    const parse = (text: string) => {
      const number = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
      return number >= minimum && number <= maximum ? number : undefined;
    };
    return this.#read(name, parse, `a whole number from ${minimum} to ${maximum}`);
  }

  /** An id of 64 bits. */
  id(name: Name): bigint | undefined {
    return this.#read(name, text => (/^\d{1,20}$/.test(text) ? BigInt(text) : undefined), 'a number');
  }

  /** One of some words. */
  choice<Word extends string>(name: Name, words: readonly Word[]): Word | undefined {
    return this.#read(name, text => words.find(word => word === text), `one of ${words.join(', ')}`);
  }

  #read<Value>(name: Name, parse: (text: string) => Value | undefined, allowed: string): Value | undefined {
    const text = this.#values.get(name);
    if (typeof text !== 'string') return undefined;
    const value = parse(text);
    if (value !== undefined) return value;
    throw usageError(`--${name} must be ${allowed}; it is ${JSON.stringify(text)}`);
  }
}
