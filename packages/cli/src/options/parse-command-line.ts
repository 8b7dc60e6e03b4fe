import { parseArgs } from 'node:util';
import { type CliError, usageError } from '../cli-error.js';
import { didYouMean } from './did-you-mean.js';
import type { OptionDefinition } from './option-definition.js';

/** A command line, taken apart. */
export interface CommandLine {
  /** Arguments that are no options, in order. */
  operands: string[];
  /** The last value of each option given, by its long name, all values of those that are repeatable; `true` for flags. */
  values: Map<string, string | true>;
  /** The first thing that makes no sense; of no interest to whoever asked for help. */
  problem: CliError | undefined;
}

type OptionToken = Extract<ReturnType<typeof parseTokens>[number], { kind: 'option' }>;

/**
 * Reads a command line as POSIX and GNU programs do: options stand anywhere, `--` ends them, short ones may be
 * joined. Names are not abbreviated, so that an option added later changes no script.
 */
export function parseCommandLine(
  argv: readonly string[],
  definitions: readonly OptionDefinition[],
): CommandLine {
  const line: CommandLine = { operands: [], values: new Map(), problem: undefined };
  for (const token of parseTokens(argv, definitions)) {
    if (token.kind === 'positional') line.operands.push(token.value);
    if (token.kind !== 'option') continue;
    const definition = definitions.find(({ long }) => long === token.name);
    if (definition) line.values.set(token.name, valueGiven(token, definition, line.values));
    line.problem ??= problemOf(token, definition, definitions);
  }
  return line;
}

function valueGiven(
  { name, value = true }: Pick<OptionToken, 'name'> & { value?: string | true | undefined },
  { repeatable }: OptionDefinition,
  values: ReadonlyMap<string, string | true>,
): string | true {
  const earlier = repeatable ? values.get(name) : undefined;
  return earlier === undefined ? value : `${earlier}\0${value}`;
}

function parseTokens(argv: readonly string[], definitions: readonly OptionDefinition[]) {
  return parseArgs({
    args: [...argv],
    options: Object.fromEntries(
      definitions.map(({ long, short, argument }) => [
        long,
        { type: argument === undefined ? 'boolean' : 'string', ...(short === undefined ? {} : { short }) },
      ]),
    ),
    allowPositionals: true,
    strict: false,
    tokens: true,
  }).tokens;
}

function problemOf(
  { rawName, value, inlineValue }: OptionToken,
  definition: OptionDefinition | undefined,
  definitions: readonly OptionDefinition[],
): CliError | undefined {
  if (!definition) {
    const names = definitions.map(({ long }) => `--${long}`);
    return usageError(`there is no option ${rawName}`, didYouMean(rawName, names));
  }
  if (definition.argument === undefined) {
    return value === undefined ? undefined : usageError(`option ${rawName} takes no argument`);
  }
  // What looks like an option is one, unless it is joined to this one by an equals sign.
  const swallowed = inlineValue === false && /^-./.test(value ?? '');
  if (value !== undefined && !swallowed) return undefined;
  return usageError(`option ${rawName} needs an argument: ${definition.argument}`);
}
