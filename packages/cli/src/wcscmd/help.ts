import { commandIntroduction, commandLine } from '../command.js';
import { WCSCMD_COMMANDS } from '../commands/wcscmd/registry.js';
import { formatColumns, formatOptions } from '../options/format-options.js';
import type { WcscmdCommand } from './command.js';
import { WCSCMD_OPTIONS } from './wcscmd-options.js';

/** The text of `wcscmd --help`. */
export function generalHelp(): string {
  return `Usage: wcscmd [options] COMMAND [arguments]

Works with WCS, the object storage of Wangsu. Options may stand anywhere.

Commands:
${formatColumns(WCSCMD_COMMANDS.map(command => [commandLine(command), command.summary]))}
Options:
${formatOptions(WCSCMD_OPTIONS)}
Exit status: 0 done, 1 failed, 2 wrong command line, 3 wrong configuration, 130 interrupted.
wcscmd COMMAND --help says more about a command.
`;
}

/** The text of `wcscmd COMMAND --help`. */
export function commandHelp(command: WcscmdCommand): string {
  const options = WCSCMD_OPTIONS.filter(option => commandsOf(option).includes(command.name));
  const sections = [
    commandIntroduction('wcscmd', command),
    ...(options.length > 0 ? [`Options:\n${formatOptions(options)}`] : []),
    'wcscmd --help lists the options of every command.\n',
  ];
  return sections.join('\n');
}

/** The commands that an option is for; none if it is for all. */
function commandsOf(option: (typeof WCSCMD_OPTIONS)[number]): readonly string[] {
  if ('commands' in option) return option.commands;
  return 'heededBy' in option ? option.heededBy : [];
}
