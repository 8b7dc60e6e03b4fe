import { encodeEntry } from '../encoding.js';
import { type ObjectEntry, objectEntry } from '../entry.js';
import { invalidArgument } from '../errors.js';

/**
 * A processing command, as `fops` and the put policy's `persistentOps` take it (wcs-api §2.8). It never changes: each
 * method gives a new one.
 */
export class FopsCommand {
  readonly #text: string;

  /** @internal */
  constructor(text: string) {
    this.#text = text;
  }

  /** Hands the result on to a further command. */
  pipe(next: FopsCommand | string): FopsCommand {
    return new FopsCommand(`${this.#text}|${commandText('next', next)}`);
  }

  /** Stores the result. */
  saveas(target: ObjectEntry): FopsCommand {
    const { bucket, key } = objectEntry('target', target);
    return new FopsCommand(`${this.#text}|saveas/${encodeEntry(bucket, key)}`);
  }

  /** The command in the service's grammar. */
  toString(): string {
    return this.#text;
  }
}

/** One command or several, as a user gives them. A text may hold several of its own, separated by semicolons. */
export type FopsCommands = FopsCommand | string | readonly (FopsCommand | string)[];

/** The commands in the service's grammar. */
export function fopsText(fops: FopsCommands): string {
  if (!Array.isArray(fops)) return commandText('fops', fops as FopsCommand | string);
  if (fops.length === 0) throw invalidArgument('fops', 'at least one command', fops);
  return fops.map((command, index) => commandText(`fops[${index}]`, command)).join(';');
}

function commandText(name: string, command: FopsCommand | string): string {
  const text = command instanceof FopsCommand ? command.toString() : command;
  if (typeof text !== 'string' || text === '' || /\p{Surrogate}/u.test(text)) {
    throw invalidArgument(name, 'a command, such as vframe/jpg/offset/1', text);
  }
  return text;
}
