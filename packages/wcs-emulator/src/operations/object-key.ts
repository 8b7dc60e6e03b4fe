import { ServiceError } from '../http/service-error.js';

/**
 * Checks an object key (section 2): 1 to 1000 bytes of UTF-8, no `/` at either end, and no `.` or `..` between
 * slashes, which no URL could carry.
 *
 * @returns the key
 * @throws ServiceError 400
 */
export function checkKey(key: string): string {
  if (/\p{Surrogate}/u.test(key)) throw new ServiceError(400, 'a key is text, without halves of characters');
  const bytes = Buffer.byteLength(key);
  if (bytes < 1 || bytes > 1000) throw new ServiceError(400, `a key has 1 to 1000 bytes, not ${bytes}`);
  if (key.startsWith('/') || key.endsWith('/'))
    throw new ServiceError(400, 'a key neither begins nor ends with /');
  if (key.split('/').some(segment => segment === '.' || segment === '..')) {
    throw new ServiceError(400, 'a key has no segment . or ..');
  }
  return key;
}
