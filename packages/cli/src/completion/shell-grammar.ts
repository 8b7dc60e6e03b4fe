import type { Command } from '../command.js';
import type { OptionDefinition } from '../options/option-definition.js';

/** What may come next on a command line. */
export type Expected = { words: readonly string[] } | 'file' | 'folder' | 'anything';

/** An option, as shells need to know it. */
export interface GrammarOption {
  long: string;
  short: string | undefined;
  description: string;
  /** What its argument is; nothing for a flag. */
  argument: Expected | undefined;
}

/** A command, as shells need to know it. */
export interface GrammarCommand {
  name: string;
  aliases: readonly string[];
  summary: string;
  /** Options that only some commands have. */
  options: readonly GrammarOption[];
  /** What its arguments are, in order. */
  operands: readonly Expected[];
  /** Whether the last of them may come again. */
  repeats: boolean;
}

/** All that can be said to a tool. */
export interface ShellGrammar {
  tool: string;
  /** Options of every command. */
  options: readonly GrammarOption[];
  commands: readonly GrammarCommand[];
}

type KnownCommand = Pick<Command<never>, 'name' | 'aliases' | 'usage' | 'summary'>;

/** Makes the grammar of a tool from its commands and options. */
export function shellGrammar<Known extends KnownCommand>(
  tool: string,
  options: readonly OptionDefinition[],
  commands: readonly Known[],
  optionsOf: (command: Known) => readonly OptionDefinition[],
): ShellGrammar {
  return {
    tool,
    options: options.map(grammarOption),
    commands: commands.map(command => ({
      name: command.name,
      aliases: command.aliases ?? [],
      summary: command.summary,
      options: optionsOf(command).map(grammarOption),
      ...operandsOf(command.usage),
    })),
  };
}

function grammarOption({ long, short, description, argument, values }: OptionDefinition): GrammarOption {
  const expected = values ? { words: values } : argument === undefined ? undefined : expectedBy(argument);
  return { long, short, description, argument: expected };
}

/** Help says what the arguments are: `status|wait ID`, `wcs://BUCKET[/KEY] FILE`, `VOLUME --size SIZE`. */
function operandsOf(usage: string): Pick<GrammarCommand, 'operands' | 'repeats'> {
  const words = usage.replace(/ --.*/, '').split(' ').filter(Boolean);
  return { operands: words.map(operandOf), repeats: words.at(-1)?.includes('...') ?? false };
}

function operandOf(word: string): Expected {
  const name = word.replace(/[[\]]|\.\.\./g, '');
  if (name === 'NAME') return 'file';
  if (name === 'SOURCE' || name === 'TARGET') return 'folder';
  return expectedBy(name);
}

function expectedBy(name: string): Expected {
  if (/^[a-z\d]+(\|[a-z\d]+)+$/.test(name)) return { words: name.split('|') };
  if (name === 'FILE' || name === 'RESFILE') return 'file';
  if (name === 'FOLDER') return 'folder';
  return 'anything';
}
