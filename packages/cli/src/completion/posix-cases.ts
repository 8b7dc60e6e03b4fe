import { shellQuote } from '../shell-quote.js';
import type { Expected, GrammarOption, ShellGrammar } from './shell-grammar.js';

/** Tables of a grammar as `case` statements, which bash and zsh write alike. */
export function posixCases({ options, commands }: ShellGrammar): {
  /** For `$option`: sets `expected` to what its argument is. */
  optionArguments: string;
  /** For `$command`: sets `options` to those that it has. */
  commandOptions: string;
  /** For `$command:$operand`, counted from 0: sets `expected`. */
  operands: string;
} {
  const all = [...options, ...commands.flatMap(command => command.options)];
  const unique = [...new Map(all.map(option => [option.long, option])).values()];
  return {
    optionArguments: cases(
      unique.flatMap(option =>
        option.argument === undefined ? [] : [[optionWords(option).join('|'), sets(option.argument)]],
      ),
    ),
    commandOptions: cases(
      commands
        .filter(command => command.options.length > 0)
        .map(command => [
          [command.name, ...command.aliases].join('|'),
          `options=${shellQuote(command.options.flatMap(optionWords).join(' '))}`,
        ]),
    ),
    operands: cases(
      commands.flatMap(({ name, aliases, operands, repeats }) =>
        operands.flatMap((expected, index): [string, string][] => {
          if (expected === 'anything') return [];
          const place = repeats && index === operands.length - 1 ? '*' : String(index);
          return [[[name, ...aliases].map(one => `${one}:${place}`).join('|'), sets(expected)]];
        }),
      ),
    ),
  };
}

/** How an option can be given. */
export function optionWords({ long, short }: GrammarOption): string[] {
  return [`--${long}`, ...(short === undefined ? [] : [`-${short}`])];
}

function sets(expected: Expected): string {
  return `expected=${typeof expected === 'string' ? expected : shellQuote(`words ${expected.words.join(' ')}`)}`;
}

function cases(rows: readonly (readonly [string, string])[]): string {
  return rows.map(([pattern, action]) => `    ${pattern}) ${action} ;;\n`).join('');
}
