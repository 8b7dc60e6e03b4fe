/**
 * What is to be learned from a word before the one that is completed, in a loop that bash and zsh run alike: of `$word` it
 * sets `$command`, `$operand`, `$closed` after `--`, and `$option` if the next word is an option's argument.
 */
export function posixWord(tool: string): string {
  return `    if [[ -n $option ]]; then option=; continue; fi
    if [[ -n $closed || $word != -?* ]]; then
      if [[ -z $command ]]; then command=$word; else operand=$((operand + 1)); fi
    elif [[ $word == -- ]]; then
      closed=1
    elif [[ $word != --*=* ]]; then
      option=$word expected=
      _${tool}_argument
      [[ -n $expected ]] || option=
    fi
`;
}
