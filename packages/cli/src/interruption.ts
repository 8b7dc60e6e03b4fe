import { ExitCode } from './exit-code.js';

/** Why a command was aborted: a signal of the operating system, or whatever the caller gave. */
export class Interruption extends Error {
  /** Tells it from other errors. */
  override readonly name = 'Interruption';
  /** The exit status that shells expect after this signal. */
  readonly exitCode: number;

  /**
   * @param signalName - such as `SIGINT`
   * @param exitCode - 128 plus the signal's number
   */
  constructor(signalName: string, exitCode: number) {
    super(`interrupted by ${signalName}`);
    this.exitCode = exitCode;
  }
}

/** The exit status after an abort. */
export function interruptedExitCode(signal: AbortSignal): number {
  return signal.reason instanceof Interruption ? signal.reason.exitCode : ExitCode.interrupted;
}
