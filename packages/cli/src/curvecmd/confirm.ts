import { CliError } from '../cli-error.js';
import { ExitCode } from '../exit-code.js';
import { LinePrompt, PromptClosed } from '../terminal/line-prompt.js';
import { visible } from '../terminal/visible.js';
import type { CurveContext } from './curve-command.js';

/**
 * Asks before something that cannot be undone, where a person is there to answer: scripts have said what they want.
 *
 * @throws CliError unless the answer is yes
 */
export async function confirm({ io, options }: CurveContext<'yes'>, question: string): Promise<void> {
  if (options.has('yes') || !io.stdin.isTTY) return;
  using prompt = new LinePrompt(io);
  const answer = await prompt.ask(`${visible(question)} [y/N] `).catch(error => {
    if (error instanceof PromptClosed) return '';
    throw error;
  });
  if (!/^y(es)?$/i.test(answer)) throw new CliError(ExitCode.failed, 'not confirmed: nothing was done');
}
