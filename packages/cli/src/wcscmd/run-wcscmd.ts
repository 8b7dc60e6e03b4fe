import { usageError } from '../cli-error.js';
import type { CliIo } from '../cli-io.js';
import { checkOperands } from '../command.js';
import { ExitCode } from '../exit-code.js';
import { parseOptions } from '../options/parse-options.js';
import { runTool } from '../run-tool.js';
import { Output } from '../terminal/output.js';
import { VERSION } from '../version.js';
import { checkCommandOptions } from './check-command-options.js';
import { findCommand } from './find-command.js';
import { commandHelp, generalHelp } from './help.js';
import { legacyModes } from './legacy/legacy-modes.js';
import { checkSettings, loadConfig } from './load-config.js';
import { plainNumbers } from './setting-rules.js';
import { describeWcsError } from './wcs-failure.js';
import { WCSCMD_OPTIONS, type WcscmdOptionName, type WcscmdOptionValues } from './wcscmd-options.js';

const SEE_HELP = 'see wcscmd --help';

/**
 * Runs `wcscmd`.
 *
 * @param argv - the arguments, without those of Node.js itself
 * @param io - where it reads and writes
 * @returns the exit status
 *
 * @example
 * ```ts
 * import { processIo, runWcscmd } from '@curve-wcs/cli';
 *
 * process.exitCode = await runWcscmd(['stat', 'wcs://photos/a.jpg'], processIo());
 * ```
 */
export async function runWcscmd(argv: readonly string[], io: CliIo): Promise<number> {
  const modes = legacyModes(argv);
  if (modes.output || modes.exit) {
    const { runLegacy } = await import('./legacy/run-legacy.js');
    return runLegacy(argv, io, modes, run);
  }
  const out = new Output(io, 'wcscmd');
  const work = async () => {
    await run(argv, io, out);
    return ExitCode.success;
  };
  return runTool(io, out, work, describeWcsError);
}

async function run(argv: readonly string[], io: CliIo, out: Output): Promise<void> {
  if (argv.length === 0) return out.text(generalHelp());
  const { operands, values, rest } = parseOptions<WcscmdOptionName>(argv, WCSCMD_OPTIONS);
  out.json = values.has('json');
  out.quiet = values.has('quiet');
  out.verbose = values.has('verbose') || (values.get('debug') ?? '0') !== '0';
  const [name, ...commandOperands] = operands;

  if (values.has('help')) {
    const command = findCommand(name ?? rest[0]);
    return out.text(command ? commandHelp(command) : generalHelp());
  }
  if (values.has('version')) return out.line(`wcscmd ${VERSION}`);
  if (values.has('configure')) {
    const { configure } = await import('./configure.js');
    return configure(io, out, values);
  }
  if (values.has('dump-config')) {
    const { dumpConfig } = await import('./dump-config.js');
    return dumpConfig(out, await loadConfig(io, values, out), { showSecrets: values.has('show-secrets') });
  }
  if (name === undefined) throw usageError('no command given', SEE_HELP);
  await runCommand(io, out, name, commandOperands, values);
}

async function runCommand(
  io: CliIo,
  out: Output,
  name: string,
  operands: string[],
  options: WcscmdOptionValues,
): Promise<void> {
  const command = findCommand(name);
  if (!command) throw usageError(`there is no command ${name}`, SEE_HELP);
  checkOperands('wcscmd', command, operands);
  checkCommandOptions(command, options);
  if (command.standalone) return command.run({ io, out, options, operands });
  const config = await loadConfig(io, options, out);
  checkSettings(config, ['block_size', 'bput_size']);
  plainNumbers(config.settings);
  await command.run({ io, out, config, options, operands });
}
