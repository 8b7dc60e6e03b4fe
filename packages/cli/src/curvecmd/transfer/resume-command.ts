import { shellQuote } from '../../shell-quote.js';
import type { CurveContext } from '../curve-command.js';
import type { CurvecmdOptionName } from '../curvecmd-options.js';

/** Options that say where and as whom; what the environment says holds on its own. */
const KEPT: readonly CurvecmdOptionName[] = ['conf', 'user', 'password-file'];

/** The command that goes on with a transfer, from the same folder. */
export function resumeCommand({ command, options, operands }: CurveContext): string {
  const kept = KEPT.flatMap(name => {
    const value = options.text(name);
    return value === undefined ? [] : [`--${name}`, value];
  });
  const separator = operands.some(operand => operand.startsWith('-')) ? ['--'] : [];
  return ['curvecmd', command, '--resume', ...kept, ...separator, ...operands].map(shellQuote).join(' ');
}
