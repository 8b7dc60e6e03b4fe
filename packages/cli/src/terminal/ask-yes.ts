import { CliError } from '../cli-error.js';
import type { CliIo } from '../cli-io.js';
import { ExitCode } from '../exit-code.js';
import { LinePrompt, PromptClosed } from './line-prompt.js';
import { visible } from './visible.js';

/**
 * Asks a question, on stderr since stdout is for data, and tells whether the answer is yes.
 *
 * @throws CliError if the answer is Ctrl-C
 */
export async function askYes(io: CliIo, question: string): Promise<boolean> {
  using prompt = new LinePrompt(io, io.stderr);
  const answer = await prompt.ask(`${visible(question)} [y/N] `).catch(error => {
    if (!(error instanceof PromptClosed)) throw error;
    // What is said next must not stand behind the question.
    io.stderr.write('\n');
    if (error.interrupted) throw new CliError(ExitCode.interrupted, 'interrupted');
    return '';
  });
  return /^y(es)?$/i.test(answer);
}
