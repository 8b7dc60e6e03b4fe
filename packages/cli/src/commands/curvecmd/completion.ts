import { COMPLETION, completionDetails, completionScript } from '../../completion/completion-script.js';
import { shellGrammar } from '../../completion/shell-grammar.js';
import { type CurveCommand, curveCommand } from '../../curvecmd/curve-command.js';
import { CURVECMD_OPTIONS } from '../../curvecmd/curvecmd-options.js';

/** @param commands - all of the tool, this one included, once it is needed */
export function completion(commands: () => readonly CurveCommand[]): CurveCommand {
  return curveCommand({
    ...COMPLETION,
    details: completionDetails('curvecmd'),
    options: [],
    examples: ['completion bash', 'completion fish > ~/.config/fish/completions/curvecmd.fish'],
    async run({ out, operands }) {
      const grammar = shellGrammar('curvecmd', CURVECMD_OPTIONS, commands(), command => command.options);
      out.text(completionScript(operands[0] ?? '', grammar));
    },
  });
}
