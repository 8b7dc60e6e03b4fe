import type { CliIo } from '../cli-io.js';
import { LinePrompt, PromptClosed } from './line-prompt.js';
import { visible } from './visible.js';

/** Asks a question, and tells whether the answer is yes. */
export async function askYes(io: CliIo, question: string): Promise<boolean> {
  using prompt = new LinePrompt(io);
  const answer = await prompt.ask(`${visible(question)} [y/N] `).catch(error => {
    if (error instanceof PromptClosed) return '';
    throw error;
  });
  return /^y(es)?$/i.test(answer);
}
