import { CliError } from '../cli-error.js';
import { ExitCode } from '../exit-code.js';
import { askYes } from '../terminal/ask-yes.js';
import type { CurveContext } from './curve-command.js';

/**
 * Asks before something that cannot be undone, where a person is there to answer: scripts have said what they want.
 *
 * @throws CliError unless the answer is yes
 */
export async function confirm({ io, options }: CurveContext<'yes'>, question: string): Promise<void> {
  if (options.has('yes') || !io.stdin.isTTY) return;
  if (!(await askYes(io, question))) throw new CliError(ExitCode.failed, 'not confirmed: nothing was done');
}
