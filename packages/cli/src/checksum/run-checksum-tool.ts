import { resolve } from 'node:path';
import { usageError } from '../cli-error.js';
import type { CliIo } from '../cli-io.js';
import { ExitCode } from '../exit-code.js';
import { formatOptions } from '../options/format-options.js';
import type { OptionDefinition } from '../options/option-definition.js';
import { parseOptions } from '../options/parse-options.js';
import { pythonReprList } from '../python/python-repr.js';
import { runTool } from '../run-tool.js';
import { Output } from '../terminal/output.js';
import { VERSION } from '../version.js';
import { type OfficialTalk, officialChecksums } from './official-checksums.js';
import { unreadable } from './unreadable.js';

/** A tool that prints the checksums of files. */
export interface ChecksumTool {
  name: string;
  /** The sub-command, which is also what JSON calls the checksum. */
  subcommand: string;
  /** What the checksum is, for help. */
  description: string;
  checksum(path: string, options: { signal: AbortSignal }): Promise<string>;
  /** What the official tool says besides its results. */
  official: OfficialTalk;
}

const OPTIONS = [
  { long: 'help', short: 'h', immediate: true, description: 'print this help' },
  { long: 'version', immediate: true, description: 'print the version' },
  { long: 'json', description: 'print the results as JSON' },
  { long: 'legacy-output', description: 'say what the official tool says, on stderr as it does' },
  { long: 'legacy-exit', description: "end with the official tool's exit status, as ever" },
] as const satisfies readonly OptionDefinition[];

/**
 * Runs a checksum tool: `TOOL SUBCOMMAND FILE…` prints the names as a Python list, then the values on one line.
 * A file that cannot be read spoils the exit status, but not the values of the others.
 */
export async function runChecksumTool(
  tool: ChecksumTool,
  argv: readonly string[],
  io: CliIo,
): Promise<number> {
  const out = new Output(io, tool.name);
  return runTool(io, out, () => run(tool, argv, io, out));
}

async function run(tool: ChecksumTool, argv: readonly string[], io: CliIo, out: Output): Promise<number> {
  const { operands, values } = parseOptions<(typeof OPTIONS)[number]['long']>(argv, OPTIONS);
  // The official tools do nothing, without a complaint.
  const asked = operands.length > 0 || [...values.keys()].some(name => !name.startsWith('legacy-'));
  if (!asked) return ExitCode.success;
  if (values.has('help')) out.text(help(tool));
  else if (values.has('version')) out.line(`${tool.name} ${VERSION}`);
  else if (values.has('legacy-output')) return officialChecksums(tool, operands, io, out);
  else return checksums(tool, operands, io, out, { json: values.has('json') });
  return ExitCode.success;
}

async function checksums(
  tool: ChecksumTool,
  [subcommand, ...files]: string[],
  io: CliIo,
  out: Output,
  { json }: { json: boolean },
): Promise<number> {
  const usage = `usage: ${tool.name} ${tool.subcommand} FILE...`;
  if (subcommand !== tool.subcommand) {
    throw usageError(
      subcommand === undefined ? 'no sub-command given' : `there is no sub-command ${subcommand}`,
      usage,
    );
  }
  if (files.length === 0) throw usageError('no files given', usage);
  if (!json) out.text(`${pythonReprList(files)}\n`);
  const results: Record<string, string>[] = [];
  for (const file of files) {
    try {
      results.push({
        file,
        [tool.subcommand]: await tool.checksum(resolve(io.cwd, file), { signal: io.signal }),
      });
    } catch (error) {
      io.signal.throwIfAborted();
      const reason = unreadable(error);
      results.push({ file, error: reason });
      out.failure(`${file}: ${reason}`);
    }
  }
  const checksums = results.flatMap(result => result[tool.subcommand] ?? []);
  if (json) out.value(results);
  else if (checksums.length > 0) out.line(checksums.join(' '));
  return checksums.length === files.length ? ExitCode.success : ExitCode.failed;
}

function help({ name, subcommand, description }: ChecksumTool): string {
  return `Usage: ${name} [options] ${subcommand} FILE...

Prints the ${description} of files: the names on one line, the values on the next.

Options:
${formatOptions(OPTIONS)}`;
}
