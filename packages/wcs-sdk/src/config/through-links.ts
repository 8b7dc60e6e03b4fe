import { readlink } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { requireText } from '../check-arguments.js';
import { WcsError } from '../errors.js';

/** As many as Linux follows. */
const MOST_LINKS = 40;

/** Where a path leads: through symbolic links, also through one whose own target is not there. */
export async function throughLinks(path: string): Promise<string> {
  requireText('path', path);
  let place = path;
  for (let links = 0; links < MOST_LINKS; links++) {
    const target = await readlink(place).catch(() => undefined);
    if (target === undefined) return place;
    place = resolve(dirname(place), target);
  }
  throw new WcsError('TARGET_FAILED', `too many symbolic links: ${path}`);
}
