import { shellQuote } from '../shell-quote.js';
import { optionWords, posixCases } from './posix-cases.js';
import { posixWord } from './posix-word.js';
import type { ShellGrammar } from './shell-grammar.js';

/**
 * Completion for bash, from 3.2 on. Bash takes words apart at `:` and `=`; what belongs together is joined again before
 * it is counted, and what is offered is only the part that bash replaces.
 */
export function bashCompletion(grammar: ShellGrammar): string {
  const { tool, options, commands } = grammar;
  const { optionArguments, commandOptions, operands } = posixCases(grammar);
  const names = commands.flatMap(({ name, aliases }) => [name, ...aliases]);
  return `# Completion of ${tool} in bash: source <(${tool} completion bash)
_${tool}() {
  local IFS=$' \\t\\n' word command='' option='' expected='' options='' operand=0 glued='' closed='' i
  local current=\${COMP_WORDS[COMP_CWORD]}
  local words=()
  for ((i = 1; i <= COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    if [[ $word == [:=]* || ( -n $glued && \${#words[@]} -gt 0 ) ]]; then
      if (( \${#words[@]} > 0 )); then words[\${#words[@]}-1]+=$word; else words+=("$word"); fi
    else
      words+=("$word")
    fi
    [[ $word == *[:=] ]] && glued=1 || glued=
  done
  local last=$(( \${#words[@]} - 1 ))
  for ((i = 0; i < last; i++)); do
    word=\${words[i]}
${posixWord(tool)}  done
  expected=
  word=\${words[last]}
  if [[ -z $option && -z $closed && $word == --*=* ]]; then
    option=\${word%%=*}
    current=\${word#*=}
    _${tool}_argument
    [[ -n $expected ]] || expected=anything
  elif [[ -n $option ]]; then
    _${tool}_argument
  elif [[ -z $closed && $word == -* ]]; then
    _${tool}_options
    expected="words "${shellQuote(options.flatMap(optionWords).join(' '))}" $options"
  elif [[ -z $command ]]; then
    expected=${shellQuote(`words ${names.join(' ')}`)}
  else
    _${tool}_operand
  fi
  COMPREPLY=()
  case $expected in
    words*) _${tool}_offer -W "\${expected#words}" -- "$current" ;;
    file) compopt -o filenames 2>/dev/null; _${tool}_offer -f -- "$current" ;;
    folder) compopt -o filenames 2>/dev/null; _${tool}_offer -d -- "$current" ;;
  esac
}
_${tool}_offer() {
  local one
  while IFS= read -r one; do COMPREPLY+=("$one"); done < <(compgen "$@")
}
_${tool}_argument() {
  case $option in
${optionArguments}  esac
}
_${tool}_options() {
  options=
  case $command in
${commandOptions}  esac
}
_${tool}_operand() {
  case $command:$operand in
${operands}  esac
}
complete -F _${tool} ${tool}
`;
}
