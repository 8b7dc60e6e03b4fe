import { ExitCode } from './exit-code.js';

/** A failure that the user can mend: a message for one line, what to do next, and the exit status. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly exitCode: number;
  /** What to do next. */
  readonly hint: string | undefined;

  constructor(exitCode: number, message: string, { hint, cause }: { hint?: string; cause?: unknown } = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.exitCode = exitCode;
    this.hint = hint;
  }
}

/** The command line makes no sense. */
export function usageError(message: string, hint?: string): CliError {
  return new CliError(ExitCode.usage, message, hint === undefined ? {} : { hint });
}

/** The configuration does not do. */
export function configError(message: string, details: { hint?: string; cause?: unknown } = {}): CliError {
  return new CliError(ExitCode.config, message, details);
}

/** Adds what to do next to a failure that somebody else will describe. */
export class HintedFailure extends Error {
  readonly hint: string;

  constructor(cause: unknown, hint: string) {
    super('', { cause });
    this.hint = hint;
  }
}
