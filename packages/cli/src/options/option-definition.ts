/** One option of a command line. */
export interface OptionDefinition<Name extends string = string> {
  /** The long name, without `--`; also the name of its value. */
  readonly long: Name;
  /** The short name: one letter. */
  readonly short?: string;
  /** How help calls the option's argument; an option without is a flag. */
  readonly argument?: string;
  /** What it does, in a few words. */
  readonly description: string;
  /** Ends the reading of the command line, as `--help` does: what follows need not make sense. */
  readonly immediate?: boolean;
  /** Not an option of the official tool: it must not make an abbreviation ambiguous that the tool knows. */
  readonly addition?: boolean;
  /** Commands that have the option; all, unless given. */
  readonly commands?: readonly string[];
  /** All that the argument may be, for completion. */
  readonly values?: readonly string[];
  /** The argument names a file or a folder, for completion. */
  readonly names?: 'file' | 'folder';
}

/** What a command line says. */
export interface ParsedOptions<Name extends string> {
  /** Arguments that are no options, in order. */
  operands: string[];
  /** The last value of each option given; `true` for flags. */
  values: Map<Name, string | true>;
  /** What an immediate option left unread. */
  rest: string[];
}
