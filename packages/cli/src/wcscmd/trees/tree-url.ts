import { usageError } from '../../cli-error.js';
import { parseWcsUrl } from '../wcs-url.js';
import { pathProblem } from './file-path.js';

/** All objects of a bucket, or those of a folder of it. */
export interface TreeUrl {
  bucket: string;
  /** What their keys begin with: empty, or a path that ends with a slash. */
  prefix: string;
}

/** Reads `wcs://BUCKET[/PREFIX]`: the prefix is a folder, with or without a slash at its end. */
export function parseTreeUrl(text: string): TreeUrl {
  const { bucket, key } = parseWcsUrl(text);
  if (key === undefined) return { bucket, prefix: '' };
  const folder = key.replace(/\/$/, '');
  const problem = pathProblem(folder);
  if (problem !== undefined) throw usageError(`${JSON.stringify(text)} cannot be a folder: ${problem}`);
  return { bucket, prefix: `${folder}/` };
}
