/** A script that cannot be read: the message names the line. */
export class ScriptError extends Error {
  override readonly name = 'ScriptError';
}

/** One line of a script. Words that are missing read as the empty word, as in the recorded transcripts. */
export class Command {
  /** The line as written; it is printed before the result. */
  readonly line: string;
  /** The first word. */
  readonly name: string;
  readonly #words: string[];

  constructor(line: string) {
    this.line = line;
    const [name = '', ...words] = line.split(/[ \t]+/);
    this.name = name;
    this.#words = words;
  }

  /** The word after the name, counted from 0; empty if it is missing. */
  word(index: number): string {
    return this.#words[index] ?? '';
  }

  /** The word as a number; 0 if it is missing. */
  number(index: number): number {
    const word = this.word(index);
    if (word === '') return 0;
    const value = parseNumber(word);
    if (value === undefined) throw new ScriptError(`${word} is not a number: ${this.line}`);
    return value;
  }
}

const FACTORS = new Map([
  ['', 1],
  ['K', 2 ** 10],
  ['M', 2 ** 20],
  ['G', 2 ** 30],
  ['T', 2 ** 40],
]);

/** A decimal number that may end in K, M, G or T, powers of 1024. */
export function parseNumber(word: string): number | undefined {
  const match = /^(-?\d+(?:\.\d+)?)([KMGT]?)$/i.exec(word);
  const factor = FACTORS.get((match?.[2] ?? '').toUpperCase());
  return match === null || factor === undefined ? undefined : Number(match[1]) * factor;
}

/** The commands of a script; blank lines and lines that start with `#` are left out. */
export function parseScript(text: string): Command[] {
  return text
    .split(/\r?\n/)
    .filter(line => line.trim() !== '' && !line.startsWith('#'))
    .map(line => new Command(line));
}
