import { WCSCMD_COMMANDS } from '../commands/wcscmd/registry.js';
import { formatColumns, formatOptions } from '../options/format-options.js';
import type { Command } from './command.js';
import { WCSCMD_OPTIONS } from './wcscmd-options.js';

/** The text of `wcscmd --help`. */
export function generalHelp(): string {
  return `Usage: wcscmd [options] COMMAND [arguments]

Works with WCS, the object storage of Wangsu. Options may stand anywhere.

Commands:
${formatColumns(WCSCMD_COMMANDS.map(({ name, usage, summary }) => [`${name} ${usage}`, summary]))}
Options:
${formatOptions(WCSCMD_OPTIONS)}
Exit status: 0 done, 1 failed, 2 wrong command line, 3 wrong configuration, 130 interrupted.
wcscmd COMMAND --help says more about a command.
`;
}

/** The text of `wcscmd COMMAND --help`. */
export function commandHelp({ name, usage, summary, details }: Command): string {
  const sentence = `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`;
  return `Usage: wcscmd [options] ${`${name} ${usage}`.trimEnd()}

${sentence}
${details}
wcscmd --help lists the options.
`;
}
