import { shellQuote } from '../shell-quote.js';
import { posixCases } from './posix-cases.js';
import { posixWord } from './posix-word.js';
import type { GrammarOption, ShellGrammar } from './shell-grammar.js';

/** Completion for zsh, with descriptions; to be sourced, or to be a file `_TOOL` in a folder of `$fpath`. */
export function zshCompletion(grammar: ShellGrammar): string {
  const { tool, options, commands } = grammar;
  const { optionArguments, operands } = posixCases(grammar);
  return `#compdef ${tool}
# Completion of ${tool} in zsh: source <(${tool} completion zsh), after compinit
_${tool}() {
  local word command='' option='' expected='' operand=0 closed='' i
  local -a commands options
  commands=(
${commands.flatMap(({ name, aliases, summary }) => [name, ...aliases].map(one => `    ${described(one, summary)}\n`)).join('')}  )
  options=(
${optionLines(options)}  )
  for (( i = 2; i < CURRENT; i++ )); do
    word=\${words[i]}
${posixWord(tool)}  done
  expected=
  word=\${words[CURRENT]}
  if [[ -z $option && -z $closed && $word == --*=* ]]; then
    option=\${word%%=*}
    compset -P '*='
    _${tool}_argument
  elif [[ -n $option ]]; then
    _${tool}_argument
  elif [[ -z $closed && $word == -* ]]; then
    _${tool}_options
    _describe -o option options
    return
  elif [[ -z $command ]]; then
    _describe command commands
    return
  else
    _${tool}_operand
  fi
  case $expected in
    words*) compadd -- \${=expected#words} ;;
    file) _files ;;
    folder) _files -/ ;;
    *) _message 'no completion' ;;
  esac
}
_${tool}_argument() {
  case $option in
${optionArguments}  esac
}
_${tool}_options() {
  case $command in
${commands
  .filter(command => command.options.length > 0)
  .map(
    ({ name, aliases, options: own }) =>
      `    ${[name, ...aliases].join('|')})\n      options+=(\n${optionLines(own)}      )\n      ;;\n`,
  )
  .join('')}  esac
}
_${tool}_operand() {
  case $command:$operand in
${operands}  esac
}
if [[ \${funcstack[1]} == _${tool} ]]; then _${tool} "$@"; else compdef _${tool} ${tool}; fi
`;
}

function optionLines(options: readonly GrammarOption[]): string {
  return options
    .flatMap(({ long, short, description }) => [
      described(`--${long}`, description),
      ...(short === undefined ? [] : [described(`-${short}`, description)]),
    ])
    .map(line => `    ${line}\n`)
    .join('');
}

/** A word and what it means, as _describe takes them. */
function described(word: string, meaning: string): string {
  return shellQuote(`${word}:${meaning.replaceAll('\\', '\\\\').replaceAll(':', '\\:')}`);
}
