import type { CliIo } from './cli-io.js';
import { describeFailure, type FailureDescription } from './describe-failure.js';
import type { Output } from './terminal/output.js';

/** Does a tool's work, and turns a failure into a line on stderr and an exit status. */
export async function runTool(
  io: CliIo,
  out: Output,
  work: () => Promise<number>,
  known: (error: unknown) => Promise<FailureDescription | undefined> = async () => undefined,
): Promise<number> {
  try {
    return await work();
  } catch (error) {
    const {
      message,
      hints,
      exitCode,
      unexpected,
      error: described,
    } = await describeFailure(error, io, known);
    out.failure([message, ...hints].join('; '));
    if (unexpected === true || out.verbose) out.trace(described);
    return exitCode;
  }
}
