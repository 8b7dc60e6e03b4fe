import { repeatedValues } from '../../options/option-definition.js';
import type { WcscmdOptionName, WcscmdOptionValues } from '../wcscmd-options.js';
import { type PathFilter, pathFilter } from './path-filter.js';

/** What the options of a command on a tree of files say. */
export interface TreeOptions {
  filter: PathFilter;
  /** Whether the filter leaves anything out. */
  filtered: boolean;
  /** Delete what is at the target only. */
  delete: boolean;
  /** Change nothing. */
  dryRun: boolean;
  /** Compare contents whatever sizes, times and memory say. */
  checksum: boolean;
  /** Ask nothing. */
  yes: boolean;
}

/** Reads them. */
export async function treeOptions(values: WcscmdOptionValues): Promise<TreeOptions> {
  const includes = repeatedValues(values, 'include');
  const excludes = repeatedValues(values, 'exclude');
  return {
    filter: await pathFilter(includes, excludes),
    filtered: includes.length + excludes.length > 0,
    delete: values.has('delete'),
    dryRun: values.has('dry-run'),
    checksum: values.has('checksum'),
    yes: values.has('yes'),
  };
}

/** Options on trees of files. */
export const TREE_OPTIONS: readonly WcscmdOptionName[] = [
  'recursive',
  'include',
  'exclude',
  'delete',
  'checksum',
  'dry-run',
];

/** Whether there is an option on trees of files, which the official tool does not have. */
export function hasTreeOptions(values: WcscmdOptionValues): boolean {
  return TREE_OPTIONS.some(name => values.has(name));
}
