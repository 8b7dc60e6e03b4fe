import type { Expected, GrammarCommand, GrammarOption, ShellGrammar } from './shell-grammar.js';

/** Completion for fish. It counts no arguments: whatever a command may take anywhere is offered everywhere. */
export function fishCompletion({ tool, options, commands }: ShellGrammar): string {
  const lines = [
    `# Completion of ${tool} in fish: ${tool} completion fish | source`,
    `complete -c ${tool} -f`,
    ...options.map(option => optionLine(tool, option)),
    ...commands.flatMap(command => commandLines(tool, command)),
  ];
  return `${lines.join('\n')}\n`;
}

function commandLines(tool: string, command: GrammarCommand): string[] {
  const names = [command.name, ...command.aliases];
  const seen = `__fish_seen_subcommand_from ${names.join(' ')}`;
  const words = command.operands.flatMap(expected => (typeof expected === 'string' ? [] : expected.words));
  const kinds = new Set(command.operands);
  return [
    ...names.map(
      name => `complete -c ${tool} -n __fish_use_subcommand -a ${name} -d ${fishQuote(command.summary)}`,
    ),
    ...command.options.map(option => optionLine(tool, option, seen)),
    ...(words.length > 0
      ? [
          `complete -c ${tool} -n ${fishQuote(`${seen}; and not __fish_seen_subcommand_from ${words.join(' ')}`)} -a ${fishQuote(words.join(' '))}`,
        ]
      : []),
    ...(kinds.has('file') ? [`complete -c ${tool} -n ${fishQuote(seen)} -F`] : []),
    ...(kinds.has('folder')
      ? [`complete -c ${tool} -n ${fishQuote(seen)} -a '(__fish_complete_directories)'`]
      : []),
  ];
}

function optionLine(tool: string, option: GrammarOption, condition?: string): string {
  const { long, short, description, argument } = option;
  return [
    `complete -c ${tool}`,
    ...(condition === undefined ? [] : [`-n ${fishQuote(condition)}`]),
    `-l ${long}`,
    ...(short === undefined ? [] : [`-s ${short}`]),
    ...(argument === undefined ? [] : [argumentOf(argument)]),
    `-d ${fishQuote(description)}`,
  ].join(' ');
}

function argumentOf(expected: Expected): string {
  if (expected === 'anything') return '-x';
  if (expected === 'file') return '-r -F';
  if (expected === 'folder') return `-x -a '(__fish_complete_directories)'`;
  return `-x -a ${fishQuote(expected.words.join(' '))}`;
}

function fishQuote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
