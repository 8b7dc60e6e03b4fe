import { usageError } from '../cli-error.js';
import { bashCompletion } from './bash.js';
import { fishCompletion } from './fish.js';
import type { ShellGrammar } from './shell-grammar.js';
import { zshCompletion } from './zsh.js';

const SHELLS: Record<string, (grammar: ShellGrammar) => string> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
};

/** What the `completion` commands of both tools are but for their grammar. */
export const COMPLETION = {
  name: 'completion',
  usage: Object.keys(SHELLS).join('|'),
  minimum: 1,
  maximum: 1,
  summary: 'print what makes a shell complete command lines',
} as const;

/** How to use it, for help. */
export function completionDetails(tool: string): string {
  return `In ~/.bashrc: source <(${tool} completion bash). In ~/.zshrc, after compinit: source
<(${tool} completion zsh). For fish: ${tool} completion fish > ~/.config/fish/completions/${tool}.fish
`;
}

/** The script for a shell. */
export function completionScript(shell: string, grammar: ShellGrammar): string {
  const write = Object.hasOwn(SHELLS, shell) ? SHELLS[shell] : undefined;
  if (!write) throw usageError(`there is completion for ${COMPLETION.usage}, not for ${shell}`);
  return write(grammar);
}
