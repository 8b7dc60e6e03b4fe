import { commandIntroduction, commandLine } from '../command.js';
import { CURVECMD_COMMANDS } from '../commands/curvecmd/registry.js';
import { formatColumns, formatOptions } from '../options/format-options.js';
import type { CurveCommand } from './curve-command.js';
import { CURVECMD_OPTIONS } from './curvecmd-options.js';

/** The text of `curvecmd --help`. */
export function generalHelp(): string {
  return `Usage: curvecmd [options] COMMAND [arguments]

Works with the volumes of Curve, a distributed block store. Options may stand anywhere.

Commands:
${formatColumns(CURVECMD_COMMANDS.map(command => [commandLine(command), command.summary]))}
Options:
${formatOptions(CURVECMD_OPTIONS)}
Sizes are bytes, or numbers with K, M, G, T or P (by 1024). Environment: CURVE_CONF, CURVE_USER,
CURVE_PASSWORD, NO_COLOR.
Exit status: 0 done, 1 failed, 2 wrong command line, 3 wrong configuration, 130 interrupted.
curvecmd COMMAND --help says more about a command.
`;
}

/** The text of `curvecmd COMMAND --help`. */
export function commandHelp(command: CurveCommand): string {
  const { options, examples } = command;
  const sections = [
    commandIntroduction('curvecmd', command),
    ...(options.length > 0 ? [`Options:\n${formatOptions(options)}`] : []),
    `Examples:\n${examples.map(example => `  curvecmd ${example}\n`).join('')}`,
    'curvecmd --help lists the options of every command.\n',
  ];
  return sections.join('\n');
}
