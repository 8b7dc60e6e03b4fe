import { usageError } from '../cli-error.js';
import type { OptionDefinition, ParsedOptions } from './option-definition.js';

/**
 * Reads a command line the way Python's `optparse` does, which the official tool is built on: options stand
 * anywhere, `--` ends them, long options may be abbreviated, and an option's argument follows in the same word or
 * in the next, whatever that looks like. Unlike there, a negative number is an operand.
 *
 * @throws CliError for what cannot be read
 */
export function parseOptions<Name extends string>(
  argv: readonly string[],
  definitions: readonly OptionDefinition<Name>[],
): ParsedOptions<Name> {
  const parsed: ParsedOptions<Name> = { operands: [], values: new Map(), rest: [] };
  const words = [...argv];

  /** Sets an option, and tells whether reading ends here. */
  const set = (option: OptionDefinition<Name>, shown: string, attached: string | undefined): boolean => {
    if (option.argument === undefined) {
      if (attached !== undefined) throw usageError(`option ${shown} takes no argument`);
      parsed.values.set(option.long, true);
    } else {
      const value = attached ?? words.shift();
      if (value === undefined) throw usageError(`option ${shown} needs an argument: ${option.argument}`);
      const earlier = option.repeatable ? parsed.values.get(option.long) : undefined;
      parsed.values.set(option.long, earlier === undefined ? value : `${earlier}\0${value}`);
    }
    return option.immediate ?? false;
  };

  const setShort = (cluster: string): boolean => {
    for (let at = 1; at < cluster.length; at++) {
      const letter = cluster[at] ?? '';
      const option = definitions.find(({ short }) => short === letter);
      if (!option) throw usageError(`there is no option -${letter}`);
      const takesRest = option.argument !== undefined && at + 1 < cluster.length;
      if (set(option, `-${letter}`, takesRest ? cluster.slice(at + 1) : undefined)) return true;
      if (takesRest) break;
    }
    return false;
  };

  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === '--') {
      parsed.operands.push(...words);
      break;
    }
    if (word.startsWith('--')) {
      const [name = '', ...value] = word.slice(2).split('=');
      const option = findLong(name, definitions);
      if (!set(option, `--${option.long}`, value.length > 0 ? value.join('=') : undefined)) continue;
    } else if (word.length > 1 && word.startsWith('-') && !/^-\d+(\.\d+)?$/.test(word)) {
      if (!setShort(word)) continue;
    } else {
      parsed.operands.push(word);
      continue;
    }
    parsed.rest = words;
    break;
  }
  return parsed;
}

function findLong<Name extends string>(
  name: string,
  definitions: readonly OptionDefinition<Name>[],
): OptionDefinition<Name> {
  const exact = definitions.find(({ long }) => long === name);
  if (exact) return exact;
  const candidates = name === '' ? [] : definitions.filter(({ long }) => long.startsWith(name));
  const official = candidates.filter(({ addition }) => !addition);
  const [option, ...others] = official.length > 0 ? official : candidates;
  if (!option) throw usageError(`there is no option --${name}`);
  if (others.length === 0) return option;
  const names = [option, ...others].map(({ long }) => `--${long}`).sort();
  throw usageError(`option --${name} is ambiguous: ${names.join(', ')}`);
}
