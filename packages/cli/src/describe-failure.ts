import { CliError, HintedFailure } from './cli-error.js';
import type { CliIo } from './cli-io.js';
import { ExitCode } from './exit-code.js';
import { interruptedExitCode } from './interruption.js';

/** A failure in the words that the user gets. */
export interface FailureDescription {
  message: string;
  /** What to do next, most urgent first. */
  hints: string[];
  exitCode: number;
  /** The error itself, for those who want all of it. */
  error: unknown;
  /** Whether it is our mistake rather than somebody else's. */
  unexpected?: boolean;
}

/** Describes the failures that every tool shares; `known` those of its own. */
export async function describeFailure(
  error: unknown,
  io: Pick<CliIo, 'signal'>,
  known: (error: unknown) => Promise<FailureDescription | undefined>,
): Promise<FailureDescription> {
  if (error instanceof HintedFailure) {
    const description = await describeFailure(error.cause, io, known);
    return { ...description, hints: [...description.hints, error.hint] };
  }
  if (io.signal.aborted)
    return { message: 'interrupted', hints: [], exitCode: interruptedExitCode(io.signal), error };
  if (error instanceof CliError) {
    return {
      message: error.message,
      hints: error.hint === undefined ? [] : [error.hint],
      exitCode: error.exitCode,
      error,
    };
  }
  const description = await known(error);
  if (description) return description;
  const message = error instanceof Error ? error.message : String(error);
  // The system's own errors, such as a full disk under stdout, are nobody's mistake.
  const unexpected = !(error instanceof Error && 'syscall' in error);
  return { message, hints: [], exitCode: ExitCode.failed, error, unexpected };
}
