import { usageError } from '../cli-error.js';
import type { WcscmdCommand } from './command.js';
import { TREE_OPTIONS } from './trees/tree-options.js';
import { WCSCMD_OPTIONS, type WcscmdOptionValues } from './wcscmd-options.js';

/**
 * Refuses options that a command would not heed: who says `--dry-run` must be able to rely on it. Those of the official
 * tool may stand anywhere, as they may there.
 *
 * @throws CliError
 */
export function checkCommandOptions({ name }: Pick<WcscmdCommand, 'name'>, values: WcscmdOptionValues): void {
  for (const option of WCSCMD_OPTIONS) {
    if (!('commands' in option) || !values.has(option.long)) continue;
    const { long, commands } = option;
    if (!commands.some(command => command === name)) throw usageError(`${name} does not take --${long}`);
    const ofTrees = TREE_OPTIONS.includes(long) && long !== 'recursive';
    if (ofTrees && name !== 'sync' && !values.has('recursive')) {
      throw usageError(`${name} takes --${long} only with -r`);
    }
  }
}
