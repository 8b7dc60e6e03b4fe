import { usageError } from '../cli-error.js';
import type { CliIo } from '../cli-io.js';
import { checkOperands } from '../command.js';
import { CURVECMD_COMMANDS } from '../commands/curvecmd/registry.js';
import { ExitCode } from '../exit-code.js';
import { didYouMean } from '../options/did-you-mean.js';
import type { OptionDefinition } from '../options/option-definition.js';
import { OptionValues } from '../options/option-values.js';
import { parseCommandLine } from '../options/parse-command-line.js';
import { runTool } from '../run-tool.js';
import { Output } from '../terminal/output.js';
import { VERSION } from '../version.js';
import type { CurveCommand } from './curve-command.js';
import { describeCurveError } from './curve-failure.js';
import { CURVECMD_OPTIONS } from './curvecmd-options.js';
import { commandHelp, generalHelp } from './help.js';

const SEE_HELP = 'see curvecmd --help';

/**
 * Runs `curvecmd`.
 *
 * @param argv - the arguments, without those of Node.js itself
 * @param io - where it reads and writes
 * @returns the exit status
 *
 * @example
 * ```ts
 * import { processIo, runCurvecmd } from '@curve-wcs/cli';
 *
 * process.exitCode = await runCurvecmd(['stat', '/vol1', '--user', 'alice'], processIo());
 * ```
 */
export async function runCurvecmd(argv: readonly string[], io: CliIo): Promise<number> {
  const out = new Output(io, 'curvecmd');
  const work = async () => {
    await run(argv, io, out);
    return ExitCode.success;
  };
  return runTool(io, out, work, describeCurveError);
}

async function run(argv: readonly string[], io: CliIo, out: Output): Promise<void> {
  if (argv.length === 0) return out.text(generalHelp());
  const named = parseCommandLine(argv, optionsOf()).operands[0];
  const command = CURVECMD_COMMANDS.find(({ name }) => name === named);
  const { operands, values, problem } = parseCommandLine(argv, optionsOf(command));
  out.json = values.has('json');
  out.quiet = values.has('quiet');
  out.verbose = values.has('verbose');
  const [name, ...commandOperands] = operands;

  if (values.has('help')) return out.text(command ? commandHelp(command) : generalHelp());
  if (values.has('version')) return out.line(`curvecmd ${VERSION}`);
  if (name !== undefined && !command) throw noCommand(name);
  if (problem) throw problem;
  if (!command) throw usageError('no command given', SEE_HELP);
  checkOptions(command, values);
  checkOperands('curvecmd', command, commandOperands);
  const options = new OptionValues(values);
  await command.run({ io, out, command: command.name, options, operands: commandOperands });
}

/** Those of every command and of each; of options that several commands have, that of the one that is given. */
function optionsOf(command?: CurveCommand): OptionDefinition[] {
  const others = CURVECMD_COMMANDS.flatMap(({ options }) => options);
  const options = [...CURVECMD_OPTIONS, ...others, ...(command?.options ?? [])];
  return [...new Map(options.map(option => [option.long, option])).values()];
}

function checkOptions(command: CurveCommand, values: ReadonlyMap<string, unknown>): void {
  const known = [...CURVECMD_OPTIONS, ...command.options].map(({ long }) => long as string);
  const foreign = [...values.keys()].find(name => !known.includes(name));
  if (foreign === undefined) return;
  throw usageError(
    `${command.name} has no option --${foreign}`,
    didYouMean(foreign, known) ?? `see curvecmd ${command.name} --help`,
  );
}

function noCommand(name: string): Error {
  const names = CURVECMD_COMMANDS.map(command => command.name);
  return usageError(`there is no command ${name}`, didYouMean(name, names) ?? SEE_HELP);
}
