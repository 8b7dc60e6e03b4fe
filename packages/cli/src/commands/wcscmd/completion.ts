import { COMPLETION, completionDetails, completionScript } from '../../completion/completion-script.js';
import { shellGrammar } from '../../completion/shell-grammar.js';
import type { OptionDefinition } from '../../options/option-definition.js';
import type { StandaloneCommand, WcscmdCommand } from '../../wcscmd/command.js';
import { WCSCMD_OPTIONS } from '../../wcscmd/wcscmd-options.js';

/** @param commands - all of the tool, this one included, once it is needed */
export function completion(commands: () => readonly WcscmdCommand[]): StandaloneCommand {
  return {
    ...COMPLETION,
    standalone: true,
    details: completionDetails('wcscmd'),
    async run({ out, operands }) {
      const options: readonly OptionDefinition[] = WCSCMD_OPTIONS;
      const grammar = shellGrammar(
        'wcscmd',
        options.filter(option => option.commands === undefined),
        commands(),
        ({ name }) => options.filter(option => option.commands?.includes(name)),
      );
      out.text(completionScript(operands[0] ?? '', grammar));
    },
  };
}
