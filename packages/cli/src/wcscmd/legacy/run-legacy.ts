import type { CliIo } from '../../cli-io.js';
import { ExitCode } from '../../exit-code.js';
import { interruptedExitCode } from '../../interruption.js';
import type { ParsedOptions } from '../../options/option-definition.js';
import { parseOptions } from '../../options/parse-options.js';
import { OfficialLog } from '../../python/official-log.js';
import { runTool } from '../../run-tool.js';
import { Output } from '../../terminal/output.js';
import { configure } from '../configure.js';
import { dumpConfig } from '../dump-config.js';
import { findCommand } from '../find-command.js';
import { loadConfig, requireConfigFile } from '../load-config.js';
import { hasTreeOptions } from '../trees/tree-options.js';
import { describeWcsError } from '../wcs-failure.js';
import { WCSCMD_OPTIONS, type WcscmdOptionName } from '../wcscmd-options.js';
import type { LegacyModes } from './legacy-modes.js';
import { OFFICIAL_COMMANDS } from './official-commands.js';
import { OFFICIAL_WORDING } from './official-wording.js';
import { ResultOutput } from './result-output.js';
import { runOfficial, tellFailure } from './run-official.js';
import { uncaughtBy } from './uncaught.js';

/** The version whose output this is. */
const OFFICIAL_VERSION = '5.0.36';

/** A run of our own. */
type PlainRun = (argv: readonly string[], io: CliIo, out: Output) => Promise<void>;

/**
 * Runs `wcscmd` like the official tool, as far as the modes say.
 *
 * @param plainly - runs it as ever
 * @returns the exit status
 */
export async function runLegacy(
  argv: readonly string[],
  io: CliIo,
  modes: LegacyModes,
  plainly: PlainRun,
): Promise<number> {
  const out = new Output(io, 'wcscmd');
  const own = !modes.output || isBeyondOfficial(argv);
  let failure: { error: unknown } | undefined;
  const work = async () => {
    try {
      await (own ? plainly(argv, io, out) : runWithOfficialOutput(argv, io, out, plainly));
      return ExitCode.success;
    } catch (error) {
      failure = { error };
      throw error;
    }
  };
  // What failed has been told already where the official tool tells it.
  const exitCode = await runTool(io, own ? out : new ResultOutput(io), work, describeWcsError);
  return failure && modes.exit ? officialExitCode(argv, io, failure.error) : exitCode;
}

async function runWithOfficialOutput(
  argv: readonly string[],
  io: CliIo,
  out: Output,
  plainly: PlainRun,
): Promise<void> {
  const log = new OfficialLog(io.stderr);
  const { operands: words, values } = readOptions(argv, io);
  if (values.has('help') || values.has('version')) return plainly(argv, io, out);
  log.debug(`wcscmd version ${OFFICIAL_VERSION}`);
  try {
    const showSecrets = values.has('show-secrets');
    if (values.has('configure')) return await configure(io, out, values, OFFICIAL_WORDING);
    if (values.has('dump-config')) return dumpConfig(out, await loadConfig(io, values, out), { showSecrets });
    if (words.length === 0) {
      // A file that is named must be there, whether anything is made of it or not.
      const config = await loadConfig(io, values, out);
      if (config.named) requireConfigFile(config);
      return plainly(['--help'], io, out);
    }
  } catch (error) {
    await tellFailure({ io, log, words }, error);
    throw error;
  }
  await runOfficial({ io, log, out, words, command: findCommand(words[0]), options: values });
}

/** Complains of what cannot be read as `optparse` does. */
function readOptions(argv: readonly string[], io: CliIo): ParsedOptions<WcscmdOptionName> {
  try {
    return parseOptions<WcscmdOptionName>(argv, WCSCMD_OPTIONS);
  } catch (error) {
    const message = (error as Error).message.replace(/^there is no option /, 'no such option: ');
    io.stderr.write(`Usage: wcscmd [options] COMMAND [parameters]\n\nwcscmd: error: ${message}\n`);
    throw error;
  }
}

/** Whether something is asked for that the official tool does not have. */
function isBeyondOfficial(argv: readonly string[]): boolean {
  const parsed = parsedOrNot(argv);
  const command = findCommand(parsed?.operands[0]);
  return (
    command !== undefined &&
    parsed !== undefined &&
    (!(command.name in OFFICIAL_COMMANDS) || hasTreeOptions(parsed.values))
  );
}

/** 2 for options that cannot be read, 1 for what the official tool does not catch, 0 for all other failures. */
function officialExitCode(argv: readonly string[], io: CliIo, error: unknown): number {
  if (io.signal.aborted) return interruptedExitCode(io.signal);
  const parsed = parsedOrNot(argv);
  if (parsed === undefined) return ExitCode.usage;
  return uncaughtBy(parsed.operands, error) === undefined ? ExitCode.success : ExitCode.failed;
}

/** What the command line says; undefined if its options cannot be read. */
function parsedOrNot(argv: readonly string[]): ParsedOptions<WcscmdOptionName> | undefined {
  try {
    return parseOptions<WcscmdOptionName>(argv, WCSCMD_OPTIONS);
  } catch {
    return undefined;
  }
}
