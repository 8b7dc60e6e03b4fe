/** One option of a command line. */
export interface OptionDefinition<Name extends string = string> {
  /** The long name, without `--`; also the name of its value. */
  readonly long: Name;
  /** The short name: one letter. */
  readonly short?: string;
  /** How help calls the option's argument: `FILE`, `0|1`; an option without is a flag. */
  readonly argument?: string;
  /** What it does, in a few words. */
  readonly description: string;
  /** Ends the reading of the command line, as `--help` does: what follows need not make sense. */
  readonly immediate?: boolean;
  /** It may be given several times: its value is all of them, separated by NUL, which no argument can hold. */
  readonly repeatable?: boolean;
  /** Not an option of the official tool: it must not make an abbreviation ambiguous that the tool knows. */
  readonly addition?: boolean;
  /** Commands that have the option; all, unless given. */
  readonly commands?: readonly string[];
  /** All that the argument may be, where help does not call it `this|that`. */
  readonly values?: readonly string[];
}

/** What a command line says. */
export interface ParsedOptions<Name extends string> {
  /** Arguments that are no options, in order. */
  operands: string[];
  /** The last value of each option given, all values of those that are repeatable; `true` for flags. */
  values: Map<Name, string | true>;
  /** What an immediate option left unread. */
  rest: string[];
}

/** The values of an option that is repeatable, in their order. */
export function repeatedValues<Name extends string>(
  values: ReadonlyMap<Name, string | true>,
  name: Name,
): string[] {
  const value = values.get(name);
  return typeof value === 'string' ? value.split('\0') : [];
}
