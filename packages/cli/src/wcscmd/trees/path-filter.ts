import type Picomatch from 'picomatch';
import { usageError } from '../../cli-error.js';
import { isOrIsIn } from './file-path.js';

/** Which files of a tree are meant. */
export interface PathFilter {
  /** Whether a file is: included, if anything is, and not excluded. */
  takes(path: string): boolean;
  /** Whether a folder is excluded, and with it all that is in it. */
  excludesFolder(path: string): boolean;
}

type Match = (path: string) => boolean;

/**
 * Makes a filter of globs. A pattern with a slash is for paths from the root of the tree, one without for names in any
 * folder. A folder that matches stands for everything in it. Names that begin with a dot are like all others.
 *
 * @throws CliError for a pattern that is none
 */
export async function pathFilter(
  includes: readonly string[],
  excludes: readonly string[],
): Promise<PathFilter> {
  const { default: picomatch } = await import('picomatch');
  const matcher = (pattern: string) => glob(pattern, picomatch);
  const [included, excluded] = [includes.map(matcher), excludes.map(matcher)];
  return {
    takes: path => (included.length === 0 || anyMatches(included, path)) && !anyMatches(excluded, path),
    excludesFolder: path => excluded.some(matches => matches(path)),
  };
}

function glob(pattern: string, picomatch: typeof Picomatch): Match {
  const path = pattern.replace(/\/$/, '');
  const anchored = path.includes('/');
  const relative = path.replace(/^\.?\//, '');
  if (relative === '' || pattern.includes('\0')) throw usageError(`${JSON.stringify(pattern)} is no pattern`);
  const matches = picomatch(relative, { dot: true, nonegate: true, posix: true, windows: false });
  return anchored ? path => matches(path) : path => matches(path.slice(path.lastIndexOf('/') + 1));
}

function anyMatches(matchers: readonly Match[], path: string): boolean {
  return matchers.length > 0 && isOrIsIn(path, part => matchers.some(matches => matches(part)));
}
