import { checkKey } from '../operations/object-key.js';

/**
 * The key under which a file of an archive is stored. What leads out of the folder is left out, as unzip does it:
 * `../../a` becomes `a`. A key is never a path, but it may become one when somebody downloads it.
 *
 * @param folder - stands before it, with or without its final slash; empty for none
 * @throws ServiceError 400 when no key is left, or too long a one
 */
export function entryKey(folder: string, name: string): string {
  const segments = `${folder}/${name.replaceAll('\\', '/')}`.split('/');
  return checkKey(segments.filter(segment => !['', '.', '..'].includes(segment)).join('/'));
}
